"""Which of the times in an utterance tell how long the spots have been there.

"I have had diabetes for twenty years" says nothing of the spots, and spots taken for old ones may be taken
for harmless. So a time counts only where its clause is about the spots, and a long one needs more for it than
a short one: taken wrongly it can cost a life, not taken it costs a question.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.light import light, short, signs
from voice_triage.understanding.values import Utterance
from voice_triage.understanding.words import is_stop

LONG_HOURS = 336
"""From here on spots may pass for old ones: long_standing of the protocol begins here."""
AIM = ("", "duration", "summary_check")
"""Questions after which a time alone is about the spots; the empty one is none."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What a clause says beside a time."""

    start: int
    end: int
    rash: bool
    """It names the spots."""
    points: bool
    """It may mean them: it, they."""
    shows: bool
    """"These", which are seen: the spots, but not "one of those"."""
    comes: bool
    """They came up, were noticed, are new."""
    someone: bool
    """It has a person for its subject: "I lived there for years", not "since I was a lad"."""
    foreign: bool
    """It has a word that is none of these and no time."""
    life: bool
    """It tells an illness or a medicine, and not the spots after it."""
    placed: bool
    """It names a place of the body."""
    other: bool
    """It tells of another person, or of something done: "his sister had hers", "I've been waiting"."""


