"""Words about the conversation itself: backchannels, and the phrases that end standby."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voice_triage.content import Row
from voice_triage.understanding.grammar import read


@dataclass(frozen=True, slots=True)
class ListeningWords:
    """Both lists of one language, normalised."""

    backchannels: frozenset[str]
    wake: tuple[str, ...]

    def backchannel(self, text: str) -> bool:
        """True when nothing but backchannels was said."""
        left = _plain(text)
        while left:
            for word in sorted(self.backchannels, key=len, reverse=True):
                if left == word or left.startswith(word + " "):
                    left = left[len(word) :].strip()
                    break
            else:
                return False
        return True

    def wakes(self, text: str) -> bool:
        """True when one of the phrases that begin a conversation was said."""
        spoken = f" {_plain(text)} "
        return any(f" {phrase} " in spoken for phrase in self.wake)


@lru_cache
def load(language: str = "en") -> ListeningWords:
    """Read ``grammars/<language>/listening.yaml``. Raises BadContent."""
    row = Row(read(language, "listening"), f"grammars/{language}/listening.yaml", ("backchannels", "wake"))
    backchannels, wake = (
        [_plain(" ".join(phrase)) for phrase in row.phrases(key)] for key in ("backchannels", "wake")
    )
    return ListeningWords(frozenset(backchannels), tuple(wake))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))
