"""Questions about stretches of an utterance, answered without reading them anew: it may have 20,000 words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from voice_triage.understanding.spotter import Placed
from voice_triage.understanding.words import WordSet

P = TypeVar("P", bound=Placed)


class Stretches:
    """The words of one utterance, counted once for each set of words that is asked about."""

    def __init__(self, surface: Sequence[str]) -> None:
        self._surface = surface
        self._held: dict[WordSet, list[int]] = {}
        self._beside: dict[WordSet, list[int]] = {}

    def holds(self, words: WordSet, start: int, end: int) -> bool:
        """True where one of the words stands from start to end."""
        return self._count(words, start, end) > 0

    def within(self, words: WordSet, start: int, end: int) -> bool:
        """True where nothing but these stands from start to end."""
        return start >= end or self._count(words, start, end) == end - start

    def only(self, words: WordSet, start: int, end: int) -> bool:
        """The same, but for marks."""
        counts = self._counts_beside(words)
        return start >= end or counts[end] == counts[start]

    def first_beside(self, words: WordSet, start: int) -> int:
        """The first word from start on that is none of these and no mark; behind the last where none is."""
        counts = self._counts_beside(words)
        return bisect_right(counts, counts[start]) - 1

    def only_outside(self, words: WordSet, start: int, end: int) -> bool:
        """True where before start and from end on nothing but these and marks stands."""
        return self.only(words, 0, start) and self.only(words, end, len(self._surface))

    def holds_outside(self, words: WordSet, start: int, end: int) -> bool:
        """True where one of the words stands before start or from end on."""
        return self.holds(words, 0, start) or self.holds(words, end, len(self._surface))

    def _counts_beside(self, words: WordSet) -> list[int]:
        counts = self._beside.get(words)
        if counts is None:
            beside = (word not in words and word[0].isalnum() for word in self._surface)
            counts = self._beside[words] = [0, *accumulate(beside)]
        return counts

    def _count(self, words: WordSet, start: int, end: int) -> int:
        counts = self._held.get(words)
        if counts is None:
            counts = self._held[words] = [0, *accumulate(word in words for word in self._surface)]
        return counts[end] - counts[start] if start < end else 0


class Near(Generic[P]):
    """Parts of an utterance by their places, in order of their beginnings."""

    def __init__(self, parts: Iterable[P]) -> None:
        self._parts = sorted(parts, key=lambda one: one.start)
        self._starts = [one.start for one in self._parts]
        self._last = max((one.end for one in self._parts), default=0)
        self._longest = max((one.end - one.start for one in self._parts), default=0)

    def reaches_beyond(self, start: int, end: int) -> bool:
        """True where one begins before start or ends behind end."""
        return bool(self._parts) and (self._starts[0] < start or self._last > end)

    def begun(self, start: int, end: int) -> Sequence[P]:
        """Those that begin from start to end."""
        return self._parts[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def meeting(self, start: int, end: int) -> list[P]:
        """Those that share a word with start to end."""
        return [one for one in self.begun(start - self._longest + 1, end) if one.end > start]
