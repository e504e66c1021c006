"""Rows of a part and how it is, said without a pause: "heart fast breathing normal feet cold"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

REACH = 4
"""Words from a part to its state: "swallowing is not really ok"."""


def restored(surface: Sequence[str], rows: Mapping[str, Any], light: Collection[str]) -> list[str]:
    """The words, with a state left out after a not: "face fine lips not" is "lips not fine"."""
    parts, good = rows["row_parts"], rows["row_good"]
    out: list[str] = []
    told = ""  # the last good state of a part
    part = -REACH
    for at, word in enumerate(surface):
        out.append(word)
        if word in parts:
            part = at
        elif word in good and at - part < REACH and "not" not in surface[part:at]:
            told = word
        elif word == "not" and told and at - part < REACH and set(surface[part + 1 : at]) <= set(light):
            after = surface[at + 1 : at + 2]
            if not after or not after[0][0].isalnum() or after[0] in parts or after[0] in rows["row_ends"]:
                out.append(told)
    return out


def bounds(surface: Sequence[str], rows: Mapping[str, Any], light: Collection[str]) -> list[int]:
    """Words at which the next part of a row begins: the breathing of "heart fast breathing normal"."""
    parts = rows["row_parts"]
    found = [at for at, word in enumerate(surface) if word in parts and _state(surface, rows, light, at)]
    out = []
    for first, second in zip(found, found[1:], strict=False):
        # After the first one's state and nothing else the second begins.
        end = _state(surface, rows, light, first)
        while end < second and (not surface[end][0].isalnum() or surface[end] in rows["row_joins"]):
            end += 1
        if end == second or second - 1 == end and surface[end] in rows["row_joins"]:
            out.append(second)
    return out


def _state(surface: Sequence[str], rows: Mapping[str, Any], light: Collection[str], part: int) -> int:
    """The word after the state of a part, 0 where none is told."""
    for at in range(part + 1, min(len(surface), part + 1 + REACH)):
        if surface[at] in rows["row_good"] or surface[at] in rows["row_bad"]:
            return at + 1
        if surface[at] != "not" and surface[at] not in light or not surface[at][0].isalnum():
            return 0
    return 0
