"""A voice whose sentences are rendered once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from voice_triage.disk import cache_folder
from voice_triage.pcm import Pcm
from voice_triage.speech.contract import USUAL_WPM, Voice, bounded_rate
from voice_triage.speech.store import SoundStore

_log = logging.getLogger(__name__)


class CachedVoice:
    """Keeps each sentence by text, voice, rate and version, in memory and on disk."""

    def __init__(self, voice: Voice, store: SoundStore | None = None) -> None:
        self.voice = voice
        self._store = store or SoundStore(cache_folder("voice"))
        self._ready: dict[str, tuple[int | None, Pcm]] = {}
        """Text -> rate and sound of what must be there whatever dies; no rate: another voice made it."""

    @property
    def name(self) -> str:
        """Name of the voice behind it."""
        return self.voice.name

    @property
    def degraded(self) -> bool:
        """True while a stand-in speaks."""
        return self.voice.degraded

    @property
    def version(self) -> str:
        """Version of the voice behind it."""
        return self.voice.version

    def prerender(self, texts: Iterable[str], rate_wpm: int = USUAL_WPM) -> None:
        """Have these ready for good, as there will be no time and perhaps no voice. Raises Lacking."""
        rate_wpm = bounded_rate(rate_wpm)
        for text in texts:
            if text not in self._ready or self._ready[text][0] != rate_wpm:
                self._ready[text] = (rate_wpm, self._kept(text, rate_wpm))

    def prepare(self, texts: Iterable[str], rate_wpm: int, wanted: Callable[[], bool]) -> None:
        """Do so beside a conversation while it is ``wanted``; what fails stays as it was."""
        for text in texts:
            if not wanted():
                return
            try:
                self.prerender((text,), rate_wpm)
            except Exception as error:  # whatever an engine throws, the conversation goes on
                _log.warning("the emergency lines cannot be made anew (%s)", type(error).__name__)
                return

    def take_over(self, other: CachedVoice) -> None:
        """Replace another voice: what it had ready serves until it is rendered anew, its engine is closed."""
        for text, (_, pcm) in other._ready.items():
            self._ready.setdefault(text, (None, pcm))
        other.close()

    def render(
        self, text: str, rate_wpm: int = USUAL_WPM, *, private: bool = False, urgent: bool = False
    ) -> Pcm:
        """The sentence as read-only int16[n]; a ``private`` one (it repeats the caller) is not kept.

        An ``urgent`` one that was prerendered comes as it is, if at another rate. Raises Lacking when the
        engine is dead; what was prerendered comes even then.
        """
        rate_wpm = bounded_rate(rate_wpm)
        ready = self._ready.get(text)
        if ready is not None and (urgent or ready[0] == rate_wpm):
            return ready[1]
        try:
            return self._private(text, rate_wpm) if private else self._kept(text, rate_wpm)
        except Exception:
            if ready is None:
                raise
            return ready[1]

    def close(self) -> None:
        """Give back the engine; what is cached stays."""
        self.voice.close()

    def _private(self, text: str, rate_wpm: int) -> Pcm:
        pcm = self.voice.render(text, rate_wpm)
        pcm.setflags(write=False)
        return pcm

    def _kept(self, text: str, rate_wpm: int) -> Pcm:
        key = SoundStore.key(text=text, voice=self.voice.name, version=self.voice.version, rate=rate_wpm)
        pcm = self._store.get(key)
        if pcm is None:
            pcm = self.voice.render(text, rate_wpm)
            self._store.put(key, pcm, on_disk=not self.voice.degraded)
        return pcm
