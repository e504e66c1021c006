"""Words about the conversation itself: backchannels, and the phrases that end standby."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from voice_triage.errors import BadContent
from voice_triage.understanding.grammar import read

KEYS = ("backchannels", "wake")


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
    data = read(language, "listening")
    if not isinstance(data, dict) or set(data) != set(KEYS):
        raise BadContent(f"grammars/{language}/listening.yaml: needs exactly the keys {', '.join(KEYS)}")
    for key in KEYS:
        if not isinstance(data[key], list) or not all(isinstance(one, str) and one for one in data[key]):
            raise BadContent(f"grammars/{language}/listening.yaml: {key}: must be a list of phrases")
    return ListeningWords(
        frozenset(_plain(one) for one in data["backchannels"]), tuple(_plain(one) for one in data["wake"])
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))
