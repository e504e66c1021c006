"""Numbers that look like an age and are none: the time of day, a house, a measure, a likeness."""

from __future__ import annotations

from voice_triage.understanding.numbers import Number
from voice_triage.understanding.temperatures import may_be
from voice_triage.understanding.values import Utterance, address, contrast, counted_noun

TAKEN_WITHIN = 5
"""Words before an age in which somebody is taken for it."""
YET_WORDS = 3
"""Words after an age in which a yet makes it the next one: "not one year old yet"."""


def no_age(said: Utterance, number: Number) -> bool:
    """True for "twelve kilos", "year four" and the one of "slurring was one"."""
    telling, before, follows = said.telling, said.word(number.start - 1), said.base(number.end)
    if not telling.measures.isdisjoint((said.base(number.start - 1), follows)):
        return True
    if said.unit(number.end) and before in telling.to_come and said.word(number.end + 1) not in telling.old:
        return True  # "she's three in a fortnight"
    parent = before in telling.of and said.base(number.start - 2) in telling.kin
    if said.of_spots(number.start) or not telling.tens_heard.isdisjoint((before, follows)):
        return True  # "the spots are a day old", "seven tea"
    if _taken_for(said, number.start) or _likened(said, number.start - 1) or address(said, number.end):
        return True
    if (
        _not_the(said, number.start)
        or (before in telling.denies and not yet(said, number))
        or (parent and not said.unit(number.end))
    ):
        return True  # "thirteen, not thirty", "mother of two"
    return follows in telling.not_ages or before in telling.named_by or _time_of_day(said, number)


def _time_of_day(said: Utterance, number: Number) -> bool:
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


def _likened(said: Utterance, at: int) -> bool:
    """True for "he acts like a two year old" and "the mind of a twenty year old"."""
    if said.word(at) not in said.numerals.part_a:
        return False
    of, what = said.word(at - 1), said.word(at - 2)
    telling = said.telling
    return (of in telling.like and what not in telling.be) or (of in telling.of and what in telling.likened)


def _not_the(said: Utterance, at: int) -> bool:
    """True for "not the nine year old"."""
    telling = said.telling
    return said.word(at - 1) in telling.pointing | telling.owners and said.word(at - 2) in telling.denies


def _taken_for(said: Utterance, at: int) -> bool:
    """True for "everyone thinks he's six"."""
    lead = said.words.surface[max(0, at - TAKEN_WITHIN) : at]
    return not (said.telling.others.isdisjoint(lead) or said.telling.taken_for.isdisjoint(lead))


def yet(said: Utterance, number: Number) -> bool:
    """True for "not one yet"."""
    after = said.words.surface[number.end : number.end + YET_WORDS]
    return said.word(number.start - 1) in said.telling.denies and not said.telling.yet.isdisjoint(after)


def told_as_age(said: Utterance, number: Number) -> bool:
    """True for "forty, not fourteen" and "two years, not two months" as corrections of a summary."""
    other = contrast(said, number) if said.question == "summary_check" else None
    if other is None:
        return False
    units = {said.unit(number.end), said.unit(other.end)}
    if units != {""}:
        return units <= {"year", "month"}
    warm = may_be(number.value) and may_be(other.value)
    return not warm and not counted_noun(said, number.end) and not counted_noun(said, other.end)
