"""Places on the body that are said to be clear: "nothing on her face", "his arms are fine", "arm, no, leg".

The cues are rows of context.yaml: clear_on stands before the place, clear_is and gone_is after it, and
clear_there after words between: "i've looked at his feet and there's nothing there".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container
from itertools import pairwise
from typing import TYPE_CHECKING

from voice_triage.understanding.spotter import Spot

if TYPE_CHECKING:
    from voice_triage.understanding.frame import Frame
    from voice_triage.understanding.sources import Phrase

MAX_LEAD = 6
"""Words at most between a cue and its place, and between two places of a list."""


class Places:
    """The places of one utterance, and which of them are said to be clear."""

    def __init__(self, frame: Frame) -> None:
        self._frame, self._surface, self._sets = frame, frame.words.surface, frame.grammar.sets
        self._numbers = [n for n, sign in enumerate(frame.signs) if sign.payload.name in frame.grammar.places]
        self._starts = [frame.signs[n].start for n in self._numbers]
        self._by_end: dict[int, list[int]] = {}
        for number in self._numbers:
            self._by_end.setdefault(frame.signs[number].end, []).append(number)

    def clear(self) -> set[int]:
        """Numbers of the signs that are places which are clear."""
        out: set[int] = set()
        if not self._numbers or self._frame.asked.get("clear_no"):
            return out  # "no, not her lips, her eyes" tells what is swollen
        fading = "present" in self._frame.asked.get("no", {}).values()  # "those on his arm have gone"
        for cue in self._frame.cues:
            name = cue.payload.name
            if name == "clear_on":
                out.update(self._listed_after(cue))
            elif name == "clear_is" or (name == "gone_is" and not fading):
                out.update(self._listed_before(cue))
            elif name == "clear_there" and self._frame.closes(cue.end):
                out.update(self._last_before(cue))
        out |= self._corrected()
        others = {self._frame.signs[n].payload.name for n in self._numbers if n not in out}
        return {n for n in out if not self._one_of_two(n, others)}

    def _one_of_two(self, number: int, others: Container[str]) -> bool:
        """True for the second arm of "on the arm with the cuff, the other arm's clear"."""
        sign = self._frame.signs[number]
        return self._word(sign.start - 1) in self._sets["place_part"] and sign.payload.name in others

    def _at(self, at: int) -> list[int]:
        """Numbers of the places that begin at the word."""
        first, last = bisect_left(self._starts, at), bisect_left(self._starts, at + 1)
        return self._numbers[first:last]

    def _word(self, at: int) -> str:
        """The word, empty beside the ends."""
        return self._surface[at] if 0 <= at < len(self._surface) else ""

    def _past(self, at: int, step: int, *sets: str) -> int:
        """The first word from ``at`` on, or back, that is in none of the sets."""
        light, stop = self._sets.any_of(*sets), at + MAX_LEAD * step
        while at != stop and self._word(at) in light:
            at += step
        return at

    def _listed_after(self, cue: Spot[Phrase]) -> list[int]:
        """The places of "nothing on his face or arms"."""
        out: list[int] = []
        if self._word(cue.start - 1) in self._frame.grammar.nots:
            return out  # "has not left his face"
        at = cue.end
        while True:
            # From the word before: "on his back", "down below" are one phrase.
            start = next((a for a in range(at - 1, at + MAX_LEAD) if self._at(a)), None)
            lead = self._past(at, 1, "place_lead")
            if start is None or start > lead:
                return out
            found = self._at(start)
            end = max(self._frame.signs[n].end for n in found)
            after = self._word(end)
            # "... and his arms are covered", "gone from his face to his chest", "left her arm sore"
            if after in self._sets.any_of("copulas", "place_has", "place_onward", "states"):
                return out
            out += found
            at = self._past(end, 1, "place_joins")
            if at == end:
                return out

    def _listed_before(self, cue: Spot[Phrase]) -> list[int]:
        """The places of "face and neck are clear", not the legs of "on his legs and his face is clear"."""
        out: list[int] = []
        if not self._frame.ends(cue.end) and self._word(cue.end) not in self._sets["place_after"]:
            return out
        end = self._past(cue.start - 1, -1, "place_is") + 1
        told = any(word in self._sets.any_of("copulas", "place_has") for word in self._surface[end : cue.end])
        while found := self._by_end.get(end, ()):
            start = min(self._frame.signs[n].start for n in found)
            lead = self._past(start - 1, -1, "place_lead")
            on = self._word(lead) in self._sets["place_on"] or self._word(start) in self._sets["place_on"]
            gone = cue.payload.name == "gone_is"  # "the ones on his face have gone", not "his leg has gone"
            rash = self._word(lead - 1) in self._frame.grammar.telling.rash
            if (gone and not on) or (on and (out or not told or (rash and not gone))):
                return out
            out += found
            end = self._past(lead, -1, "place_joins") + 1
            if end > lead:
                return out
        return out

    def _last_before(self, cue: Spot[Phrase]) -> list[int]:
        """The place of "i've looked at his feet and there's nothing there"."""
        first = bisect_left(self._starts, cue.end)
        if not first or cue.start - self._starts[first - 1] > cue.payload.reach:
            return []
        return self._at(self._starts[first - 1])

    def _corrected(self) -> set[int]:
        """The first of two places, where a slip is put right: "on her arm, no sorry, her leg"."""
        out: set[int] = set()
        for one, other in pairwise(self._numbers):
            first, second = self._frame.signs[one], self._frame.signs[other]
            between = self._surface[first.end : second.start]
            after = self._word(second.end)
            if (
                0 < len(between) <= 2 * MAX_LEAD
                and first.payload.name != second.payload.name
                and self._frame.has("correction", first.end, second.start)
                and self._sets["place_more"].isdisjoint((*between, after))
            ):
                out.add(one)
        return out
