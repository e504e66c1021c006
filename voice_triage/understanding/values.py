"""What numbers of every kind share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from voice_triage.messages import Value
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.numbers import UNIT_HOURS, Number
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near, Stretches
from voice_triage.understanding.value_spots import longest
from voice_triage.understanding.words import PhraseList, Words, is_stop

LEAD = 7
"""Words before a number, of its own clause, that say whose or what it is."""
SPOTS_WITHIN = 4
"""Words from a number up to the old behind which the spots may be named."""
STREET_WITHIN = 3
"""Words after a number up to the street whose house it is."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value and where it was said."""

    start: int
    end: int
    value: Value
    strong: bool = True
    """False when only the question makes it one."""
    step: float = 1.0
    """duration: the hours of its unit, for "two days, well, three"."""


REFERENCE_YEAR = 2026
"""Where nobody says which year it is: understanding knows no clock."""


class Utterance:
    """An utterance with its numbers, and the words of its language that say what they are."""

    def __init__(
        self,
        grammar: Grammar,
        words: Words,
        spots: Sequence[Spot[Phrase]],
        question: str,
        year: int = REFERENCE_YEAR,
    ) -> None:
        self.numerals = grammar.numerals
        self.telling = grammar.telling
        self.words = words
        self.stretches = Stretches(words.surface)
        self.spots = spots
        self.question = question
        """The question that was open, or empty."""
        self.idle = grammar.lexicon.skippable
        """Words that never matter."""
        others = (s for s in spots if s.payload.kind == "value" and s.payload.value in ("child", "other"))
        self.people = {s.end for s in others if s.payload.name.startswith("patient")}
        """Where words for a patient end who is not the caller."""
        self.year = year
        """The year of which ages are told where a year of birth is."""
        self.numbers = self.numerals.find(words.surface)
        self.ends = {number.end: number for number in self.numbers}
        self.rough = _rough(self)
        self.roughly, self.exactly = frozenset(self.rough), frozenset(self.numbers)
        every = {number.start: number for number in (*self.numbers, *self.rough)}
        self.at = {start: every[start] for start in sorted(every)}
        """All numbers by where they begin, in order."""

    @cached_property
    def age_ends(self) -> set[int]:
        """Where phrases end that tell an age."""
        return {s.end for s in longest(self.spots, "age")}

    @cached_property
    def compares(self) -> bool:
        """True where other spots are spoken of: "like the ones i had"."""
        return any(self.length(at, self.telling.compared) for at in range(len(self.words.surface)))

    @cached_property
    def doubts(self) -> Near[Spot[Phrase]]:
        """Where it is said that something is not known."""
        return Near(s for s in self.spots if s.payload.kind == "answer" and s.payload.name == "unsure")

    @property
    def only_number(self) -> bool:
        """True for "thirty five": it tells a value, or nothing."""
        counted = {at for number in self.numbers for at in range(number.start, number.end)}
        return len(counted) == len(self.words.surface)

    def word(self, at: int) -> str:
        """The word at a place, as said; empty where there is none."""
        return self.words.surface[at] if 0 <= at < len(self.words.surface) else ""

    def base(self, at: int) -> str:
        """The word at a place in its base form; empty where there is none."""
        return self.words.lemma[at] if 0 <= at < len(self.words.lemma) else ""

    def unit(self, at: int) -> str:
        """The unit at a place, one of UNIT_HOURS; empty where there is none."""
        known = self.numerals.units.get(self.base(at), "")
        if not known and self.question in ("age", "duration") and at in self.ends:
            return self.numerals.units_heard.get(self.word(at), "")
        return known

    def length(self, at: int, phrases: PhraseList) -> int:
        """How many words the longest of the phrases takes that begins at a place; 0 where none does."""
        surface = self.words.surface
        return max((len(p) for p in phrases if surface[at : at + len(p)] == p), default=0)

    def behind(self, at: int, phrases: PhraseList) -> int:
        """How many words the longest of the phrases takes that ends before a place; 0 where none does."""
        surface = self.words.surface
        return max((len(p) for p in phrases if len(p) <= at and surface[at - len(p) : at] == p), default=0)

    def before(self, at: int, phrases: PhraseList) -> bool:
        """True when one of the phrases ends before a place."""
        return self.behind(at, phrases) > 0

    def lead(self, at: int) -> tuple[str, ...]:
        """The words of the clause before a place."""
        start = at
        while start > max(0, at - LEAD):
            word = self.word(start - 1)
            opens = word in self.telling.clause_words and word not in self.telling.relative
            if is_stop(word) or word == "," or opens:
                break
            start -= 1
        return self.words.surface[start:at]

    def denied(self, at: int) -> bool:
        """True for the second number of "two days, not two weeks", not of "a week, if not two"."""
        size = self.behind(at, self.telling.instead)
        return size > 0 and self.word(at - size - 1) not in self.telling.if_not

    def of_spots(self, at: int) -> bool:
        """True for the number or phrase at a place in "the rash on his arm is a day old"."""
        telling, numerals, start = self.telling, self.numerals, at
        at -= 1
        while self.word(at) in telling.about or self.word(at) in numerals.vague:
            at -= 1
        if self._spots_behind(start):
            return True
        meant = self._names_spots(at) or (self.question == "duration" and self.word(at - 1) in telling.they)
        return self.word(at) in telling.be and meant

    def _names_spots(self, at: int) -> bool:
        """True where what is before a be names the spots, and not one who has them."""
        telling, lead = self.telling, self.lead(at)
        bases = self.words.lemma[at - len(lead) : at]
        rash = max((place for place, base in enumerate(bases) if base in telling.rash), default=-1)
        people = telling.persons | telling.children | telling.accompanied | telling.relative
        nominative = telling.third | telling.speaker | telling.be | telling.relative
        return rash >= 0 and people.isdisjoint(bases[:rash]) and nominative.isdisjoint(lead[rash:])

    def _spots_behind(self, at: int) -> bool:
        """True for the hour of "it's only an hour old this rash"."""
        for place in range(at, at + SPOTS_WITHIN):
            if self.word(place) in self.telling.old:
                shown = self.word(place + 1) in self.telling.these
                return shown and self.base(place + 2) in self.telling.rash
        return False

    def of_weather(self, at: int) -> bool:
        """True for the phrase at a place in "it's been in the nineties"."""
        while self.word(at - 1) in self.telling.be | self.telling.about | self.telling.stayed:
            at -= 1
        return self.word(at - 1) in self.telling.it

    def earlier(self, one: Told, after: Told) -> bool:
        """True for the first of "thirty nine last night, thirty six now", not of one that is taken back."""
        return not self._cued("misread", one.end, after.start) and (
            self._cued("earlier", one.start - 6, after.end + 6)
            or (self._measured(one.start - 6, one.end + 4) and self._measured(after.start - 6, after.end + 4))
        )

    def _cued(self, name: str, start: int, end: int) -> bool:
        """True where a cue of the name begins from start to end."""
        return bool(self._cues[name].begun(start, end))

    @cached_property
    def _cues(self) -> dict[str, Near[Spot[Phrase]]]:
        cues = [s for s in self.spots if s.payload.kind == "cue"]
        return {name: Near(s for s in cues if s.payload.name == name) for name in ("misread", "earlier")}

    def _measured(self, start: int, end: int) -> bool:
        """True where it is said with what, or where, it was measured: "thirty eight in the ear"."""
        return not self.telling.devices.isdisjoint(self.words.surface[max(0, start) : end])


