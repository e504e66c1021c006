"""Which of the ages in an utterance is the patient's: "six months, her big sister is four"."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Container, Sequence
from itertools import pairwise

from voice_triage.messages import GROWN_UP
from voice_triage.understanding.numbers import Number
from voice_triage.understanding.picked import picked
from voice_triage.understanding.values import Told, Utterance

BABY, OLD = 1, 65
"""Below and above these a fever is more dangerous (docs/sources.yaml, P14)."""
NEAR = 5
"""Two ages of a grown-up that are as near as this are one, told roughly."""


def of_patient(said: Utterance, told: Sequence[Told]) -> list[Told]:
    """The ages that are the patient's; none where two cannot be told apart, so that it is asked again."""
    carers = _carers(said)
    own = [one for one in told if not _of_another(said, one.start) and not _aside(said, one, carers)]
    own = [one for one in own if not _second_child(said, one)] or own
    if any(_of_third(said, one.start) for one in own) or _names_another(said, own):
        own = [one for one in own if not _of_speaker(said, one.start)]
    if len(own) > 1 and _lists(said):
        small = any(said.length(at, said.telling.youngest) for at in range(len(said.words.surface)))
        return [min(own, key=years)] if small else [one for one in own if _of_third(said, one.start)][-1:]
    best = sorted(_likeliest(said, own), key=lambda one: one.start)
    kept: list[Told] = []
    for one in best:
        if kept and not (
            _same(kept[-1], one) or _either(said, kept[-1], one) or _corrected(said, kept[-1], one)
        ):
            return picked(said, [one for one in told if one.strong or not kept[-1].strong]) or _riskiest(best)
        younger = bool(kept) and years(one) < GROWN_UP and _either(said, kept[0], one)
        kept = kept if younger else [one]
    return kept


def _likeliest(said: Utterance, told: Sequence[Told]) -> list[Told]:
    """Those told outright, and beside them the baby's that answers first: "three months, i'm forty"."""
    strong = [one for one in told if one.strong]
    if strong and said.question == "age":
        # "he turned one in april, so that's fourteen months": months tell a year more exactly
        strong += _more_exact(told, strong)
    first = min(told, key=lambda one: one.start, default=None)
    if not strong or first is None or first.strong or said.question != "age":
        return strong or list(told)
    if said.word(first.end) in said.telling.of_spots:
        return strong
    if years(first) < BABY and any(_of_third(said, one.start) and not _same(first, one) for one in strong):
        return []  # "three days she's had it, she's four"
    child = years(first) < GROWN_UP <= min(years(one) for one in strong)
    return [first, *strong] if child or years(first) < BABY else strong


def _more_exact(told: Sequence[Told], strong: Sequence[Told]) -> list[Told]:
    """The fourteen months of a child told to be one before."""
    rows = sorted((one.start, years(one)) for one in strong if one.value.unit == "years")
    starts, before, seen = [start for start, _ in rows], list[float](), 0
    exact: set[int] = set()
    weak = [at for at, one in enumerate(told) if not one.strong and one.value.unit == "months"]
    for at in sorted(weak, key=lambda at: told[at].start):
        upto = bisect_left(starts, told[at].start)
        for _, age in rows[seen:upto]:
            insort(before, age)
        seen, age = upto, years(told[at])
        nearest = bisect_right(before, age) - 1
        if nearest >= 0 and age - before[nearest] < 1:
            exact.add(at)
    return [one for at, one in enumerate(told) if at in exact]


def _lists(said: Utterance) -> bool:
    """True where children are counted: "two kids, six and four"."""
    return any(
        said.base(number.end) in said.telling.children and said.word(number.end) != said.base(number.end)
        for number in said.numbers
    )


def _second_child(said: Utterance, one: Told) -> bool:
    """True for "we have a four year old too"."""
    also = any(said.length(at, said.telling.also) for at in range(one.end, one.end + 3))
    return also and not said.telling.having.isdisjoint(said.lead(one.start))


def _carers(said: Utterance) -> set[int]:
    """Where the words of an "i'm his dad" end."""
    speaker, surface = said.telling.speaker, said.words.surface
    return {
        s.end
        for s in said.spots
        if (s.payload.name, s.payload.value) == ("patient", "child")
        and not speaker.isdisjoint(surface[s.start : s.end])
    }


def _aside(said: Utterance, one: Told, carers: Container[int]) -> bool:
    """True for the forty of "i'm his dad, forty", and for "my three month old is fine"."""
    at = one.start - (said.word(one.start - 1) == ",")
    if at in carers and years(one) >= GROWN_UP:
        return True
    return any(said.length(at, said.telling.well) for at in range(one.end, one.end + 3))


