"""Which of several people's ages counts: "two, four, six and eight, she's the six"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.values import Told, Utterance

WITHIN = 5
"""Words before an age, in which the one who is so old is named."""


def picked(said: Utterance, told: Sequence[Told]) -> list[Told]:
    """The age of the one who is picked in the end; none where nobody is."""
    for find in (_said_again, _named_again, _has_it):
        found = find(said, told)
        if found:
            return [found]
    return []


def _said_again(said: Utterance, told: Sequence[Told]) -> Told | None:
    """The six of "two, four, six and eight, she's the six"."""
    times = Counter((one.value.unit, one.value.value) for one in told)
    again = [one for one in told if times[one.value.unit, one.value.value] > 1]
    return again[-1] if len({one.value.value for one in again}) == 1 else None


def _named_again(said: Utterance, told: Sequence[Told]) -> Told | None:
    """The six of "my daughter is two and my son is six and it's my son"."""
    who = _picks(said)
    if not who:
        return None
    last = _last(said, who)
    own = [one for one in told if who in _lead(said, one) and one.end <= last]
    return own[0] if len({one.value.value for one in own}) == 1 else None


def _picks(said: Utterance) -> str:
    """The noun of the last "it's my son", "just the girl", "it's my son who has it"."""
    telling, out = said.telling, ""
    for at, base in enumerate(said.words.lemma):
        owned = said.word(at - 1) in telling.owners or said.word(at - 1) in telling.pointing
        if base in telling.children | telling.ranked and owned and said.before(at - 1, telling.picking):
            out = base
    return out


def _last(said: Utterance, base: str) -> int:
    """The last place of a word."""
    return max(at for at, word in enumerate(said.words.lemma) if word == base)


def _lead(said: Utterance, one: Told) -> Sequence[str]:
    """Base forms of the words shortly before an age."""
    return said.words.lemma[max(0, one.start - WITHIN) : one.start]


def _has_it(said: Utterance, told: Sequence[Told]) -> Told | None:
    """The eight of "my eldest is thirteen, he had this last year, and my youngest, who's eight, has it"."""
    ordered = sorted(told, key=lambda one: one.start)
    ends = [one.start for one in ordered[1:]] + [len(said.words.surface)]
    here = ("", said.question)
    signs = Near(s for s in said.spots if s.payload.kind == "sign" and s.payload.question in here)
    theirs = [one for one, end in zip(ordered, ends, strict=True) if _told_of(said, one, end, signs)]
    return theirs[0] if len(theirs) == 1 and len(ordered) > 1 and theirs[0] is ordered[-1] else None


def _told_of(said: Utterance, one: Told, end: int, signs: Near[Spot[Phrase]]) -> bool:
    """True where signs are told between an age and the next."""
    third = said.telling.third
    who, later = third.intersection(_lead(said, one)), third.intersection(said.words.surface[one.end : end])
    if who and later - who:
        return False  # "she's ten and he's eight, she's got them all up her arms"
    return any(s.end <= end for s in signs.begun(one.end, end))
