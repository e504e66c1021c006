"""The stand-in voice: one espeak-ng process a sentence, nothing shared that could hang."""

from __future__ import annotations

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm, at_level, trim
from voice_triage.speech.contract import LEVEL_DBFS, USUAL_WPM, bounded_rate, least_seconds
from voice_triage.speech.synthesis import LIVE_TIMEOUT_S, espeak_ng, espeak_ng_version
from voice_triage.thresholds import RATE_HZ


class EspeakNgVoice:
    """espeak-ng run as a command."""

    def __init__(self, voice: str = "en-us") -> None:
        self.name = f"espeak-ng:{voice}"
        self.version = f"{espeak_ng_version()}/1"
        self.degraded = False
        self._voice = voice

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech as int16[n]; Lacking when espeak-ng is missing or gives too little."""
        if not any(letter.isalnum() for letter in text):
            raise BadInput("the voice was given nothing to say")
        pcm = trim(espeak_ng(text, self._voice, bounded_rate(rate_wpm), LIVE_TIMEOUT_S))
        if len(pcm) < least_seconds(text, rate_wpm) * RATE_HZ * 0.8 or not pcm.any():
            raise Lacking(
                "espeak-ng gave no sound", "Reinstall it with: sudo apt-get install --reinstall espeak-ng"
            )
        return at_level(pcm, LEVEL_DBFS)

    def close(self) -> None:
        """Nothing is held."""
