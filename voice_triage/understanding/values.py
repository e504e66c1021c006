"""Ages, temperatures, durations, and who it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_triage.messages import Value
from voice_triage.understanding.births import births
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.numbers import SOUND_ALIKE, Number, numbers
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
UNIT_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "fortnight": 12 * 14 / 365.25}
FEVER_CELSIUS = 38.0
"""clinical-spec.md: 38.0 C and over is fever."""
CELSIUS = (33.0, 43.5)
FAHRENHEIT = (92.0, 112.0)
FEVER_FROM = 35.0
"""A number with tenths above it is a temperature, whatever was asked."""
MAX_AGE_YEARS = 120


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
        if _unit(words, end) in UNIT_HOURS or words.surface[end : end + 1] == ("percent",):
            continue
        near = any(mark.start - 6 <= number.start and end <= mark.end + 8 for mark in marks)
        near = (
            near or question == "fever" or (exact and degrees > FEVER_FROM) or _corrects(words, number, out)
        )
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


def _corrects(words: Words, number: Number, before: Sequence[Told]) -> bool:
    """True for the five of "four, no sorry, five"."""
    if not before or not 0 <= number.start - before[-1].end <= 6:
        return False
    between = [word for word in words.surface[before[-1].end : number.start] if word[0].isalnum()]
    return bool(between) and all(word in _CORRECTING for word in between)


def _unit(words: Words, at: int) -> str:
    """The unit of a number that ends before a word."""
    return words.lemma[at] if at < len(words.lemma) else ""


def ages(words: Words, spots: Sequence[Spot[Phrase]], question: str, taken: Sequence[Told]) -> list[Told]:
    """Ages in years or months."""
    born = births(words)
    if born is not None:
        return [
            Told(start, end, Value("age", "years", years, words.text(start, end)))
            for start, end, years in born
            if 0 <= years <= MAX_AGE_YEARS
        ]
    out: list[Told] = []
    said = numbers(words.surface)
    if question == "age":
        said = said + _vague(words) or _sounded(words)
    for number in sorted(said, key=lambda n: n.start):
        if any(t.start <= number.start < t.end for t in taken) or words.surface[
            number.start - 2 : number.start
        ] == (
            "going",
            "on",
        ):
            continue
        told = _age_of(words, number, question, _corrects(words, number, out))
        if told:
            out.append(told)
    if not any(told.strong for told in out):
        out.extend(
            Told(s.start, s.end, _age_value(s.payload.value, words.text(s.start, s.end)), strong=not out)
            for s in longest(spots, "age")
            if s.payload.value[0] != "q" or question == "age"
        )
    return out


def _sounded(words: Words) -> list[Number]:
    """The three of "he is free": one such word, and beside it only who, is, about and the unit."""
    known = _IS | _SUBJECTS | _ABOUT | _CHILD | _AGED | _UNITS_SAID
    places = [at for at, word in enumerate(words.surface) if word in SOUND_ALIKE]
    if not places or any(
        word[0].isalnum() and word not in known and word not in SOUND_ALIKE for word in words.surface
    ):
        return []
    return [Number(places[-1], places[-1] + 1, SOUND_ALIKE[words.surface[places[-1]]])]


def _age_value(value: str, text: str) -> Value:
    """The value of a phrase such as newborn, written "0 months" in values.yaml."""
    amount, unit = value.removeprefix("q ").split()
    return Value("age", unit, float(amount), text)


def _age_of(words: Words, number: Number, question: str, corrects: bool) -> Told | None:
    """The age a number says, by the words around it."""
    surface, end, amount = words.surface, number.end, number.value
    unit = _unit(words, end)
    counted = unit in UNIT_MONTHS or unit == "year"
    of_years = unit == "month" and surface[max(0, number.start - 2) : number.start] == ("years", "and")
    if of_years or surface[end : end + 1] == ("next",):
        return None  # "he'll be one next week", the months of "two years and four months"
    if counted:
        amount, end = _and_a_half(words, amount, end + 1)
    follows = surface[end] if end < len(surface) else ""
    old = follows in ("old", "of") and surface[end : end + 2] != ("of", "them")
    before = surface[number.start - 1] if number.start else ""
    lead = set(surface[max(0, number.start - 4) : number.start])
    subject = before in _AGED or (bool(lead & _IS) and bool(lead & _SUBJECTS) and before in _IS | _ABOUT)
    child = before in _CHILD or (before == "," and words.lemma[max(0, number.start - 2)] in _CHILD)
    if not counted and not old and _plural(follows):
        return None
    if unit in ("degree", "point", "hour", "minute", "percent", "oclock") or not 0 <= amount <= MAX_AGE_YEARS:
        return None
    if surface[number.start - 1 : number.start] == ("born",) and counted and follows == "ago":
        subject, follows, end = True, "", end + 1
    if counted and unit != "year" and not (old or subject or question == "age" or corrects or child):
        return None
    if not (old or subject or child or corrects or question == "age") or surface[end : end + 1] == ("ago",):
        return None
    if number.tail is not None and not (old or question == "age"):
        return None
    text = words.text(number.start, end)
    if unit in UNIT_MONTHS:
        return Told(number.start, end, Value("age", "months", round(amount * UNIT_MONTHS[unit], 2), text))
    return Told(number.start, end, Value("age", "years", amount, text))


def _and_a_half(words: Words, amount: float, at: int, step: float = 1.0) -> tuple[float, int]:
    """An hour and a half: the half comes after the unit."""
    if words.surface[at : at + 3] == ("and", "a", "half"):
        return amount + 0.5 * step, at + 3
    return amount, at


def _plural(word: str) -> bool:
    """True for a word that a number counts: two spots."""
    return (
        len(word) > 3
        and word.endswith("s")
        and word not in ("yes", "this", "thats", "years", "thanks", "whats", "plus")
    )


_IS = frozenset({"is", "'s", "am", "was", "are", "be", "turned", "being"})
_AGED = frozenset({"aged", "age", "turned", "turning"})
_ABOUT = frozenset(
    "a about nearly almost just only around roughly now like well actually maybe approximately".split()
)
_SUBJECTS = frozenset(
    "he she i it they son daughter baby boy girl child kid husband wife mum dad one lad grandson "
    "granddaughter toddler mother father nan gran partner nephew niece him her".split()
)
_CHILD = frozenset("son daughter baby boy girl child kid lad grandson granddaughter husband wife".split())
_UNITS_SAID = frozenset(
    "years year old months month weeks week days day my our yes of age now oh sorry so well".split()
)
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
    vague = _vague(words)
    exact = [n for n in numbers(words.surface) if not any(v.start <= n.start < v.end for v in vague)]
    for number in sorted((*exact, *vague), key=lambda n: n.start):
        if any(t.start <= number.start < t.end for t in taken):
            continue
        end = number.end + (
            _unit(words, number.end) in ("odd", "or", "good", "full", "solid", "whole", "of", "long")
        )
        end += words.surface[end : end + 1] in (("so",), ("an",), ("a",))
        step = UNIT_HOURS.get(_unit(words, end), 0)
        if not step and _corrects(words, number, out):
            hours = number.value * out[-1].step
            out.append(_duration(words, number.start, number.end, hours, out[-1].step))
            continue
        if not step or (words.surface[end + 1 : end + 2] == ("old",)):
            continue
        hours, end = _and_a_half(words, number.value, end + 1)
        ago = words.surface[end : end + 1] in (("ago",), ("now",), ("back",), ("since",))
        marked = any(place in marks for place in range(number.start - 3, number.start + 1))
        if ago or marked or question == "duration" or _corrects(words, number, out):
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


def _vague(words: Words) -> list[Number]:
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
