"""Rows of a part and how it is, said without a pause: "heart fast breathing normal feet cold"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice_triage.understanding.words import WordSets

REACH = 4
"""Words from a part to its state: "swallowing is not really ok"."""


def restored(surface: Sequence[str], sets: WordSets) -> list[str]:
    """The words, with a state left out after a not: "face fine lips not" is "lips not fine"."""
    parts, good, light = sets["row_parts"], sets["row_good"], sets["auxiliaries"]
    nots = sets["plain_not"]
    out: list[str] = []
    told = ""  # the last good state of a part
    part = -REACH
    for at, word in enumerate(surface):
        out.append(word)
        if word in parts:
            part = at
        elif word in good and at - part < REACH and nots.isdisjoint(surface[part:at]):
            told = word
        elif word in nots and told and at - part < REACH and light.issuperset(surface[part + 1 : at]):
            if parts.issuperset(surface[at + 1 : at + 2]):  # the next part, or no more words
                out.append(told)
    return out


def bounds(surface: Sequence[str], sets: WordSets) -> list[int]:
    """Words at which the next part of a row begins: the breathing of "heart fast breathing normal"."""
    parts, joins = sets["row_parts"], sets["row_joins"]
    states = {at: _state(surface, sets, at) for at, word in enumerate(surface) if word in parts}
    out = []
    for first, second in pairwise(at for at, end in states.items() if end):
        # After the first one's state and nothing else the second begins.
        between = surface[states[first] : second]
        if states[first] <= second and all(word in joins or not word[0].isalnum() for word in between):
            out.append(second)
    return out


def _state(surface: Sequence[str], sets: WordSets, part: int) -> int:
    """The word after the state of a part, 0 where none is told."""
    for at in range(part + 1, min(len(surface), part + 1 + REACH)):
        word = surface[at]
        if word in sets["row_good"] or word in sets["row_bad"]:
            return at + 1
        if word not in sets.any_of("plain_not", "skippable") or not word[0].isalnum():
            return 0
    return 0