class Clauses:
    """The clauses of an utterance, and which times belong to the spots."""

    def __init__(self, grammar: Grammar, said: Utterance) -> None:
        self._grammar, self.utterance = grammar, said

    # Most utterances tell no time, and nobody asks of their clauses.

    @cached_property
    def _starts(self) -> list[int]:
        """The words at which clauses begin."""
        return [at for at in range(len(self.utterance.words.surface)) if at == 0 or self._opens(at)]

    @cached_property
    def _clauses(self) -> list[Clause]:
        return [
            self._read(*bounds) for bounds in pairwise((*self._starts, len(self.utterance.words.surface)))
        ]

    @cached_property
    def _earlier(self) -> list[Clause | None]:
        """Of each clause the nearest before it that tells anything."""
        out: list[Clause | None] = [None]
        for clause in self._clauses:
            out.append(clause if clause.rash or clause.foreign else out[-1])
        return out

    @cached_property
    def _light(self) -> set[int]:
        return light(self._grammar, self.utterance)

    @cached_property
    def _idle(self) -> frozenset[str]:
        """Words that tell of nothing but the spots."""
        telling, idle = self.utterance.telling, self._grammar.lexicon.skippable
        idle |= telling.light | telling.correcting | telling.takes_back | telling.rash
        return idle | telling.comes | telling.persons | telling.these | telling.they

    @cached_property
    def _lives(self) -> list[tuple[int, int]]:
        """Where illnesses and medicines are told."""
        named = (s for s in signs(self.utterance) if s.payload.name in self.utterance.telling.lives)
        return sorted((s.start, s.end) for s in named if s.payload.value != "denied")

    @cached_property
    def _people(self) -> set[int]:
        """Places of words for who it is about."""
        who = (s for s in self.utterance.spots if s.payload.kind == "value" and short(s))
        return {at for s in who if s.payload.name.startswith("patient") for at in range(s.start, s.end)}

    @cached_property
    def _places(self) -> list[int]:
        """Where places of the body are named."""
        named = (s for s in signs(self.utterance) if s.payload.name in self._grammar.places)
        return sorted(s.start for s in named if short(s))

    def _opens(self, at: int) -> bool:
        """True where a clause begins: after a stop, at an and, at "he" and "my husband"."""
        said, rows = self.utterance, self._grammar.sets
        word, before = said.word(at), said.word(at - 1)
        if is_stop(before) or before == ",":
            return True
        if word in said.telling.clause_words:
            return not said.length(at, said.telling.half_more)
        if word in rows["nominative"] or word in said.telling.it:
            had = word in said.telling.it and before in said.telling.having
            return (
                not had and before not in rows["before_nominative"] and before not in said.telling.ever_since
            )
        if before in said.telling.ago and not said.telling.rash.isdisjoint(
            (said.base(at), said.base(at + 1))
        ):
            return True  # "he was ill two weeks ago, spots today"
        return said.base(at - 1) in said.telling.rash and said.word(at + 1) in said.telling.persons

    def _read(self, start: int, end: int) -> Clause:
        """The clause from start to end."""
        telling = self.utterance.telling
        words = self.utterance.words.surface[start:end]
        bases = self.utterance.words.lemma[start:end]
        rash = max((at for at, base in enumerate(bases, start) if base in telling.rash), default=-1)
        first, last = (bisect_left(self._lives, (at, 0)) for at in (start, end))
        # "no fever, only the dots are there since two days"
        life = any(stop <= end and begin > rash for begin, stop in self._lives[first:last])
        comes = not telling.comes.isdisjoint(bases)
        kin = any(
            a in telling.whose and b in telling.kin and c not in telling.reporting
            for a, b, c in zip(words, words[1:], (*words[2:], ""), strict=False)
        )
        return Clause(
            start,
            end,
            rash >= 0,
            points=not telling.they.isdisjoint(words),
            shows=any(
                word in telling.these and self.utterance.word(at - 1) not in telling.of
                for at, word in enumerate(words, start)
            ),
            comes=comes,
            someone=self._has_person(words),
            foreign=any(
                at not in self._light
                and word[0].isalnum()
                and word not in self._idle
                and self.utterance.base(at) not in self._idle
                for at, word in enumerate(words, start)
            ),
            life=life,
            placed=bisect_left(self._places, start) < bisect_left(self._places, end),
            other=kin
            or self._had(start, end, rash >= 0)
            or (rash < 0 and not comes and self._elsewhere(start, end)),
        )

    def _elsewhere(self, start: int, end: int) -> bool:
        """True where something is done or had at a time of its own, not for "the wee one"."""
        words, telling = self.utterance.words, self.utterance.telling
        return any(
            (words.surface[at] in telling.elsewhere or words.lemma[at] in telling.elsewhere)
            and at not in self._people
            for at in range(start, end)
        )

    def _had(self, start: int, end: int, rash: bool) -> bool:
        """True for "my brother had it for weeks" and "I had a baby", not for "my brother has had it"."""
        said, telling = self.utterance, self.utterance.telling
        kin = not telling.kin.isdisjoint(said.words.surface[start:end])
        for at in range(start + 1, end):
            if said.word(at) in telling.had and kin and said.word(at - 1) not in telling.having | telling.be:
                return True
            thing = said.word(at - 1) in telling.had | telling.have and said.word(at) in telling.something
            if thing and not rash and at not in said.at:
                return True
        return False

    def _has_person(self, words: Sequence[str]) -> bool:
        """True when a person is told of, and not only after a since."""
        since = next(
            (at for at, word in enumerate(words) if word in self.utterance.telling.ever_since), len(words)
        )
        known = self.utterance.telling.persons | self._grammar.sets["nominative"]
        own = known - self.utterance.telling.they | self.utterance.telling.my
        return not own.isdisjoint(words[:since])

    def about_spots(self, at: int, hours: float) -> bool:
        """True when the time at a word tells how long the spots have been there."""
        number = self.number(at)
        clause = self._clauses[number]
        long = hours >= LONG_HOURS
        if clause.other:
            return False
        if clause.rash or (clause.comes and (clause.points or clause.shows)):
            if clause.life and not clause.comes:
                return False
            return clause.rash or not (long and clause.foreign)
        asked = self.utterance.question in AIM
        if clause.foreign:
            meant = self.utterance.question or clause.points or clause.shows
            return asked and bool(meant) and not clause.life and (not long or not clause.someone)
        if long and (self._begins_another(number) or self._after_life(number)):
            return False
        if clause.shows and clause.placed and not clause.life:
            return True  # "i'm a roofer and i've had these for three weeks on my hands"
        earlier = self._earlier[number]
        if earlier is None and self._goes_on(number):
            return True
        if earlier is not None and (earlier.rash or not asked or earlier.life or (long and earlier.someone)):
            return earlier.rash
        if asked:
            return True
        return clause.shows if long else clause.points or clause.shows or not clause.someone

    def _next(self, number: int) -> Clause | None:
        """The clause that a time at the end of another begins: "twelve weeks she's had the rash"."""
        if number + 1 == len(self._clauses):
            return None
        following = self._clauses[number + 1]
        before, word = self.utterance.word(following.start - 1), self.utterance.word(following.start)
        joined = before[:1].isalnum() and word not in self.utterance.telling.clause_words
        return following if joined else None

    def _goes_on(self, number: int) -> bool:
        """True for the time of "twelve weeks she's had the rash"."""
        following = self._next(number)
        return following is not None and (following.rash or (following.points and not following.foreign))

    def _begins_another(self, number: int) -> bool:
        """True for the time of "years ago he had measles"."""
        following = self._next(number)
        return following is not None and not following.rash and (following.life or following.other)

    def _after_life(self, number: int) -> bool:
        """True for the time of "he had a fever, that's two months now"."""
        before = self._clauses[number - 1] if number else None
        return before is not None and before.life and not before.rash

    def at(self, word: int) -> tuple[Clause, Clause | None]:
        """The clause a word is in, and the one before it."""
        number = self.number(word)
        return self._clauses[number], self._clauses[number - 1] if number else None

    def comes(self, at: int) -> bool:
        """True when the clause says that something came up, or was noticed, or names the spots."""
        clause = self._clauses[self.number(at)]
        asked = self.utterance.question == "duration"
        return clause.comes or clause.rash or (asked and clause.points and not clause.foreign)

    def names(self, at: int) -> bool:
        """True when the clause names the spots, or may mean them."""
        clause = self._clauses[self.number(at)]
        return clause.rash or clause.points

    def number(self, at: int) -> int:
        """Which clause a word is in."""
        return bisect_right(self._starts, at) - 1

    def plain(self, at: int) -> bool:
        """True when the clause tells of the spots, or nothing but a time."""
        clause = self._clauses[self.number(at)]
        return clause.rash or not clause.foreign
