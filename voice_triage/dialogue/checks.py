"""Checks before the machine is built: what `transitions` accepts without a word is refused here.

It takes unknown destinations, sources and condition names, and skips a trigger whose name is
already a method of the model.
"""

from __future__ import annotations

import typing
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from voice_triage.content import suggestion
from voice_triage.dialogue.prompts import problems
from voice_triage.dialogue.rows import GO, HEAR, OVERHEAR, SILENT, Row, places, rows
from voice_triage.dialogue.state import NEXT
from voice_triage.dialogue.step import ABOUT_A_QUESTION, CONDITIONS
from voice_triage.errors import BadContent
from voice_triage.protocol import Protocol

TRIGGERS = (HEAR, OVERHEAR, SILENT, GO)


class Words(typing.Protocol):
    """What the checks need of the wording."""

    @property
    def prompts(self) -> Mapping[str, Any]:
        """Prompt id -> words."""

    @property
    def signs(self) -> Mapping[str, str]:
        """Concept -> words."""


def check(protocol: Protocol, wording: Words) -> list[str]:
    """Return one line for everything that is wrong with the machine or its words."""
    found = problems(protocol, wording.prompts, wording.signs)
    try:
        check_machine(protocol, rows(protocol))
    except BadContent as error:
        found.append(str(error))
    return found


def check_machine(protocol: Protocol, table: Sequence[Row]) -> None:
    """Check the rows of the machine over ``protocol``. Raises BadContent."""
    check_rows(table, (*places(protocol), NEXT), CONDITIONS, start=protocol.questions[0].id)


def check_rows(
    rows: Sequence[Row], places: Collection[str], conditions: Mapping[str, Any], *, start: str
) -> None:
    """Raise BadContent naming the state at the first thing that is wrong with the machine."""
    if len(set(places)) < len(tuple(places)):
        twice = next(place for place in places if list(places).count(place) > 1)
        raise BadContent(f"dialogue: the state '{twice}' stands here twice")
    for row in rows:
        _check_row(row, places, conditions)
    _check_alarm_first(rows, places)
    _check_ways_out(rows, places)
    _check_reachable(rows, places, start)


def _check_row(row: Row, places: Collection[str], conditions: Mapping[str, Any]) -> None:
    place = f"dialogue: state {row.source}"
    if row.source not in places:
        raise BadContent(
            f"dialogue: a row starts at '{row.source}', which is no state{suggestion(row.source, places)}"
        )
    if row.dest not in places:
        raise BadContent(f"{place} goes to '{row.dest}', which is no state{suggestion(row.dest, places)}")
    if row.trigger not in TRIGGERS:
        raise BadContent(f"{place}: unknown trigger '{row.trigger}'{suggestion(row.trigger, TRIGGERS)}")
    for name in row.conditions:
        kind, _, argument = name.partition(":")
        if kind in ABOUT_A_QUESTION and argument in places:
            continue
        if name not in conditions:
            raise BadContent(f"{place}: unknown condition '{name}'{suggestion(name, conditions)}")


def _check_alarm_first(rows: Sequence[Row], places: Collection[str]) -> None:
    """The first row of every place, for speech heard whole or in part, must be the alarm.

    Before it only an alarm on weak evidence may stand, which is read back first.
    """
    for place in places:
        for trigger in (GO,) if place == NEXT else (HEAR, OVERHEAR):
            own = (row for row in rows if row.source == place and row.trigger == trigger)
            first = next((row for row in own if row.conditions != ("alarm", "weak")), None)
            if first is None or first.conditions != ("alarm",):
                raise BadContent(f"dialogue: state {place}: the first row of '{trigger}' is not the alarm")


def _check_ways_out(rows: Sequence[Row], places: Collection[str]) -> None:
    """Every trigger must end in a row without conditions, and every place must have a way out."""
    for place in places:
        own = [row for row in rows if row.source == place]
        for trigger in (GO,) if place == NEXT else (HEAR, OVERHEAR, SILENT):
            if not any(row.trigger == trigger and not row.conditions for row in own):
                raise BadContent(f"dialogue: state {place}: '{trigger}' may find no row that fits")
        if all(row.dest == place for row in own):
            raise BadContent(f"dialogue: state {place} has no way out")


def _check_reachable(rows: Sequence[Row], places: Collection[str], start: str) -> None:
    """Every place must be reachable from the first question."""
    leads = defaultdict(set)
    for row in rows:
        leads[row.source].add(row.dest)
    seen, waiting = {start}, [start]
    while waiting:
        for place in leads[waiting.pop()] - seen:
            seen.add(place)
            waiting.append(place)
    for place in places:
        if place not in seen:
            raise BadContent(f"dialogue: state {place} cannot be reached from '{start}'")
