"""One utterance laid out: its words, the signs and cues that count, and where clauses end."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.rowed import bounds
from voice_triage.understanding.selection import UNCOVERED, idle_words, kept_cues, kept_signs, longest_ends
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Placed, Spot, covered
from voice_triage.understanding.sweep import Near, Stretches
from voice_triage.understanding.words import Words, is_stop

DENYING = ("no", "not", "none")
"""Cues that deny what follows them."""
PERSONS = ("patient", "patient_word")
"""Phrases of values.yaml that name a person."""


class Frame:
    """Which signs and cues stand where."""

    def __init__(self, grammar: Grammar, words: Words, spots: Sequence[Spot[Phrase]], question: str) -> None:
        self.grammar, self.words, self.spots, self.question = grammar, words, spots, question
        self.asked: Mapping[str, Any] = grammar.files["questions"].get(question, {})
        """The row of the open question; empty where none is open, or one that the grammar does not know."""
        self.idle = idle_words(grammar, words, spots, question)
        """What is said while the thing asked is being done."""
        said = set(words.surface)
        self.row_starts = bounds(words.surface, grammar.sets)
        """Words at which another part begins in a row of them: "heart fast | breathing normal"."""
        self.stretches = Stretches(words.surface)
        spots = [
            s
            for s in spots
            if said.isdisjoint(s.payload.unless) and not self._more_than_fine(s) and not self._crosses(s)
        ]
        spots = _without_denied(spots)
        cues = kept_cues(spots)
        self.signs = kept_signs(grammar, words, spots, cues, self.idle, question)
        self._covered = longest_ends(self.signs, len(words.surface))
        self.cues = sorted(
            (c for c in cues if c.payload.name in UNCOVERED or not self.inside_sign(c.start, c.end)),
            key=lambda c: c.start,
        )
        self.surely = [s for s in spots if s.payload.sure and not (s.negated or s.doubtful)]
        people = [s for s in spots if s.payload.name in PERSONS]
        self.people = sorted(people, key=lambda s: s.start)
        """The persons who are named."""
        self.hidden = [c for c in cues if c.payload.name in DENYING and self.inside_sign(c.start, c.end)]
        """Negations inside a sign; they may still deny another sign that begins there."""
        self.cue_starts = [cue.start for cue in self.cues]
        self.sign_starts = [sign.start for sign in self.signs]
        self.subjects = grammar.sets["subjects"]
        self._walls = self._wall_places()

    @cached_property
    def _starts_of(self) -> dict[str, list[int]]:
        """Where the cues of each name begin, in order."""
        out: defaultdict[str, list[int]] = defaultdict(list)
        for cue in self.cues:
            out[cue.payload.name].append(cue.start)
        return out

    @cached_property
    def sign_ends(self) -> dict[int, list[int]]:
        """Numbers of the signs by where they end."""
        out: defaultdict[int, list[int]] = defaultdict(list)
        for number, sign in enumerate(self.signs):
            out[sign.end].append(number)
        return out

    @cached_property
    def near_signs(self) -> Near[Spot[Phrase]]:
        """The signs by their places."""
        return Near(self.signs)

    def _crosses(self, spot: Spot[Phrase]) -> bool:
        """True for a sign read out of two parts of a row: "fast breathing" of "heart fast breathing ok"."""
        first = bisect_left(self.row_starts, spot.start + 1)
        return (
            spot.payload.kind == "sign" and first < len(self.row_starts) and self.row_starts[first] < spot.end
        )

    def _more_than_fine(self, spot: Spot[Phrase]) -> bool:
        """True for a surely fine phrase beside which more is said: "he's breathing now and again"."""
        if not (spot.payload.sure and spot.payload.value == "absent"):
            return False
        before = self.grammar.sets.any_of("polite", "clause_pronouns", "auxiliaries")
        behind, total = self.grammar.sets["closing"], len(self.words.surface)
        fine = self.stretches.only(before, 0, spot.start) and self.stretches.only(behind, spot.end, total)
        return not fine

    def content(self, part: Placed) -> set[str]:
        """The words of a sign that carry its meaning."""
        return set(self.words.lemma[part.start : part.end]) - self.grammar.function_words

    def has(self, kind: str, start: int, end: int) -> bool:
        """True when a cue of the kind begins in start..end."""
        starts = self._starts_of.get(kind, ())
        return bisect_left(starts, start) < bisect_left(starts, end)

    def ends(self, at: int) -> bool:
        """True when nothing that belongs to the clause stands at or after the word."""
        surface = self.words.surface
        if at >= len(surface) or not surface[at][0].isalnum():
            return True
        return surface[at] in self.grammar.sets["clause_openers"]

    def begins(self, at: int) -> bool:
        """True when only polite or light words stand before the word in its sentence."""
        openers = self.grammar.sets["before_question"]
        for word in reversed(self.words.surface[max(0, at - 6) : at]):
            if is_stop(word) or word == ",":
                return True
            if word not in openers:
                return False
        return True

    def asked_back(self) -> int:
        """The word at which the utterance begins to ask, or its end: "should they fade"."""
        return self._asking

    @cached_property
    def _asking(self) -> int:
        asking = (at for at in self._starts_of.get("asks_back", ()) if self.begins(at))
        return next(asking, len(self.words.surface))

    @cached_property
    def unready(self) -> bool:
        """True for "i've put the glass down, i haven't pressed yet"."""
        words, rows = self.words, self.grammar.sets
        return any(
            (word in rows["nots"] and not rows["not_yet"].isdisjoint(words.lemma[at + 1 : at + 4]))
            or (word in rows["puts"] and not rows["away"].isdisjoint(words.surface[at + 1 : at + 5]))
            for at, word in enumerate(words.surface)
        )

    @cached_property
    def beside_people(self) -> Stretches:
        """The words, with marks for those that name a person."""
        people = covered(self.people)
        return Stretches(["," if at in people else word for at, word in enumerate(self.words.surface)])

    def closes(self, at: int) -> bool:
        """True when no more of the same follows: "he isn't, he's fine", not "he isn't well"."""
        surface = self.words.surface
        return (
            at >= len(surface)
            or not surface[at][0].isalnum()
            or surface[at] in self.grammar.sets["after_take_back"]
        )

    def inside_sign(self, start: int, end: int) -> bool:
        """True when one sign covers the words from start to end, but for an auxiliary at their beginning."""
        while start < end - 1 and self.words.surface[start] in self.grammar.lexicon.auxiliaries:
            start += 1
        return self._covered[start] >= end

    def _wall_places(self) -> list[int]:
        """Word positions that end every reach."""
        places = {at for at, word in enumerate(self.words.surface) if is_stop(word)}
        places.update(cue.start for cue in self.cues if cue.payload.name == "wall")
        return sorted(places)

    def wall_after(self, at: int) -> int:
        """The first wall at or after a word."""
        index = bisect_left(self._walls, at)
        return self._walls[index] if index < len(self._walls) else len(self.words.surface)

    def wall_before(self, at: int) -> int:
        """The first word after the last wall before a word."""
        index = bisect_left(self._walls, at)
        return self._walls[index - 1] if index else 0


def _without_denied(spots: list[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """The spots without signs that hold the denial of another: "fits are not there breathing trouble ..."."""
    denials = [s for s in spots if s.payload.name == "not_after" and s.payload.sure]
    signs, gone = Near(s for s in spots if denials and s.payload.kind == "sign"), set[int]()
    for denial in denials:
        ended = (s for s in signs.meeting(denial.start - 1, denial.start) if s.end == denial.start)
        told = (s.payload for s in ended if id(s) not in gone)
        denied = {one.name for one in told if one.value == "present"}
        gone.update(
            id(s)
            for s in signs.meeting(denial.start, denial.end)
            if s.payload.name in denied or (denied and denial.start <= s.start)
        )
    return [s for s in spots if id(s) not in gone]
