"""Ages, temperatures, durations, and who it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_triage.messages import Value
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.numbers import Number, numbers
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words

UNIT_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24, "week": 168, "month": 730, "year": 8760, "fortnight": 336}
UNIT_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "fortnight": 12 * 14 / 365.25}
FEVER_CELSIUS = 38.0
"""clinical-spec.md: 38.0 C and over is fever."""
CELSIUS = (33.0, 43.5)
FAHRENHEIT = (92.0, 112.0)
MAX_AGE_YEARS = 120


@dataclass(frozen=True, slots=True)
class Told:
    """A value and where it was said."""

    start: int
    end: int
    value: Value
    strong: bool = True
    """False when only the question makes it one."""


def temperatures(words: Words, spots: Sequence[Spot[Phrase]], question: str) -> list[Told]:
    """Body temperatures in Celsius; Fahrenheit is told by its size."""
    marks = [s for s in spots if s.payload.kind == "value" and s.payload.name == "about" and s.payload.value == "heat"]
    out = []
    for number in numbers(words.surface):
        degrees, end = number.value, number.end
        if number.tail is not None and degrees == int(degrees) and degrees > 30:
            degrees, end = degrees + number.tail / 10, end + 1
        if words.lemma[end : end + 1] in (("year",), ("month",), ("week",), ("day",), ("hour",), ("minute",)):
            continue
        near = any(mark.start - 6 <= number.start and end <= mark.end + 8 for mark in marks)
        if not (near or question == "fever"):
            continue
        if CELSIUS[0] <= degrees <= CELSIUS[1]:
            celsius = degrees
        elif FAHRENHEIT[0] <= degrees <= FAHRENHEIT[1]:
            celsius = (degrees - 32) * 5 / 9
        else:
            continue
        text = words.text(number.start, end)
        out.append(Told(number.start, end, Value("temperature", "celsius", round(celsius, 1), text)))
    return out


def ages(words: Words, spots: Sequence[Spot[Phrase]], question: str, taken: Sequence[Told]) -> list[Told]:
    """Ages in years or months."""
    out = [
        Told(s.start, s.end, _age_value(s.payload.value, words.text(s.start, s.end)))
        for s in spots
        if s.payload.kind == "value" and s.payload.name == "age" and (s.payload.value[0] != "q" or question == "age")
    ]
    for number in numbers(words.surface):
        if any(t.start <= number.start < t.end for t in (*taken, *out)):
            continue
        told = _age_of(words, number, question)
        if told:
            out.append(told)
    return out


def _age_value(value: str, text: str) -> Value:
    """The value of a phrase such as newborn, written "0 months" in values.yaml."""
    amount, unit = value.removeprefix("q ").split()
    return Value("age", unit, float(amount), text)


def _age_of(words: Words, number: Number, question: str) -> Told | None:
    """The age a number says, by the words around it."""
    lemma, surface = words.lemma, words.surface
    end = number.end
    amount = number.value
    unit = lemma[end] if end < len(lemma) else ""
    if unit == "and" and surface[end : end + 3] == ("and", "a", "half"):
        end, unit = end + 3, lemma[end + 3] if end + 3 < len(lemma) else ""
    if unit in UNIT_MONTHS or unit == "year":
        end += 1
        if surface[end : end + 3] == ("and", "a", "half"):
            amount, end = amount + 0.5, end + 3
    old = surface[end : end + 1] in (("old",), ("of",)) or surface[end : end + 2] == ("of", "age")
    lead = set(surface[max(0, number.start - 3) : number.start])
    before = surface[number.start - 1] if number.start else ""
    subject = before in _IS and bool(lead & _SUBJECTS) or before in ("aged", "age", "turned", "turning")
    loose = surface[max(0, number.start - 2) : number.start - 1]
    subject = subject or (before in _ABOUT and bool(loose) and loose[0] in _IS)
    if not (old or question == "age" or (subject and unit in ("", "and", "but", ",", ".", "year", "month", "week"))):
        return None
    if not (old or question == "age") and unit in UNIT_MONTHS and not subject:
        return None
    text = words.text(number.start, end)
    if unit in UNIT_MONTHS:
        return Told(number.start, end, Value("age", "months", round(amount * UNIT_MONTHS[unit], 2), text))
    if not 0 <= amount <= MAX_AGE_YEARS or (unit in ("degree", "point", "hour", "minute")):
        return None
    return Told(number.start, end, Value("age", "years", amount, text), strong=old or subject)


_IS = frozenset({"is", "'s", "am", "was", "are", "turned", "be"})
_ABOUT = frozenset({"about", "nearly", "almost", "just", "only", "around", "roughly", "now", "nearly", "like"})
_SUBJECTS = frozenset("he she i it they son daughter baby boy girl child kid husband wife mum mom dad".split())


def durations(words: Words, spots: Sequence[Spot[Phrase]], question: str, taken: Sequence[Told]) -> list[Told]:
    """How long ago it began, in hours."""
    out = [
        Told(s.start, s.end, Value("duration", "hours", float(s.payload.value.split()[-1]), words.text(s.start, s.end)))
        for s in spots
        if s.payload.kind == "value"
        and s.payload.name == "duration"
        and (s.payload.value[0] != "q" or question == "duration")
    ]
    marks = {s.end for s in spots if s.payload.kind == "value" and s.payload.name == "about" and s.payload.value == "time"}
    for number in (*numbers(words.surface), *_vague(words)):
        if any(t.start <= number.start < t.end for t in (*taken, *out)):
            continue
        end = number.end
        unit = words.lemma[end] if end < len(words.lemma) else ""
        if unit not in UNIT_HOURS:
            continue
        hours = number.value * UNIT_HOURS[unit]
        end += 1
        if words.surface[end : end + 3] == ("and", "a", "half"):
            hours, end = hours + 0.5 * UNIT_HOURS[unit], end + 3
        ago = words.surface[end : end + 1] in (("ago",), ("now",), ("back",))
        marked = any(place in marks for place in range(number.start - 3, number.start + 1))
        if ago or marked or question == "duration":
            text = words.text(number.start, end)
            out.append(Told(number.start, end, Value("duration", "hours", round(hours, 2), text)))
    return out


_VAGUE = {"couple": 2, "few": 3, "several": 5, "a": 1, "an": 1, "one": 1, "some": 3, "many": 6}


def _vague(words: Words) -> list[Number]:
    """a day, a couple of hours, a few weeks."""
    out = []
    for at, unit in enumerate(words.lemma):
        if unit not in UNIT_HOURS or at == 0:
            continue
        before = at - 2 if words.surface[at - 1] == "of" and at > 1 else at - 1
        if words.surface[before] in ("good", "whole", "full", "solid", "last", "past") and before:
            before -= 1
        if words.surface[before] in _VAGUE:
            out.append(Number(before, at, _VAGUE[words.surface[before]]))
    return out


def patients(words: Words, spots: Sequence[Spot[Phrase]], question: str) -> list[Told]:
    """Who it is about: self, child or other; strong where it is said outright."""
    out = []
    for s in spots:
        if s.payload.kind != "value" or s.payload.name not in ("patient", "patient_word"):
            continue
        strong = s.payload.name == "patient"
        if strong or question == "patient":
            text = words.text(s.start, s.end)
            out.append(Told(s.start, s.end, Value("patient", "value", s.payload.value, text), strong))
    return out