def address(said: Utterance, at: int) -> bool:
    """True after the number of "eighteen church lane"."""
    telling = said.telling
    no_name = (said.idle, telling.persons, telling.be, telling.clause_words, telling.old)
    for place in range(at, at + STREET_WITHIN):
        word = said.word(place)
        if word in telling.streets:
            return True
        if not word[:1].isalpha() or said.unit(place) or any(word in words for words in no_name):
            return False
    return False


def counted_noun(said: Utterance, at: int) -> bool:
    """True for a word that a number counts: two spots, two tiny red spots."""
    while said.word(at) in said.telling.looks and said.word(at + 1)[:1].isalpha():
        at += 1
    word, telling = said.word(at), said.telling
    return word in telling.irregular_plurals or (
        len(word) > 3
        and word.endswith(tuple(telling.plural_endings))
        and not word.endswith(tuple(telling.singular_endings))
        and word not in telling.no_plurals
    )


def corrects(said: Utterance, number: Number, before: Sequence[Told]) -> bool:
    """True for the five of "four, no sorry, five" and of "four i said, no, five"."""
    if not before or not 0 <= number.start - before[-1].end <= 9:
        return False
    between = [word for word in said.words.surface[before[-1].end : number.start] if word[0].isalnum()]
    telling = said.telling
    if _refines(said, before[-1], number, between):
        return True
    if between[-1:] and between[-1] in telling.be and not telling.speaker.isdisjoint(between[-2:-1]):
        return False  # "six months, no sorry, i'm twenty eight"
    people = telling.persons | telling.be | telling.closing
    if not people.issuperset(between) and all(word in said.telling.correcting for word in between):
        return True
    back = max((at for at, word in enumerate(between) if word in said.telling.takes_back), default=-1)
    return back >= 0 and all(word in said.telling.correcting for word in between[back:])