def _riskiest(told: Sequence[Told]) -> list[Told]:
    """Of ages that cannot be told apart a baby's, or among grown-ups an old one's: a fever counts at once."""
    youngest, oldest = min(told, key=years), max(told, key=years)
    if years(youngest) < BABY:
        return [youngest]
    return [oldest] if years(youngest) >= GROWN_UP and years(oldest) > OLD else []


def years(one: Told) -> float:
    """The age in years."""
    amount = float(one.value.value)
    return amount / 12 if one.value.unit == "months" else amount


def once_was(said: Utterance, number: Number) -> bool:
    """True for the two of "since he was two" and the twenty of "married for twenty years"."""
    telling, lead = said.telling, said.lead(number.start)
    if said.unit(number.end) and said.word(number.start - 1) in telling.spans:
        return True
    when = max((at for at, word in enumerate(lead) if word in telling.once_when), default=len(lead))
    # "when she was teething, only she's four": the second is of now
    return sum(word in telling.be for word in lead[when:]) == 1


def _of_another(said: Utterance, at: int) -> bool:
    """True for the age of "her big sister", "his mum", "the big one"."""
    telling, lead = said.telling, said.lead(at)
    if not telling.both.isdisjoint(lead):
        return False  # "me and my wife are both thirty eight"
    kin = max((at for at, word in enumerate(lead) if word in telling.kin | telling.acquainted), default=-1)
    if kin >= 0 and not telling.third.isdisjoint(lead[kin + 1 :]):
        return False  # "i'm her dad, she's ten weeks old"
    if not telling.another.isdisjoint(lead) or (kin >= 0 and not telling.whose.isdisjoint(lead)):
        return True
    if any(first in telling.other and second in telling.children for first, second in pairwise(lead)):
        return True
    return any(
        first in telling.apart and second in (*telling.kin, *telling.pointed)
        for first, second in pairwise(lead)
    )


def _of_third(said: Utterance, at: int) -> bool:
    """True for "she's six months"."""
    return not said.telling.third.isdisjoint(said.lead(at))


def _of_speaker(said: Utterance, at: int) -> bool:
    """True for "I'm thirty two"."""
    return not said.telling.speaker.isdisjoint(said.lead(at)) and not _of_third(said, at)


def _child_beside(said: Utterance, told: Sequence[Told]) -> bool:
    """True beside the grown-up's age in "i'm sixty eight, the baby is my grandson"."""
    children = [s for s in said.spots if (s.payload.name, s.payload.value) == ("patient", "child")]
    last, first = max((s.start for s in children), default=0), min((s.end for s in children), default=0)
    grown = (one for one in told if years(one) >= GROWN_UP)
    return bool(children) and any(last >= one.end or first <= one.start for one in grown)


def _names_another(said: Utterance, told: Sequence[Told]) -> bool:
    """True where another is named before the speaker's age: "my granddaughter, I'm seventy four"."""
    first = min((one.start for one in told if _of_speaker(said, one.start)), default=0)
    telling, surface = said.telling, said.words.surface
    who = _named(said)
    if who and who[-1] == "self":
        return False  # "mum fainted, but it's me with the rash, i'm fourteen"
    if "self" not in who and _child_beside(said, told):
        return True
    others = telling.persons - telling.speaker - telling.they - telling.third
    return any(
        word in telling.third or (word in others and (not at or surface[at - 1] in telling.owners))
        for at, word in enumerate(surface[: max(0, first - len(said.lead(first)))])
    )


def _named(said: Utterance) -> list[str]:
    """Whom the patient is said to be, in order, without the "on my" of "on my son"."""
    found = [s for s in said.spots if s.payload.kind == "value" and s.payload.name == "patient"]
    ends = {s.start: s.end for s in found if s.payload.value != "self"}
    return [
        s.payload.value
        for s in found
        if s.payload.value != "self"
        or not any(ends.get(at, 0) > s.end for at in range(s.start + 1, s.end + 1))
    ]


def _same(first: Told, second: Told) -> bool:
    """True for two that may well be one: "seventy something, seventy two"."""
    apart = abs(years(first) - years(second))
    return apart < 1 or (min(years(first), years(second)) >= GROWN_UP and apart <= NEAR)


def _either(said: Utterance, first: Told, second: Told) -> bool:
    """True for "twelve or thirteen"."""
    between = said.words.surface[first.end : second.start]
    either = said.telling.either
    if said.word(first.start - 1) in said.telling.between:
        either |= said.numerals.joins  # "between two and three"
    return 0 < years(second) - years(first) <= 1 and either.issuperset(between)


def _corrected(said: Utterance, first: Told, second: Told) -> bool:
    """True for "four, no sorry, five"."""
    between = said.words.surface[first.end : second.start]
    return not said.telling.takes_back.isdisjoint(between)
