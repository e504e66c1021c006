"""Years of birth: "born in nineteen fifty", "born twenty twelve"."""

from __future__ import annotations

from itertools import zip_longest

from voice_triage.understanding.numbers import Number, numbers
from voice_triage.understanding.words import Words

REFERENCE_YEAR = 2026
"""Ages are told from years of birth as of this year; understanding knows no clock."""
WITHIN = 11
"""Words after a born in which its year stands: "on the third of may nineteen fifty two"."""
UNITS = ("day", "week", "month", "year", "hour", "minute")


def births(words: Words) -> list[tuple[int, int, float]] | None:
    """Where years of birth are told (start, end) and the age in years; None when none is told."""
    out = None
    for at, word in enumerate(words.surface):
        near = (
            [n for n in numbers(words.surface[: at + WITHIN + 1]) if n.start > at] if word == "born" else []
        )
        for first, second in zip_longest(near, near[1:]):
            year = _year(words, first, second)
            if year:
                out = out or []
                out.append((at, (second or first).end, float(REFERENCE_YEAR - year)))
                break
    return out


def _year(words: Words, first: Number, second: Number | None) -> int:
    """The year in two numbers, or 0: nineteen fifty, twenty twelve, two thousand and one."""
    rest = second.value if second and second.start - first.end <= 2 else -1.0
    following = words.lemma[first.end : first.end + 1]
    if first.value >= 1900:
        return int(first.value)
    if following == ("thousand",) and first.value == 2:
        return 2000 + int(max(rest, 0))
    if first.value == 20 and rest < 0 and not set(following) & set(UNITS):
        return 2020  # "twenty twenty": a word said twice is read once
    if first.value in (19, 20) and 0 <= rest < 100 and rest % 1 == 0:
        return int(first.value) * 100 + int(rest)
    return 0