def _refines(said: Utterance, first: Told, number: Number, between: Sequence[str]) -> bool:
    """True for the last of "seventy something, seventy six" and "eighty, he's eighty one"."""
    amount, telling = float(first.value.value), said.telling
    if first.value.concept != "age" or amount % 10 or not 0 < number.value - amount < 10 or amount < 20:
        return False
    known = telling.refining | telling.third | telling.be | said.idle
    return first.start in said.at and known.issuperset(between)


def contrast(said: Utterance, number: Number) -> Number | None:
    """The fourteen of "i said forty, not fourteen", where nothing says what the forty are."""
    telling, lead = said.telling, said.lead(number.start)
    known = (said.idle | telling.correcting | telling.be | telling.saying) - telling.stayed
    if not known.issuperset(lead):
        return None
    at = number.end + bool(said.unit(number.end))
    at += said.word(at) == ","
    size = said.length(at, telling.instead)
    return said.at.get(at + size) if size else None


def and_a_half(said: Utterance, amount: float, at: int) -> tuple[float, int]:
    """An hour and a half: the half comes after the unit."""
    half = said.length(at, said.telling.half_more)
    return (amount + 0.5, at + half) if half else (amount, at)


def _rough(said: Utterance) -> list[Number]:
    """A day, a couple of hours, a few weeks, month and a half; not twice a day."""
    out = []
    inside = covered(said.numbers)
    for at in range(len(said.words.lemma)):
        if not said.unit(at) or at - 1 in inside:
            continue
        before = at - 2 if said.word(at - 1) in said.telling.of and at > 1 else at - 1
        if said.word(before) in said.telling.solid and before > 0:
            before -= 1
        amount = said.numerals.vague.get(said.word(before))
        often = said.word(before) in said.numerals.part_a and (
            before in said.ends or said.base(before - 1) in said.telling.how_often
        )
        if amount is not None and not often:
            out.append(Number(before, at, amount))
        elif said.length(at + 1, said.telling.half_more) and said.word(at) == said.base(at):
            out.append(Number(at, at, 1))
    return out


def smaller(said: Utterance, at: int, step: float) -> tuple[int, float]:
    """Where "two weeks and three days" ends, and the hours of what follows its first unit."""
    number = said.at.get(at + (said.word(at) in said.numerals.joins))
    hours = UNIT_HOURS.get(said.unit(number.end), 0) if number else 0
    return (number.end + 1, number.value * hours) if number and 0 < hours < step else (at, 0.0)
