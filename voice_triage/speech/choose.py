"""Which voice speaks: one row an engine, and what steps in when it dies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.contract import USUAL_WPM, Voice
from voice_triage.speech.espeak_ng_voice import EspeakNgVoice
from voice_triage.speech.piper_voice import PiperVoice
from voice_triage.speech.pyttsx3_voice import Pyttsx3Voice
from voice_triage.speech.store import SoundStore

_log = logging.getLogger(__name__)


class FallbackVoice:
    """The first voice, or when it has died the next: name and cache key stay those of the first."""

    def __init__(self, *voices: Voice) -> None:
        self._voices = voices
        self.name = voices[0].name
        self.version = voices[0].version
        self.degraded = False

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech by the first voice that works; Lacking, with the first one's cure, when none does."""
        first: Lacking | None = None
        for number, voice in enumerate(self._voices):
            try:
                pcm = voice.render(text, rate_wpm)
            except Lacking as error:
                first = first or error
                _log.warning("voice %s does not work: %s", voice.name, error.what)
                continue
            self.degraded = number > 0
            return pcm
        raise first or Lacking("there is no voice", "Install one with: sudo apt-get install espeak-ng")

    def close(self) -> None:
        """Close them all."""
        for voice in self._voices:
            voice.close()


def _pyttsx3(voice: str | None, model: Path | None) -> Voice:
    return FallbackVoice(Pyttsx3Voice(voice), EspeakNgVoice())


def _espeak_ng(voice: str | None, model: Path | None) -> Voice:
    return EspeakNgVoice(voice or "en-us")


def _piper(voice: str | None, model: Path | None) -> Voice:
    if model is None:
        raise BadInput("voice engine 'piper': needs the path of a model")
    return FallbackVoice(PiperVoice(model), Pyttsx3Voice(voice), EspeakNgVoice())


ENGINES: Mapping[str, Callable[[str | None, Path | None], Voice]] = {
    "pyttsx3": _pyttsx3,
    "espeak-ng": _espeak_ng,
    "piper": _piper,
}


def open_voice(
    engine: str = "pyttsx3",
    voice: str | None = None,
    *,
    model: Path | None = None,
    store: SoundStore | None = None,
) -> CachedVoice:
    """The assistant's voice, cached; nothing is started until it renders. BadInput for an unknown engine."""
    if engine not in ENGINES:
        raise BadInput(f"voice engine {engine!r}: unknown; allowed are {', '.join(ENGINES)}")
    return CachedVoice(ENGINES[engine](voice, model), store)
