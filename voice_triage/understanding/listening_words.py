"""Words about the conversation itself: backchannels, and the phrases that end standby."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voice_triage.content import Row
from voice_triage.understanding.grammar import read

_KEYS = ("backchannels", "wake", "polite", "expected")


@dataclass(frozen=True, slots=True)
class ListeningWords:
    """The lists of one language, normalised."""

    backchannels: frozenset[str]
    wake: tuple[str, ...]
    polite: frozenset[str]

    def backchannel(self, text: str) -> bool:
        """True when nothing but backchannels was said."""
        return not _without(self.backchannels, _plain(text))

    def wakes(self, text: str) -> bool:
        """True when one of the phrases that begin a conversation was said."""
        spoken = f" {_plain(text)} "
        return any(f" {phrase} " in spoken for phrase in self.wake)

    def may_wake(self, text: str) -> bool:
        """True when some word of a wake phrase was said, short ones apart."""
        return any(len(word) > 3 and word in text.split() for phrase in self.wake for word in phrase.split())

    def only_wakes(self, text: str) -> bool:
        """True when nothing else was said, but for polite words around it."""
        return self.wakes(text) and not _without(self.polite.union(self.wake), _plain(text))


@lru_cache
def load(language: str = "en") -> ListeningWords:
    """Read ``grammars/<language>/listening.yaml``. Raises BadContent."""
    row = Row(read(language, "listening"), f"grammars/{language}/listening.yaml", _KEYS)
    backchannels, wake, polite = (
        [_plain(" ".join(phrase)) for phrase in row.phrases(key)] for key in _KEYS[:3]
    )
    return ListeningWords(frozenset(backchannels), tuple(wake), frozenset(polite))


def _without(phrases: frozenset[str], text: str) -> str:
    """Return ``text`` without the phrases it begins with."""
    longest_first = sorted(phrases, key=len, reverse=True)
    while begins := next((one for one in longest_first if f"{text} ".startswith(f"{one} ")), None):
        text = text[len(begins) :].strip()
    return text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))
