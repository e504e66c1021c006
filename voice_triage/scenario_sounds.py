"""How a scenario's room and caller sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voice_triage.audio.room import SPEECH_DBFS, Noise, coloured_noise
from voice_triage.audio.wav import read_wav
from voice_triage.errors import BadInput
from voice_triage.pcm import Pcm, at_level
from voice_triage.scenario import Noise as NoiseRow
from voice_triage.scenario import Saying, Scenario
from voice_triage.speech.babble import babble
from voice_triage.speech.callers import open_caller


def noise_of(row: NoiseRow | None) -> Noise | None:
    """The sound of a scenario's noise."""
    if row is None:
        return None
    if isinstance(row.kind, Path):
        return Noise(read_wav(row.kind), row.snr_db)
    if row.kind == "babble":
        return Noise(babble(), row.snr_db)
    return Noise(coloured_noise("pink" if row.kind == "pink" else "white"), row.snr_db)


def caller_of(scenario: Scenario) -> Callable[[Saying], Pcm]:
    """How the scenario's caller sounds; recordings are brought to the level of speech."""
    caller = open_caller(scenario.voice.get("engine", "flite"), scenario.voice.get("name"))

    def speak(saying: Saying) -> Pcm:
        if saying.audio is not None:
            return at_level(read_wav(saying.audio), SPEECH_DBFS)
        try:
            return caller.render(saying.text)
        except BadInput as error:
            raise BadInput(f"{scenario.file}: caller.voice: {error}") from None

    return speak
