"""How long the spots have been there, in hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice_triage.messages import Value
from voice_triage.understanding.concluding import concludes
from voice_triage.understanding.lasting import AIM, LONG_HOURS, Clauses
from voice_triage.understanding.long_ago import doubtful
from voice_triage.understanding.no_ages import told_as_age
from voice_triage.understanding.numbers import UNIT_HOURS, Number
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.value_spots import longest, marks
from voice_triage.understanding.values import (
    Told,
    Utterance,
    and_a_half,
    corrects,
    smaller,
)

NEARLY = 0.95
"""What "nearly two weeks" are of two weeks."""
MINUTE = 0.02
"""A minute in hours, rounded as values are; so long is only asked for."""


def durations(said: Utterance, taken: Sequence[Told], clauses: Clauses, *, new: bool) -> list[Told]:
    """The shortest time that tells how long the spots have been there: the newest are the ones that count.

    ``new``: some are said to be new, so that no long time can be theirs.
    """
    counted = [one for one in in_numbers(said, taken, clauses) if _theirs(said, clauses, one)]
    exact = any(concludes(clauses, one.start, one.end) for one in counted)  # "on monday, so that's four days"
    beside = {clauses.number(one.start) for one in counted}
    named = [
        one
        for one in _named(said, clauses, bool(counted))
        if not exact and _theirs(said, clauses, one) and clauses.number(one.start) not in beside
    ]
    # "thirty nine five an hour ago"
    heat = {clauses.number(t.start) for t in taken if t.value.concept == "temperature"}
    told = [one for one in (*counted, *named) if clauses.number(one.start) not in heat]
    if heat and said.question != "duration":
        told = [t for t in told if clauses.comes(t.start)]
    # "calpol two hours ago, the spots came up this morning": what is not plainly theirs gives way
    told = [t for t in told if clauses.plain(t.end - 1)] or told
    told = [t for t in told if t.strong] or told  # "hours, it came up this morning"
    kept: list[Told] = []
    for one in sorted(told, key=lambda t: t.start):
        if new and _hours(one) >= LONG_HOURS:
            continue
        if not kept or _hours(one) < _hours(kept[0]) or _replaces(said, kept[0], one):
            kept = [one]
    return kept


def _theirs(said: Utterance, clauses: Clauses, one: Told) -> bool:
    """True when a time is that of the spots, and if it is a long one, beyond doubt."""
    if _hours(one) >= LONG_HOURS and doubtful(said, one.start, one.end):
        return False
    return clauses.about_spots(one.end - 1, _hours(one))


def _replaces(said: Utterance, first: Told, second: Told) -> bool:
    """True for the second of "three days, no wait, four"; a long one needs nothing else to stand between."""
    telling, between = said.telling, (first.end, second.start)
    if not said.stretches.holds(telling.takes_back, *between):
        return False
    return _hours(second) < LONG_HOURS or said.stretches.only(telling.correcting, *between)


def in_numbers(said: Utterance, taken: Sequence[Told], clauses: Clauses) -> list[Told]:
    """The times told in numbers, also "not ten minutes ago", but not the second of "two days, not two"."""
    plain = [number for number in said.at.values() if not said.denied(number.start)]
    out = _of_numbers(said, plain, taken, clauses)
    if out or len(plain) == len(said.at):
        return out
    return [one for one in _of_numbers(said, [*said.at.values()], taken, clauses) if _hours(one) < LONG_HOURS]


def _of_numbers(
    said: Utterance, numbers: Sequence[Number], taken: Sequence[Told], clauses: Clauses
) -> list[Told]:
    """The times that numbers tell; one that was corrected gives way to its correction."""
    out: list[Told] = []
    telling = said.telling
    marked = {s.end for s in marks(said.spots, "time")}
    inside = covered(taken)
    for number in numbers:
        if number.start in inside or (out and number.start < out[-1].end) or told_as_age(said, number):
            continue
        end = number.end
        if said.base(end) in telling.padding:
            end += 1 + (said.word(end + 1) in telling.padding_end)
        step = UNIT_HOURS.get(said.unit(end), 0)
        correcting = corrects(said, number, out)
        if correcting and _reaches(said, out[-1], number, number.value * (step or out[-1].step)):
            continue
        if not step and (correcting or _counted_out(said, out, number)):
            out[-1] = time_told(said, number.start, number.end, number.value * out[-1].step, out[-1].step)
            continue
        theirs = said.word(end + 1) in telling.old and said.of_spots(number.start)
        if not step or (said.word(end + 1) in telling.old and not theirs):
            continue
        if said.word(number.start - 1) in telling.to_come or _rate(said, end):
            continue
        amount, end = and_a_half(said, number.value, end + 1)
        end, more = smaller(said, end, step)
        near = theirs or any(place in marked for place in range(number.start - 3, number.start + 1))
        near = near or (clauses.names(number.start) and _had(said, number.start))
        near = near or said.length(end, telling.in_a_row) > 0 or concludes(clauses, number.start, end)
        if said.word(end) in telling.since or near or (said.question and said.question in AIM) or correcting:
            hours = least(said, number, end, amount * step + more, step)
            out[-1 if correcting else len(out) :] = [time_told(said, number.start, end, hours, step)]
    return out


def _counted_out(said: Utterance, told: Sequence[Told], number: Number) -> bool:
    """True for the four of "a few hours, four maybe"."""
    if not told or said.question not in AIM or said.word(told[-1].start) not in said.numerals.vague:
        return False
    if (
        said.word(told[-1].start) in said.numerals.part_a
        and said.word(told[-1].start + 1) not in said.numerals.vague
    ):
        return False
    alone = (
        not said.word(number.end)[:1].isalnum()
        or said.word(number.end) in said.telling.either | said.telling.speaker
    )
    known = said.telling.either | said.telling.about | said.telling.correcting | said.idle
    return alone and said.stretches.only(known, told[-1].end, number.start)


def _rate(said: Utterance, at: int) -> bool:
    """True for the unit of "eight hours a day"."""
    return said.word(at + 1) in said.telling.a_day and bool(said.unit(at + 2))


def _reaches(said: Utterance, first: Told, number: Number, hours: float) -> bool:
    """True for the two of "a week or two": of a span into the long times the shorter end counts."""
    between = said.words.surface[first.end : number.start]
    known = said.telling.either | said.numerals.part_a
    joined = not said.telling.either.isdisjoint(between) and known.issuperset(between)
    return joined and _hours(first) < LONG_HOURS <= hours


def least(said: Utterance, number: Number, end: int, hours: float, step: float) -> float:
    """The hours of a time, fewer than a long one of "one or two weeks" and of "nearly two weeks"."""
    telling = said.telling
    if hours < LONG_HOURS:
        return hours
    at = number.start
    while said.word(at - 1) in telling.either | said.numerals.joins:
        at -= 1
    first = said.ends.get(at)
    spans = first is not None and (
        said.numerals.joins.isdisjoint(said.words.surface[at : number.start])
        or said.word(first.start - 1) in telling.between
    )
    if first is not None and spans and first.value * step < LONG_HOURS:
        return first.value * step
    almost = said.before(number.start, telling.almost) or said.length(end, telling.almost_after)
    return hours * NEARLY if almost and hours * NEARLY < LONG_HOURS else hours


def _had(said: Utterance, at: int) -> bool:
    """True for a time after "he has had the rash"."""
    return not (said.telling.having | said.telling.stayed).isdisjoint(said.lead(at))


def _named(said: Utterance, clauses: Clauses, beside: bool) -> list[Told]:
    """The times told in words alone; beside a number, or unasked, only of what came up then."""
    out = []
    ends = {number.end for number in said.at.values()}
    for s in longest(said.spots, "duration"):
        rough, hours = s.payload.value[0] == "q", float(s.payload.value.split()[-1])
        if s.payload.value[0] == "w" and (said.question != "duration" or not _alone(said, s)):
            continue  # "longer" is an answer, "no longer" is not
        # "hours" are a few, the hour of "at that hour" is none
        bare = s.end - s.start == 1 and bool(said.unit(s.start))
        if bare and (said.word(s.start) == said.base(s.start) or s.start in ends):
            continue
        asked = said.question == "duration" and not beside and said.word(s.end) not in said.telling.old
        came = hours < LONG_HOURS and clauses.comes(s.start)
        if came or asked or not (rough or beside):
            out.append(replace(time_told(said, s.start, s.end, hours, 1), strong=not bare))
    return out


def _alone(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for a phrase beside which nothing is said."""
    idle = said.idle | said.telling.be | said.telling.they
    return said.stretches.only_outside(idle, spot.start, spot.end)


def _hours(told: Told) -> float:
    """The hours that a time tells."""
    return float(told.value.value)


def time_told(said: Utterance, start: int, end: int, hours: float, step: float) -> Told:
    """A duration told in the words from start to end."""
    value = Value("duration", "hours", round(hours, 2), said.words.text(start, end))
    return Told(start, end, value, step=step)


def or_wait(
    told: list[Told], spots: Sequence[Spot[Phrase]], command: str | None, question: str
) -> tuple[list[Told], str | None]:
    """The values and the command: "minutes" answers how long, "hang on, two minutes" asks to wait."""
    time = next((one for one in told if one.value.concept == "duration"), None)
    if command != "wait" or time is None:
        return told, command
    asking = [
        s
        for s in spots
        if (s.payload.kind, s.payload.name) == ("command", "wait")
        and s.start < time.end
        and time.start < s.end
    ]
    if question != "duration" and not asking:
        return told, command
    beyond = any(s.start < time.start or s.end > time.end for s in asking)
    if beyond or question != "duration" or _hours(time) <= MINUTE:
        return [one for one in told if one is not time], command
    return told, None
