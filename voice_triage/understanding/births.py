"""Years of birth: "born in nineteen fifty", "born twenty twelve"."""

from __future__ import annotations

from bisect import bisect_right
from itertools import zip_longest

from voice_triage.understanding.numbers import Number
from voice_triage.understanding.values import Utterance

WITHIN = 11
"""Words after a born in which its year stands: "on the third of may nineteen fifty two"."""
YEARS_FROM = (25, 10)
"""After a nineteen or a twenty these and more are years: "nineteen twenty" may be two ages."""


def births(said: Utterance) -> list[tuple[int, int, float]] | None:
    """Where years of birth are told (start, end) and the age in years; None when none is told."""
    out = _alone(said) if said.question == "age" else None
    for at, word in enumerate(said.words.surface):
        if word not in said.telling.born:
            continue
        begin, end = (bisect_right(said.numbers, place, key=_start) for place in (at, at + WITHIN))
        near = said.numbers[begin:end]
        for first, second in zip_longest(near, near[1:]):
            year = _year(said, first, second)
            if 0 < year <= said.year:
                out = out or []
                out.append((at, (second or first).end, float(said.year - year)))
                break
    return out


def _alone(said: Utterance) -> list[tuple[int, int, float]] | None:
    """The year of birth that answers "how old" with no born beside it: "nineteen forty two"."""
    if not said.numbers:
        return None
    # An age told before it counts: "he's eighty one, he thinks it's nineteen sixty four".
    first, second = said.numbers[0], next(iter(said.numbers[1:2]), None)
    year = _year(said, first, second)
    end = (second or first).end
    plain = first.value > 1900 or said.base(first.end) in said.numerals.thousand
    beside = (
        second is not None and second.start == first.end and second.value >= YEARS_FROM[first.value == 20]
    )
    if year and (plain or beside) and year <= said.year and said.word(end) not in said.telling.old:
        return [(first.start, end, float(said.year - year))]
    return None


def _start(number: Number) -> int:
    return number.start


def _year(said: Utterance, first: Number, second: Number | None) -> int:
    """The year in two numbers, or 0: nineteen fifty, twenty twelve, two thousand and one."""
    rest = second.value if second and second.start - first.end <= 2 else -1.0
    if first.value >= 1900:
        return int(first.value)
    if said.base(first.end) in said.numerals.thousand and first.value == 2:
        return 2000 + int(max(rest, 0))
    if first.value == 20 and rest < 0 and not said.unit(first.end):
        return 2020  # "twenty twenty": a word said twice is read once
    if first.value in (19, 20) and 0 <= rest < 100 and rest % 1 == 0:
        return int(first.value) * 100 + int(rest)
    short = rest < 0 and YEARS_FROM[0] <= first.value < 100 and not said.unit(first.end)
    return 1900 + int(first.value) if short and said.word(first.start - 1) in said.telling.in_year else 0
