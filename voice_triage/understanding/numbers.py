"""Numbers in words and digits, as people say them: thirty nine five, a hundred and two, one oh three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split()
    )
} | {"nought": 0, "oh": 0}
TENS = {
    word: value * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
} | {"fourty": 40}
SOUND_ALIKE = {
    word: UNITS[number]
    for number, words in {
        "one": "won", "two": "to too", "three": "free tree fee", "four": "for fore", "six": "sick sex",
        "eight": "ate hate", "nine": "nein line", "ten": "tin den", "five": "fife hive",
    }.items()
    for word in words.split()
}  # fmt: skip
"""What recognisers write for a number said alone; only an answer to "how old" is read so."""
JOINS = frozenset({"and"})
POINTS = frozenset({"point", "dot", "decimal"})
HALVES = {
    ("and", "a", "half"): 0.5,
    ("and", "half"): 0.5,
    ("and", "a", "bit"): 0.0,
    ("and", "a", "quarter"): 0.25,
}
HALVES |= {("and", "three", "quarters"): 0.75, ("and", "a", "half", "a"): 0.5}


@dataclass(frozen=True, slots=True)
class Number:
    """A number said in the words from start to end."""

    start: int
    end: int
    value: float
    tail: float | None = None
    """A digit said right after it, as in "thirty nine five": the temperature reading of it is 39.5."""


def numbers(words: Sequence[str]) -> list[Number]:
    """All numbers in the words, in order."""
    out: list[Number] = []
    at = 0
    while at < len(words):
        found = _number(words, at)
        if found is None:
            at += 1
            continue
        out.append(found)
        at = found.end
    return out


def _number(words: Sequence[str], at: int) -> Number | None:
    """The number that begins at a word, if one does."""
    word = words[at]
    if word[0].isdigit():
        number = Number(at, at + 1, float(word.replace(",", ".")))
    elif word in TENS or (word in UNITS and word != "oh"):
        number = _hundreds(words, _below_hundred(words, at))
    elif word == "hundred" or (word == "a" and words[at + 1 : at + 2] == ("hundred",)):
        number = _hundreds(words, Number(at, at + (word == "a"), 1))
    elif word == "half" and words[at + 1 : at + 2] in (("a",), ("an",)):
        return Number(at, at + 2, 0.5)
    else:
        return None
    return _fraction(words, number)


def _below_hundred(words: Sequence[str], at: int) -> Number:
    """twenty, twenty one, seven."""
    word = words[at]
    if word in UNITS:
        return Number(at, at + 1, UNITS[word])
    following = words[at + 1] if at + 1 < len(words) else ""
    if 0 < UNITS.get(following, 0) < 10:
        return Number(at, at + 2, TENS[word] + UNITS[following])
    return Number(at, at + 1, TENS[word])


def _hundreds(words: Sequence[str], number: Number) -> Number:
    """One hundred and two, a hundred two, one oh two, one hundred."""
    at = number.end
    if at < len(words) and words[at] == "hundred" and number.value < 10:
        at += 1
        base = number.value * 100
        skip = at + 1 if at < len(words) and words[at] in JOINS else at
        if skip < len(words) and (words[skip] in TENS or 0 < UNITS.get(words[skip], 0) < 20):
            rest = _below_hundred(words, skip)
            return Number(number.start, rest.end, base + rest.value)
        return Number(number.start, at, base)
    if number.value == 1 and at < len(words) and words[at] in TENS:
        rest = _below_hundred(words, at)
        return Number(number.start, rest.end, 100 + rest.value)
    if (
        number.value == 1
        and at + 1 < len(words)
        and words[at] in ("oh", "zero", "o")
        and words[at + 1] in UNITS
    ):
        return Number(number.start, at + 2, 100 + UNITS[words[at + 1]])
    return number


def _fraction(words: Sequence[str], number: Number) -> Number:
    """Thirty nine point two, two and a half; a loose digit after it is kept as its tail."""
    at = number.end
    if at + 1 < len(words) and words[at] in POINTS:
        digits = ""
        at += 1
        while at < len(words) and len(digits) < 3 and _digit(words[at]):
            digits += _digit(words[at])
            at += 1
        if digits:
            return Number(number.start, at, number.value + int(digits) / 10 ** len(digits))
    for half, value in HALVES.items():
        if tuple(words[at : at + len(half)]) == half:
            return Number(number.start, at + len(half), number.value + value)
    if at < len(words) and _digit(words[at]):
        return Number(number.start, at, number.value, tail=float(_digit(words[at])))
    return number


def _digit(word: str) -> str:
    """A single digit said or written, as a character; else empty."""
    if len(word) == 1 and word.isdigit():
        return word
    value = UNITS.get(word, 10)
    return str(value) if value < 10 else ""
