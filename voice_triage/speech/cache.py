"""A voice whose sentences are rendered once."""

from __future__ import annotations

from collections.abc import Iterable

from voice_triage.errors import Lacking
from voice_triage.pcm import Pcm
from voice_triage.speech.contract import USUAL_WPM, Voice, bounded_rate
from voice_triage.speech.store import SoundStore, cache_folder


class CachedVoice:
    """Keeps each sentence by text, voice, rate and version, in memory and on disk."""

    def __init__(self, voice: Voice, store: SoundStore | None = None) -> None:
        self.voice = voice
        self._store = store or SoundStore(cache_folder("voice"))

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

    def render(self, text: str, rate_wpm: int = USUAL_WPM, *, private: bool = False) -> Pcm:
        """The sentence as read-only int16[n]; a ``private`` one (it repeats the caller) stays off disk."""
        key = self._key(text, rate_wpm)
        pcm = self._store.get(key)
        if pcm is None:
            pcm = self.voice.render(text, bounded_rate(rate_wpm))
            self._store.put(key, pcm, on_disk=not (private or self.voice.degraded))
        return pcm

    def has(self, text: str, rate_wpm: int = USUAL_WPM) -> bool:
        """True when it can be said without the engine."""
        return self._store.get(self._key(text, rate_wpm)) is not None

    def prerender(self, texts: Iterable[str], rate_wpm: int = USUAL_WPM) -> int:
        """Render what will be needed when there is no time; the count of sentences ready."""
        return sum(self.render(text, rate_wpm).size > 0 for text in texts)

    def render_or_none(self, text: str, rate_wpm: int = USUAL_WPM, *, private: bool = False) -> Pcm | None:
        """As render, but None when the voice has died: the session goes on with what is cached."""
        try:
            return self.render(text, rate_wpm, private=private)
        except Lacking:
            return None

    def close(self) -> None:
        """Give back the engine; what is cached stays."""
        self.voice.close()

    def _key(self, text: str, rate_wpm: int) -> str:
        name, version = self.voice.name, self.voice.version
        return SoundStore.key(text=text, voice=name, version=version, rate=bounded_rate(rate_wpm))
