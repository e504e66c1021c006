"""Digits as they are spoken: Whisper writes '39.2', the grammars expect 'thirty nine point two'."""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?")


def spell_out(text: str) -> str:
    """Return ``text`` with every number in words; longer ones than three digits are read digit by digit."""
    return _NUMBER.sub(lambda found: f" {_words(found[1], found[2])} ", text)


def _words(whole: str, decimals: str | None) -> str:
    words = _cardinal(int(whole)) if len(whole) <= 3 else _digits(whole)
    return f"{words} point {_digits(decimals)}" if decimals else words


def _digits(text: str) -> str:
    return " ".join(_ONES[int(digit)] for digit in text)


def _cardinal(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        rest = f" {_ONES[number % 10]}" if number % 10 else ""
        return _TENS[number // 10 - 2] + rest
    rest = f" and {_cardinal(number % 100)}" if number % 100 else ""
    return f"{_ONES[number // 100]} hundred{rest}"
