"""Which voice speaks: one row an engine, and what steps in when it dies."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from voice_triage.errors import BadInput, Lacking, TriageError, typed
from voice_triage.pcm import Pcm
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.contract import USUAL_WPM, Voice
from voice_triage.speech.espeak_ng_voice import EspeakNgVoice
from voice_triage.speech.piper_voice import PiperVoice, not_installed
from voice_triage.speech.pyttsx3_voice import Pyttsx3Voice
from voice_triage.speech.store import SoundStore

ESPEAK_NG = ("en-us", "en-us+f3", "en-gb", "en-gb+f2")
"""A man and a woman, American and British: told apart at once by ear."""

_log = logging.getLogger(__name__)


class FallbackVoice:
    """The first voice, or when it has died the next: name and cache key stay those of the first."""

    def __init__(self, *voices: Voice) -> None:
        self._voices = voices
        self._first = 0
        """The one that spoke last: a voice that hangs is not waited for with every line."""
        self.name = voices[0].name
        self.version = voices[0].version
        self.degraded = False

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech by the first voice that works; Lacking, with the first one's cure, when none does."""
        failed: dict[int, Lacking] = {}
        numbered = tuple(enumerate(self._voices))
        for number, voice in numbered[self._first :] + numbered[: self._first]:
            try:
                pcm = voice.render(text, rate_wpm)
            except Lacking as error:
                failed[number] = error
                continue
            if failed and number > 0 and not self.degraded:
                _log.error("%s", _instead(failed[min(failed)], voice.name))
            self._first, self.degraded = number, number > 0
            return pcm
        if failed:
            raise failed[min(failed)]
        raise Lacking("there is no voice", "Install one with: sudo apt-get install espeak-ng")

    def close(self) -> None:
        """Close them all."""
        for voice in self._voices:
            voice.close()


def _instead(error: Lacking, name: str) -> str:
    return f"{error.what}; {name} speaks instead. {error.cure}"


def _pyttsx3(voice: str | None, model: Path | None) -> Voice:
    return FallbackVoice(Pyttsx3Voice(voice), EspeakNgVoice())


def _espeak_ng(voice: str | None, model: Path | None) -> Voice:
    return EspeakNgVoice(voice or "en-us")


def _piper(voice: str | None, model: Path | None) -> Voice:
    if model is None:
        raise BadInput("voice engine 'piper': needs the path of a model")
    return FallbackVoice(PiperVoice(model), Pyttsx3Voice(), EspeakNgVoice())


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


# ---- by the setting ``voice``, and by ear ----


def open_setting(setting: str, piper: Path | None = None) -> CachedVoice:
    """The voice of a setting: auto, an engine, or engine:voice; where it is not here, the usual one.

    Raises BadInput.
    """
    if error := lacking(setting, piper):
        usual = open_voice()
        _log.error("%s", _instead(error, usual.name))
        return usual
    engine, _, name = setting.partition(":")
    return open_voice("pyttsx3" if engine == "auto" else engine, name or None, model=piper)


def lacking(setting: str, piper: Path | None) -> Lacking | None:
    """What the voice of a setting needs and this machine has not; ``piper`` is the folder of its model."""
    if setting.partition(":")[0] != "piper":
        return None
    if piper is None:
        return Lacking("the voice Piper has no model here", f"Run: {typed('models install piper-joe')}")
    return None if importlib.util.find_spec("piper") else not_installed()


def another(
    setting: str, sample: str, rate_wpm: int, piper: Path | None = None
) -> tuple[str, CachedVoice] | None:
    """The setting and voice after ``setting`` that can say ``sample``; None where there is no other."""
    names = offered(piper)
    at = names.index(setting) if setting in names else -1
    for name in (*names[at + 1 :], *names[: max(0, at)]):
        with contextlib.suppress(TriageError):
            voice = open_setting(name, piper)
            with contextlib.suppress(TriageError):
                voice.render(sample, rate_wpm)
                if not voice.degraded:  # else another one spoke in its place
                    return name, voice
            voice.close()
    return None


def offered(piper: Path | None) -> tuple[str, ...]:
    """The voices to go through by ear, as the setting ``voice`` names them; ``piper`` is its model."""
    found = ["auto"]
    if shutil.which("espeak-ng"):
        found += [f"espeak-ng:{name}" for name in ESPEAK_NG]
    else:
        with contextlib.suppress(Lacking), contextlib.closing(Pyttsx3Voice()) as engine:
            found += [f"pyttsx3:{name}" for name in engine.voices() if re.search(r"\ben[-_]", name, re.I)]
    if lacking("piper", piper) is None:
        found.append("piper")
    return tuple(found)
