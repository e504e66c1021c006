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


def check_recordings(scenario: Scenario, *, in_text: bool) -> None:
    """Raise BadInput for a recording that cannot be played; ``in_text`` only its words are."""
    for saying in scenario.sayings:
        if saying.audio is not None and in_text:
            words_of(scenario, saying)
        elif saying.audio is not None:
            _recording(scenario, saying, saying.audio)
    if scenario.noise is not None and isinstance(scenario.noise.kind, Path) and not in_text:
        noise_of(scenario.noise, scenario.file)


def words_of(scenario: Scenario, saying: Saying) -> str:
    """What is said, for a replay without sound. Raises BadInput for a recording whose words nobody wrote."""
    if not saying.text.strip():
        raise BadInput(f"{scenario.file}: {saying.key}: needs the key 'text', for a replay in text")
    return saying.text


def noise_of(row: NoiseRow | None, file: Path = Path()) -> Noise | None:
    """The sound of the noise of the scenario in ``file``. Raises BadInput."""
    if row is None:
        return None
    if isinstance(row.kind, Path):
        return Noise(_read(f"{file}: room.noise.kind", row.kind), row.snr_db)
    if row.kind == "babble":
        return Noise(babble(), row.snr_db)
    return Noise(coloured_noise("pink" if row.kind == "pink" else "white"), row.snr_db)


def caller_of(scenario: Scenario) -> Callable[[Saying], Pcm]:
    """How the scenario's caller sounds; recordings are brought to the level of speech."""
    caller = open_caller(scenario.voice.get("engine", "flite"), scenario.voice.get("name"))

    def speak(saying: Saying) -> Pcm:
        if saying.audio is not None:
            return at_level(_recording(scenario, saying, saying.audio), SPEECH_DBFS)
        try:
            return caller.render(saying.text)
        except BadInput as error:
            raise BadInput(f"{scenario.file}: caller.voice: {error}") from None

    return speak


def _recording(scenario: Scenario, saying: Saying, path: Path) -> Pcm:
    return _read(f"{scenario.file}: {saying.key}.audio", path)


def _read(place: str, path: Path) -> Pcm:
    """The sound at ``path``; BadInput names the ``place`` where it is asked for, too."""
    try:
        return read_wav(path)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None
