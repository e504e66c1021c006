"""Numbers that tell the time of day."""

from __future__ import annotations

from voice_triage.understanding.numbers import Number
from voice_triage.understanding.values import Utterance


def time_of_day(said: Utterance, number: Number) -> bool:
    """True for both of "ten past four" and "ten to four", not for "six to seven"."""
    telling, before, follows = said.telling, said.word(number.start - 1), said.word(number.end)
    hour = said.at.get(number.end + 1)
    first = said.ends.get(number.start - 1)
    if before in telling.past | telling.to and said.before(number.start - 1, tuple(said.numerals.part_of)):
        return True
    if (follows in telling.past and hour) or (before in telling.past and first):
        return True
    if follows in telling.to and hour:
        return hour.value < number.value
    return before in telling.to and first is not None and number.value < first.value
