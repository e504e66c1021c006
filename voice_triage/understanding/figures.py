"""The values of an utterance, as the rules and the network together read them.

The rules find every number and time, and what each may be; which of them is the patient's age, the time the
spots have been there, or the temperature, the network often knows better ("sixty one years he have, my
father"). So each reading counts, as log-odds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from voice_triage.messages import Value
from voice_triage.understanding import ages, durations, temperatures, weighing
from voice_triage.understanding.lasting import Clauses
from voice_triage.understanding.numbers import UNIT_HOURS, Number
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.transformer import Floats
from voice_triage.understanding.value_spots import longest
from voice_triage.understanding.values import Told, Utterance, and_a_half, smaller
from voice_triage.understanding.values_network import KINDS, Part, Span, ValuesNetwork

PHRASE = "phrase"
"""The unit of a candidate that has none: "last night"."""
RULE = 6.0
"""Log-odds that the rules add to what they have read."""
NOTHING = 2.5
"""And to nothing, where they have read nothing."""
NEAR = 3
"""Numbers before and after one without a unit, whose unit may be its own."""
TENTHS_FROM = 30
"""Degrees from which a loose digit tells tenths: "thirty nine five"."""
SELF_TOLD = ("", "patient", "age")
"""Questions, or none, at which the network alone may make the speaker the patient of "my neck"; at others it
needs an "I" or a "me": the contract has nobody named in "no fever but my neck is stiff"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number, or a phrase such as "last night", that may tell a value."""

    span: Span
    number: Number | None
    phrase: Spot[Phrase] | None = None


def candidates(said: Utterance) -> list[Candidate]:
    """Everything in an utterance that may be an age, a time or a temperature."""
    out = []
    for number in said.at.values():
        unit, end = said.unit(number.end), number.end
        if unit:
            _, end = and_a_half(said, number.value, end + 1)
            end, _ = smaller(said, end, UNIT_HOURS[unit])
        out.append(Candidate(Span(number.start, end, unit), number))
    counted = Near(one.span for one in out)
    for s in longest(said.spots, "duration"):
        if not counted.meeting(s.start, s.end):
            out.append(Candidate(Span(s.start, s.end, PHRASE), None, s))
    return out


def weighed(
    clauses: Clauses, told: Mapping[str, Told], network: ValuesNetwork, parts: Sequence[Part]
) -> dict[str, Told]:
    """The values that both readings make likeliest, by concept; ``told`` are the rules'."""
    first = parts[0].start  # of a longer utterance the network reads the end
    found = [one for one in candidates(clauses.utterance) if one.span.start >= first]
    telling = Telling(clauses, first)
    reading = network.read(parts, [one.span for one in found])
    out = {}
    for kind, name in enumerate(KINDS):
        one = _likeliest(telling, name, told.get(name), found, reading.kinds[:, kind]) if name else None
        if one:
            out[name] = one
    rule = told.get("patient")
    who = weighing.patient(str(rule.value.value) if rule else None, reading.patient)
    if rule and who == rule.value.value:
        out["patient"] = rule
    elif who and (who != "self" or _speaks_of_self(clauses.utterance)):
        out["patient"] = Told(0, 0, Value("patient", "value", who))
    return out


def _speaks_of_self(said: Utterance) -> bool:
    """True where the network alone may take the speaker for the patient."""
    own = said.telling.speaker | said.telling.selves
    return said.question in SELF_TOLD or not own.isdisjoint(said.words.surface)


def _likeliest(
    telling: Telling, name: str, ruled: Told | None, found: Sequence[Candidate], likely: Floats
) -> Told | None:
    """The value of one concept, or none."""
    # Of phrases the network was shown times alone: "in her first month" is an age that it knows nothing of.
    may = [at for at, one in enumerate(found) if one.number or name == "duration"]
    theirs = [at for at in may if ruled and _meets(ruled, found[at])]
    if ruled and not theirs:
        return ruled  # nor has it been shown "born in nineteen eighty"
    odds = np.log(likely + 1e-6) - np.log(1 - likely + 1e-6)
    odds[theirs] += RULE
    order = [int(at) for at in odds.argsort()[::-1] if odds[at] > 0]
    every = [
        (one, odds[at]) for at in order if (one := ruled if at in theirs else telling.value(name, found[at]))
    ]
    if not ruled and (len({one.value.value for one, _ in every}) > 1 or not every or every[0][1] <= NOTHING):
        return None  # "fifteen, fifty": it is asked again
    return every[0][0] if every else None


