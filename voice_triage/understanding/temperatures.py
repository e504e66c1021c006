"""Temperatures of a body: not of the weather, a bath or the wash."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from voice_triage.messages import Status, Value
from voice_triage.understanding.context import Said
from voice_triage.understanding.numbers import Number
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.value_spots import marks
from voice_triage.understanding.values import (
    Told,
    Utterance,
    address,
    contrast,
    counted_noun,
)
from voice_triage.understanding.words import is_stop

CELSIUS = (33.0, 43.5)
FAHRENHEIT = (92.0, 112.0)
FAHRENHEIT_FEVER = (100.0, 107.0)
"""Whole numbers that are said of a body; hardly anybody is so old."""
NEAR = 4
"""Words after a number, of its own clause, that say where it was that warm."""
FEVER_FROM = 35.0
"""A number with tenths above it is a temperature, whatever was asked."""
JUST_BELOW = 0.1
"""A temperature is "under thirty eight" by at least so much."""


def temperatures(said: Utterance, fever_celsius: float) -> list[Told]:
    """Body temperatures in Celsius, a fever from ``fever_celsius`` on; Fahrenheit is told by its size."""
    marked = Near(marks(said.spots, "heat"))
    out: list[Told] = []
    for number in said.numbers:
        degrees, end, exact = number.value, number.end, number.value % 1 != 0
        if number.tail is not None and degrees > 30:
            degrees, end, exact = degrees + number.tail / 10, end + 1, True
        if number.even and said.question != "age":
            end, exact = end + 1, True
        if said.unit(end) or not said.telling.percent.isdisjoint((said.word(end), said.base(end))):
            continue
        if counted_noun(said, end) and not marked.begun(end, end + 2):
            continue
        if _elsewhere(said, number.start, end) or said.denied(number.start) or _bound(said, number):
            continue
        by = marked.meeting(end - 9, number.start + 7)  # six words behind it, or eight before
        near = bool(by) and (exact or not _speakers(said, number.start))
        near = near or said.question == "fever" or (exact and degrees > FEVER_FROM)
        near = near or _contrasted(said, number, fever_celsius) or _too_hot_for_years(said, number)
        celsius = in_celsius(degrees)
        if not near or not CELSIUS[0] <= celsius <= CELSIUS[1]:
            continue
        if _open(said, end, degrees, fever_celsius):
            continue
        if celsius < fever_celsius and not exact and by and _only_degrees(said, number.start, by):
            continue
        if said.before(number.start, said.telling.below):
            celsius -= JUST_BELOW
        text = said.words.text(number.start, end)
        out.append(Told(number.start, end, Value("temperature", "celsius", round(celsius, 1), text)))
    return out


def _bound(said: Utterance, number: Number) -> bool:
    """True for the hundred of "the doctor said more than a hundred is fever"."""
    above = said.before(number.start, said.telling.above)
    return above and said.length(number.end, said.telling.counts_as) > 0


def _too_hot_for_years(said: Utterance, number: Number) -> bool:
    """True for "he's a hundred and two", said of nobody who may be so old."""
    telling = said.telling
    if said.question == "age" or not FAHRENHEIT_FEVER[0] <= number.value <= FAHRENHEIT_FEVER[1]:
        return False
    if said.word(number.end) in telling.old or said.stretches.holds(
        telling.aged_kin, 0, len(said.words.surface)
    ):
        return False
    at = number.start - 1
    while said.word(at) in telling.about | telling.now:
        at -= 1
    return said.word(at) in telling.be and said.word(at - 1) in telling.third | telling.relative


def in_celsius(degrees: float) -> float:
    """Degrees of a body in Celsius, whichever they were told in."""
    return degrees if degrees < FAHRENHEIT[0] else (degrees - 32) * 5 / 9


def _elsewhere(said: Utterance, start: int, end: int) -> bool:
    """True for the number of "pulse a hundred", "number forty", "forty outside" and "forty in the sun"."""
    telling = said.telling
    if not telling.not_body.isdisjoint(said.lead(start)) or said.word(start - 1) in telling.named_by:
        return True
    clause = tuple(
        takewhile(
            lambda word: not is_stop(word) and word not in telling.clause_words,
            said.words.surface[end : end + NEAR],
        )
    )
    if not telling.outdoors.isdisjoint(clause) or address(said, end):
        return True
    places = (*range(start - len(said.lead(start)), start), *range(end, end + len(clause)))
    return not _of_body(said, start) and any(said.length(at, telling.weather) for at in places)


def _of_body(said: Utterance, start: int) -> bool:
    """True where the number is said of a person or of a reading: "he was thirty nine in the sun"."""
    telling = said.telling
    if not telling.readings.isdisjoint(said.lead(start)):
        return True
    at = start - 1
    while said.word(at) in telling.be | telling.about | telling.having | telling.stayed:
        at -= 1
    return said.word(at) in telling.persons - telling.it


def _only_degrees(said: Utterance, start: int, by: list[Spot[Phrase]]) -> bool:
    """True for "it was thirty six degrees yesterday", told unasked: it may well be the weather's."""
    if said.question == "fever" or _of_body(said, start):
        return False
    marking = {word for mark in by for word in said.words.surface[mark.start : mark.end]}
    return said.telling.degrees.issuperset(marking)


def _contrasted(said: Utterance, number: Number, fever_celsius: float) -> bool:
    """True for "thirty nine, not thirty eight" as a correction of what was read back; only of a fever."""
    if said.question != "summary_check" or number.value < fever_celsius:
        return False
    other = contrast(said, number)
    return other is not None and all(may_be(one.value) for one in (number, other))


def fever(said: Utterance, heat: Sequence[Told], last: Told, fever_celsius: float) -> Said:
    """The fever that the ``last`` temperature means, or an earlier one: "38.5 last night, now 37".

    Medicine hides a fever; a slip of the tongue was none.
    """
    meant = [t for t, after in zip(heat, heat[1:], strict=False) if said.earlier(t, after)]
    place = max([*meant, last], key=lambda t: float(t.value.value))
    status: Status = "present" if float(place.value.value) >= fever_celsius else "absent"
    return Said(place.start, place.end, "fever", status, sure=True, told=True)


def may_be(degrees: float) -> bool:
    """True for degrees that a body may have."""
    return CELSIUS[0] <= in_celsius(degrees) <= CELSIUS[1]


def _open(said: Utterance, end: int, degrees: float, fever_celsius: float) -> bool:
    """True where unread decimals may make it a fever: "one hundred point" and no number."""
    least, most = in_celsius(degrees), in_celsius(degrees + 0.9)
    return said.word(end) in said.numerals.points and least < fever_celsius <= most


def _speakers(said: Utterance, at: int) -> bool:
    """True for the number of "i am forty one and I have a fever"."""
    return said.word(at - 1) in said.telling.be and said.word(at - 2) in said.telling.speaker
