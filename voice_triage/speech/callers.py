"""The voices of scripted callers: one function an engine, all brought to one level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voice_triage.disk import cache_folder
from voice_triage.errors import BadInput
from voice_triage.pcm import Pcm, at_level, silence, trim
from voice_triage.speech import synthesis
from voice_triage.speech.store import SoundStore

CALLER_DBFS = -26.0
"""Usual active level of speech at a microphone (ITU-T P.56)."""


@dataclass(frozen=True, slots=True)
class _Engine:
    usual_voice: str
    render: Callable[[str, str], Pcm]


ENGINES: Mapping[str, _Engine] = {
    "flite": _Engine("slt", synthesis.flite),
    "espeak-ng": _Engine("en-us", lambda text, voice: synthesis.espeak_ng(text, voice, 150)),
    "festival": _Engine("kal_diphone", synthesis.festival),
}


class CallerVoice:
    """A scripted caller's voice, its sentences cached on disk."""

    def __init__(
        self, engine: str = "flite", name: str | None = None, store: SoundStore | None = None
    ) -> None:
        if engine not in ENGINES:
            raise BadInput(f"voice engine {engine!r}: unknown; allowed are {', '.join(ENGINES)}")
        self.engine = engine
        self.name = name or ENGINES[engine].usual_voice
        self._store = store or SoundStore(cache_folder("callers"))

    def render(self, text: str) -> Pcm:
        """The words as read-only int16[n] at -26 dBFS; Lacking: no engine, BadInput: no such voice."""
        key = SoundStore.key(text=text, engine=self.engine, name=self.name, form=1)
        pcm = self._store.get(key)
        if pcm is None:
            pcm = self._fresh(text)
            self._store.put(key, pcm)
        return pcm

    def _fresh(self, text: str) -> Pcm:
        if not any(letter.isalnum() for letter in text):
            return silence(0)
        return at_level(trim(ENGINES[self.engine].render(text, self.name)), CALLER_DBFS)


def open_caller(engine: str = "flite", name: str | None = None) -> CallerVoice:
    """The voice a scenario names; BadInput for an unknown engine. Voices are checked when they speak."""
    return CallerVoice(engine, name)