def _meets(one: Told, candidate: Candidate) -> bool:
    """True for two that share words."""
    return one.start < candidate.span.end and candidate.span.start < one.end


class Telling:
    """What each candidate of an utterance would tell; what the rules know of all of them is made out once."""

    def __init__(self, clauses: Clauses, first: int) -> None:
        """``first``: the first word of all that is read."""
        self._clauses = clauses
        self._said, self._first = clauses.utterance, first

    @cached_property
    def _ages(self) -> list[Told]:
        return [one for one in ages.every(self._said, ()) if one.end > self._first]

    @cached_property
    def _times(self) -> list[Told]:
        told = durations.in_numbers(self._said, (), self._clauses)
        return [one for one in told if one.end > self._first]

    @cached_property
    def _numbers(self) -> tuple[list[Number], list[int]]:
        """All numbers in order, and where they begin."""
        return list(self._said.at.values()), list(self._said.at)

    def value(self, name: str, one: Candidate) -> Told | None:
        """The value that a candidate tells of a concept, or none."""
        if one.phrase:
            return self._phrase(one.phrase) if name == "duration" else None
        if one.number is None:
            return None
        if name == "temperature":
            return None if one.span.unit else self._heat(one.number)
        known = self._ages if name == "age" else self._times
        by_rule = next((told for told in known if _meets(told, one)), None)
        return by_rule or (self._age if name == "age" else self._time)(one.number, one.span.unit)

    def _phrase(self, spot: Spot[Phrase]) -> Told:
        return durations.time_told(self._said, spot.start, spot.end, float(spot.payload.value.split()[-1]), 1)

    def _age(self, number: Number, unit: str) -> Told | None:
        amount, end = number.value, number.end
        if unit in ("hour", "minute"):
            return None
        if unit:
            amount, end = and_a_half(self._said, amount, end + 1)
        if not 0 <= amount <= ages.MAX_AGE_YEARS:
            return None
        return ages.as_told(self._said, number, amount, unit, end, strong=True)

    def _time(self, number: Number, unit: str) -> Told | None:
        """The unit of "five days, no, six" stands at another number."""
        step, amount, end, more = (
            UNIT_HOURS.get(unit or self._unit_near(number), 0),
            number.value,
            number.end,
            0.0,
        )
        if not step:
            return None
        if unit:
            amount, end = and_a_half(self._said, amount, end + 1)
            end, more = smaller(self._said, end, step)
        hours = durations.least(self._said, number, end, amount * step + more, step)
        return durations.time_told(self._said, number.start, end, hours, step)

    def _unit_near(self, number: Number) -> str:
        """The unit of the number before, or else of the one after."""
        others, starts = self._numbers
        last, first = bisect_left(starts, number.start), bisect_left(starts, number.end)
        ended = (others[at] for at in range(last - 1, -1, -1) if others[at].end <= number.start)
        before, after = islice(ended, NEAR), others[first : first + NEAR]
        return next((unit for other in (*before, *after) if (unit := self._said.unit(other.end))), "")

    def _heat(self, number: Number) -> Told | None:
        degrees, end = number.value, number.end
        if number.tail is not None and degrees > TENTHS_FROM:
            degrees, end = degrees + number.tail / 10, end + 1
        if not temperatures.may_be(degrees):
            return None
        celsius = round(temperatures.in_celsius(degrees), 1)
        text = self._said.words.text(number.start, end)
        return Told(number.start, end, Value("temperature", "celsius", celsius, text))
