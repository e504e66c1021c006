"""Numbers in words and digits, as people say them: thirty nine five, a hundred and two, one oh three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from voice_triage.content import Row
from voice_triage.understanding.words import WordSet

UNIT_HOURS = {
    "minute": 1 / 60,
    "hour": 1,
    "day": 24,
    "week": 168,
    "two_weeks": 336,
    "month": 720,
    "year": 8760,
}
DEGREES = 30
"""Degrees of a body are at least so many."""
TOO_HOT = 45
"""And fewer than these, in Celsius."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number said in the words from start to end."""

    start: int
    end: int
    value: float
    tail: float | None = None
    """A digit said right after it, as in "thirty nine five": the temperature reading of it is 39.5."""
    even: bool = False
    """It is said that no decimals follow: "thirty eight nothing"."""


@dataclass(frozen=True, slots=True)
class Numerals:
    """How the language says numbers, and the units they count: grammars/<language>/numbers.yaml."""

    ones: dict[str, int]
    tens: dict[str, int]
    tens_heard: dict[str, int]
    hundred: WordSet
    thousand: WordSet
    score: WordSet
    a_hundred: WordSet
    joins: WordSet
    joins_heard: WordSet
    never_first: WordSet
    one_oh: WordSet
    points: WordSet
    points_of_heat: WordSet
    no_tenths: WordSet
    not_even: WordSet
    part_of: dict[tuple[str, ...], float]
    part_joins: WordSet
    part_a: WordSet
    parts: dict[tuple[str, ...], float]
    sound_alike: dict[str, int]
    vague: dict[str, float]
    units_heard: dict[str, str]
    units: dict[str, str]
    """The unit, one of UNIT_HOURS, by its word."""

    @classmethod
    def read(cls, data: Any, place: str) -> Numerals:
        """From the data of the file at ``place``. Raises BadContent."""
        row = Row(data, place, [field.name for field in fields(cls)])
        ones = _whole(row, "ones", range(100))
        sounds = row.under("sound_alike", ones)
        units = row.under("units", UNIT_HOURS)
        heard = row.under("units_heard", UNIT_HOURS)
        return cls(
            ones=ones,
            tens=_whole(row, "tens", range(10, 100)),
            tens_heard=_whole(row, "tens_heard", range(10, 100)),
            parts=_phrases(row, "parts"),
            part_of=_phrases(row, "part_of"),
            sound_alike={word: ones[name] for name in sounds.data for word in sounds.words(name)},
            vague=row.amounts("vague"),
            units_heard={word: unit for unit in heard.data for word in heard.words(unit)},
            units={word: unit for unit in UNIT_HOURS for word in units.words(unit)},
            **{field.name: row.words(field.name) for field in fields(cls) if field.type == "WordSet"},
        )

    def find(self, words: Sequence[str]) -> list[Number]:
        """All numbers in the words, in order."""
        out: list[Number] = []
        at = 0
        while at < len(words):
            found = self._number(words, at)
            if found is None:
                at += 1
                continue
            out.append(found)
            at = found.end
        return out

    def _number(self, words: Sequence[str], at: int) -> Number | None:
        """The number that begins at a word, if one does."""
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        part = self._part_of(words, at)
        if part:
            return part
        spelt = self._spelt(words, at)
        if spelt:
            number = spelt
        elif word[0].isdigit():
            number = Number(at, at + 1, float(word.replace(",", ".")))
        elif word in self.tens or (word in self.ones and word not in self.never_first):
            number = self._hundreds(words, self._below_hundred(words, at))
        elif word in self.hundred:
            number = self._hundreds(words, Number(at, at, 1))
        elif word in self.a_hundred and following in self.hundred:
            number = self._hundreds(words, Number(at, at + 1, 1))
        elif word in self.tens_heard and self._digit(following) and self._decimals(words, at + 2):
            number = Number(at, at + 2, self.tens_heard[word] + int(self._digit(following)))
        else:
            return None
        return self._fraction(words, number)

    def _spelt(self, words: Sequence[str], at: int) -> Number | None:
        """Degrees of a body read off digit by digit: "three eight point two"."""
        tens, ones, point, tenth = (*words[at : at + 4], "", "", "", "")[:4]
        digits = self._digit(tens) + self._digit(ones)
        heat = len(digits) == 2 and DEGREES <= int(digits) < TOO_HOT
        return (
            Number(at, at + 2, float(digits))
            if heat and point in self.points and self._digit(tenth)
            else None
        )

    def _decimals(self, words: Sequence[str], at: int) -> bool:
        """True where decimals follow, or a loose digit."""
        return at < len(words) and (words[at] in self.points or bool(self._digit(words[at])))

    def _part_of(self, words: Sequence[str], at: int) -> Number | None:
        """Half an hour, three quarters of an hour, a half day: the part alone, before its unit."""
        for phrase, value in self.part_of.items():
            end = at + len(phrase)
            if tuple(words[at:end]) != phrase:
                continue
            end += end < len(words) and words[end] in self.part_joins
            end += end < len(words) and words[end] in self.part_a
            if end < len(words) and words[end] in self.units:
                return Number(at, end, value)
        return None

    def _below_hundred(self, words: Sequence[str], at: int) -> Number:
        """twenty, twenty one, seven."""
        word = words[at]
        if word in self.ones:
            return Number(at, at + 1, self.ones[word])
        following = words[at + 1] if at + 1 < len(words) else ""
        if 0 < self.ones.get(following, 0) < 10:
            return Number(at, at + 2, self.tens[word] + self.ones[following])
        heard = self.sound_alike.get(following, 10)
        if 0 < heard < 10 and (at + 2 == len(words) or words[at + 2] in self.points):
            return Number(at, at + 2, self.tens[word] + heard)  # "thirty ate point five"
        return Number(at, at + 1, self.tens[word])

    def _hundreds(self, words: Sequence[str], number: Number) -> Number:
        """One hundred and two, a hundred two, one oh two, one hundred."""
        at = number.end
        times = self._times(words[at]) if at < len(words) and number.value < 10 else 0
        if times:
            at += 1
            base = number.value * times
            heard = at + 2 < len(words) and words[at] in self.joins_heard and words[at + 2] in self.points
            skip = at + 1 if at < len(words) and (heard or words[at] in self.joins) else at
            if skip < len(words) and (words[skip] in self.tens or self.ones.get(words[skip])):
                rest = self._below_hundred(words, skip)
                return Number(number.start, rest.end, base + rest.value)
            return Number(number.start, at, base)
        if number.value == 1 and at < len(words) and words[at] in self.tens:
            rest = self._below_hundred(words, at)
            return Number(number.start, rest.end, 100 + rest.value)
        oh = number.value == 1 and at + 1 < len(words) and words[at] in self.one_oh
        if oh and words[at + 1] in self.ones:
            return Number(number.start, at + 2, 100 + self.ones[words[at + 1]])
        return number

    def _times(self, word: str) -> int:
        """What a hundred or a score makes of the number before it; else 0."""
        return 100 if word in self.hundred else 20 if word in self.score else 0

    def _fraction(self, words: Sequence[str], number: Number) -> Number:
        """Thirty nine point two, two and a half; a loose digit after it is kept as its tail."""
        at = number.end
        of_heat = self.points_of_heat if number.value < DEGREES else ()
        if at + 1 < len(words) and words[at] in self.points and words[at] not in of_heat:
            digits = ""
            at += 1
            while at < len(words) and len(digits) < 3 and self._digit(words[at]):
                digits += self._digit(words[at])
                at += 1
            if not digits and self.sound_alike.get(words[at], 10) < 10:
                digits, at = str(self.sound_alike[words[at]]), at + 1  # "one hundred point for"
            if digits:
                return Number(number.start, at, number.value + int(digits) / 10 ** len(digits))
        for part, value in self.parts.items():
            if tuple(words[at : at + len(part)]) == part:
                return Number(number.start, at + len(part), number.value + value)
        if at < len(words) and self._digit(words[at]):
            return Number(number.start, at, number.value, tail=float(self._digit(words[at])))
        if at < len(words) and words[at] in self.no_tenths and number.value >= DEGREES:
            even = at + 1 == len(words) or words[at + 1] not in self.not_even
            return Number(number.start, at, number.value, even=even)
        return number

    def _digit(self, word: str) -> str:
        """A single digit said or written, as a character; else empty."""
        if len(word) == 1 and word.isdigit():
            return word
        value = self.ones.get(word, 10)
        return str(value) if value < 10 else ""


def _phrases(row: Row, key: str) -> dict[tuple[str, ...], float]:
    """The phrases under a key with the parts of one they stand for. Raises BadContent."""
    return {tuple(text.split()): float(part) for text, part in row.amounts(key).items()}


def _whole(row: Row, key: str, allowed: range) -> dict[str, int]:
    """The words under a key with the whole numbers they stand for. Raises BadContent."""
    amounts = row.amounts(key)
    for word, value in amounts.items():
        if value not in allowed:
            row.refuse(
                f"{key}: {word} must be a whole number from {allowed[0]} to {allowed[-1]}, not {value}"
            )
    return {word: int(value) for word, value in amounts.items()}
