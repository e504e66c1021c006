"""Temperatures and durations, and what numbers of every kind share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_triage.messages import Value
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.numbers import Number, numbers
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words

UNIT_HOURS = {
    "minute": 1 / 60,
    "hour": 1,
    "day": 24,
    "week": 168,
    "month": 720,
    "year": 8760,
    "fortnight": 336,
}
FEVER_CELSIUS = 38.0
"""clinical-spec.md: 38.0 C and over is fever."""
CELSIUS = (33.0, 43.5)
FAHRENHEIT = (92.0, 112.0)
FEVER_FROM = 35.0
"""A number with tenths above it is a temperature, whatever was asked."""


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


def temperatures(words: Words, spots: Sequence[Spot[Phrase]], question: str) -> list[Told]:
    """Body temperatures in Celsius; Fahrenheit is told by its size."""
    marks = _marks(spots, "heat")
    out: list[Told] = []
    for number in numbers(words.surface):
        degrees, end, exact = number.value, number.end, number.value % 1 != 0
        if number.tail is not None and degrees > 30:
            degrees, end, exact = degrees + number.tail / 10, end + 1, True
        if unit_of(words, end) in UNIT_HOURS or words.surface[end : end + 1] == ("percent",):
            continue
        near = any(mark.start - 6 <= number.start and end <= mark.end + 8 for mark in marks)
        near = near or question == "fever" or (exact and degrees > FEVER_FROM) or corrects(words, number, out)
        celsius = degrees if degrees < FAHRENHEIT[0] else (degrees - 32) * 5 / 9
        if not near or not CELSIUS[0] <= celsius <= CELSIUS[1]:
            continue
        text = words.text(number.start, end)
        out.append(Told(number.start, end, Value("temperature", "celsius", round(celsius, 1), text)))
    return out


def _marks(spots: Sequence[Spot[Phrase]], about: str) -> list[Spot[Phrase]]:
    """The words that tell what a number near them is about."""
    return [
        s for s in spots if (s.payload.kind, s.payload.name, s.payload.value) == ("value", "about", about)
    ]


def corrects(words: Words, number: Number, before: Sequence[Told]) -> bool:
    """True for the five of "four, no sorry, five"."""
    if not before or not 0 <= number.start - before[-1].end <= 9:
        return False
    between = [word for word in words.surface[before[-1].end : number.start] if word[0].isalnum()]
    return bool(between) and all(word in _CORRECTING for word in between)


def unit_of(words: Words, at: int) -> str:
    """The unit of a number that ends before a word."""
    return words.lemma[at] if at < len(words.lemma) else ""


def and_a_half(words: Words, amount: float, at: int, step: float = 1.0) -> tuple[float, int]:
    """An hour and a half: the half comes after the unit."""
    if words.surface[at : at + 3] == ("and", "a", "half"):
        return amount + 0.5 * step, at + 3
    return amount, at


_CORRECTING = frozenset(
    "no sorry wait actually well i mean meant make it that is rather really a tell lie nearer more like "
    "scratch say lets let us correction on hang or is's not am only he she 's was".split()
)


def durations(
    words: Words, spots: Sequence[Spot[Phrase]], question: str, taken: Sequence[Told]
) -> list[Told]:
    """How long ago it began, in hours."""
    out: list[Told] = []
    marks = {s.end for s in _marks(spots, "time")}
    rough = vague(words)
    exact = [n for n in numbers(words.surface) if not any(v.start <= n.start < v.end for v in rough)]
    for number in sorted((*exact, *rough), key=lambda n: n.start):
        if any(t.start <= number.start < t.end for t in taken):
            continue
        end = number.end + (
            unit_of(words, number.end) in ("odd", "or", "good", "full", "solid", "whole", "of", "long")
        )
        end += words.surface[end : end + 1] in (("so",), ("an",), ("a",))
        step = UNIT_HOURS.get(unit_of(words, end), 0)
        if not step and corrects(words, number, out):
            hours = number.value * out[-1].step
            out.append(_duration(words, number.start, number.end, hours, out[-1].step))
            continue
        if not step or (words.surface[end + 1 : end + 2] == ("old",)):
            continue
        hours, end = and_a_half(words, number.value, end + 1)
        ago = words.surface[end : end + 1] in (("ago",), ("now",), ("back",), ("since",))
        marked = any(place in marks for place in range(number.start - 3, number.start + 1))
        if ago or marked or question == "duration" or corrects(words, number, out):
            out.append(_duration(words, number.start, end, hours * step, step))
    if not out:
        out = [
            _duration(words, s.start, s.end, float(s.payload.value.split()[-1]), 1)
            for s in longest(spots, "duration")
            if s.payload.value[0] != "q" or question == "duration"
        ]
    return out


def longest(spots: Sequence[Spot[Phrase]], name: str) -> list[Spot[Phrase]]:
    """The phrases of a kind of value, without those inside a longer one."""
    kept: list[Spot[Phrase]] = []
    found = [s for s in spots if s.payload.kind == "value" and s.payload.name == name]
    for one in sorted(found, key=lambda s: s.start - s.end):
        if not any(one.start < other.end and other.start < one.end for other in kept[:8]):
            kept.append(one)
    return kept


def _duration(words: Words, start: int, end: int, hours: float, step: float) -> Told:
    """A duration told in the words from start to end."""
    return Told(start, end, Value("duration", "hours", round(hours, 2), words.text(start, end)), step=step)


_VAGUE = {"couple": 2, "few": 3, "several": 5, "a": 1, "an": 1, "some": 3, "many": 6}


def vague(words: Words) -> list[Number]:
    """A day, a couple of hours, a few weeks."""
    out = []
    for at, unit in enumerate(words.lemma):
        if unit not in UNIT_HOURS or at == 0:
            continue
        before = at - 2 if words.surface[at - 1] == "of" and at > 1 else at - 1
        if words.surface[before] in ("good", "whole", "full", "solid", "odd") and before:
            before -= 1
        if words.surface[before] in _VAGUE and words.surface[before - 1 : before] != ("half",):
            out.append(Number(before, at, _VAGUE[words.surface[before]]))
    return out
