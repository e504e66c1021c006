"""The rows of a protocol, one dataclass each, and the strict readers that build them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, cast, get_args

from voice_triage.conditions import Condition, parse_condition
from voice_triage.content import Row
from voice_triage.messages import NOT_BREATHING, Action, Level

LEVELS: tuple[Level, ...] = ("self_care", "routine", "urgent", "emergency")
"""From the least serious to the most."""
PATIENTS = ("self", "child", "other")
ROLES = ("red_flag", "sign", "risk", "describing", "location")
OTHER_WARNING_SIGNS = "other_warning_signs"
"""In an exception's ``without``: every warning sign but the excused one."""

MOST_TO_DO = 5
"""Pieces of first aid that can be followed when they are only heard."""

RowType = TypeVar("RowType")


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that can be present, absent or unsure in the patient."""

    id: str
    role: str
    """red_flag, sign, risk, describing or location."""
    warning: bool = False
    """A warning sign: listed as missing until known."""
    implies: tuple[str, ...] = ()
    """Concepts that are present or unsure with this one when nothing was said of them."""
    denies: tuple[str, ...] = ()
    """Concepts that are absent with this one when nothing was said of them."""
    audience: str | None = None
    """The group it is looked for in (a bulging soft spot: babies); None: everybody."""
    from_hours: float | None = None
    """Present when the rash is known to have lasted this many hours, absent when it has not."""
    unless: tuple[str, ...] = ()
    """Concepts that contradict it: present or unsure, they leave it not established."""
    from_celsius: float | None = None
    """Present when a temperature of so much or more was measured, absent when it was less."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the age (years) or the patient makes true; usable in conditions, false while not known."""

    id: str
    under: float | None = None
    over: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A concept that alone, present, is an emergency."""

    id: str
    action: Action
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exemption:
    """When a red flag is excused and what is given instead."""

    id: str
    red_flag: str
    when: Condition
    without: tuple[Condition, ...]
    level: Level
    pattern: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row that gives a level when its condition holds."""

    id: str
    level: Level
    action: Action | None
    when: Condition
    covered_by: str | None
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the rash may be, and what points towards it."""

    id: str
    points: tuple[Condition, ...]
    supports: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstAid:
    """What to do until help is there."""

    id: str
    causes: tuple[str, ...]
    """What was announced: concepts, or questions whose bare "yes" is an emergency; or NOT_BREATHING."""
    do: tuple[str, ...]
    """Ids of prompts, in the order of the doing."""
    otherwise: Action | None
    """Said with this action where no row names the cause."""
    source: tuple[str, ...]


def read_rows(top: Row, section: str, read: Callable[[Any, str], RowType]) -> Mapping[str, RowType]:
    """Read a section's list into a mapping by id, in the order of the file. Raises BadContent."""
    found: dict[str, RowType] = {}
    for number, data in enumerate(top.rows(section), start=1):
        name = data.get("id") if isinstance(data, dict) else None
        place = f"{top.place}: {section}: {name if isinstance(name, str) else f'row {number}'}"
        row = read(data, place)
        key: str = row.id  # type: ignore[attr-defined]
        if key in found:
            top.refuse(f"{section}: the id '{key}' stands here twice")
        found[key] = row
    if not found:
        top.refuse(f"{section}: the section is missing or empty")
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Reader:
    """Builds the rows that name other rows; holds what they may name."""

    sources: Collection[str]
    concepts: Mapping[str, Concept]
    groups: Collection[str] = ()
    red_flags: Collection[str] = ()
    patterns: Collection[str] = ()
    alarms: Collection[str] = ()
    """Questions whose bare "yes" is an emergency."""

    def concept(self, data: Any, place: str) -> Concept:
        """Read a row of ``concepts``; what it names is checked when all of them are there."""
        keys = ("id", "role", "warning", "implies", "denies", "for", "from_hours", "unless", "from_celsius")
        row = Row(data, place, keys)
        return Concept(
            id=row.word("id"),
            role=row.choice("role", ROLES),
            warning=row.flag("warning"),
            implies=tuple(row.rows("implies")),
            denies=tuple(row.rows("denies")),
            audience=row.word("for") if "for" in row.data else None,
            from_hours=row.number("from_hours"),
            unless=tuple(row.rows("unless")),
            from_celsius=row.number("from_celsius"),
        )

    def group(self, data: Any, place: str) -> Group:
        """Read a row of ``groups``."""
        row = Row(data, place, ("id", "under", "over", "at_least", "at_most", "patient"))
        if len(row.data) < 2:
            row.refuse("needs one of under, over, at_least, at_most, patient")
        name = row.word("id")
        if name in self.concepts:
            row.refuse(f"'{name}' is a concept already")
        return Group(
            id=name,
            under=row.number("under"),
            over=row.number("over"),
            at_least=row.number("at_least"),
            at_most=row.number("at_most"),
            patient=row.optional("patient", PATIENTS),
        )

    def red_flag(self, data: Any, place: str) -> RedFlag:
        """Read a row of ``red_flags``."""
        row = Row(data, place, ("id", "action", "source"))
        name = row.choice("id", self.concepts)
        if self.concepts[name].role != "red_flag":
            row.refuse(f"the concept '{name}' has the role {self.concepts[name].role}, not red_flag")
        return RedFlag(name, self._action(row), self._source(row))

    def rule(self, data: Any, place: str) -> Rule:
        """Read a row of ``rules``; its ``covered_by`` is checked when all rules are there."""
        row = Row(data, place, ("id", "level", "action", "when", "covered_by", "source"))
        level = cast(Level, row.choice("level", LEVELS[1:]))
        if level != "emergency" and "action" in row.data:
            row.refuse("only an emergency has an action")
        return Rule(
            id=row.word("id"),
            level=level,
            action=self._action(row) if level == "emergency" else None,
            when=self._condition(row, "when"),
            covered_by=row.word("covered_by") if "covered_by" in row.data else None,
            source=self._source(row),
        )

    def pattern(self, data: Any, place: str) -> Pattern:
        """Read a row of ``patterns``."""
        row = Row(data, place, ("id", "points", "supports", "unless", "source"))
        points = self._conditions(row, "points")
        if not points:
            row.refuse("points must name what points towards it")
        return Pattern(
            row.word("id"), points, self._conditions(row, "supports"), self._conditions(row, "unless"),
            self._source(row),
        )  # fmt: skip

    def exception(self, data: Any, place: str) -> Exemption:
        """Read a row of ``exceptions``."""
        row = Row(data, place, ("id", "red_flag", "when", "without", "level", "pattern", "source"))
        flag = row.choice("red_flag", self.red_flags)
        without: list[Condition] = []
        for item in row.rows("without"):
            if item == OTHER_WARNING_SIGNS:
                signs = (name for name, concept in self.concepts.items() if concept.warning and name != flag)
                without += [Condition("present", name) for name in signs]
            else:
                without.append(parse_condition(item, f"{place}: without", self._known()))
        return Exemption(
            id=row.word("id"),
            red_flag=flag,
            when=self._condition(row, "when"),
            without=tuple(without),
            level=cast(Level, row.choice("level", LEVELS)),
            pattern=row.choice("pattern", self.patterns),
            source=self._source(row),
        )

    def first_aid(self, data: Any, place: str) -> FirstAid:
        """Read a row of ``first_aid``; its words are checked with all the others."""
        row = Row(data, place, ("id", "causes", "do", "otherwise", "source"))
        otherwise = row.optional("otherwise", get_args(Action))
        causes = row.ids("causes", (*self.concepts, *self.alarms, NOT_BREATHING))
        if not causes:
            row.refuse("causes must name what it is done for")
        do = row.rows("do")
        if not 1 <= len(do) <= MOST_TO_DO or not all(isinstance(name, str) and name for name in do):
            row.refuse(f"do must be a list of one to {MOST_TO_DO} ids of prompts under aid")
        prompts = tuple(f"aid.{name}" for name in do)
        return FirstAid(row.word("id"), causes, prompts, cast("Action | None", otherwise), self._source(row))

    def _known(self) -> tuple[str, ...]:
        return (*self.concepts, *self.groups)

    def _action(self, row: Row) -> Action:
        return cast(Action, row.choice("action", get_args(Action)))

    def _source(self, row: Row) -> tuple[str, ...]:
        names = row.ids("source", self.sources)
        if not names:
            row.refuse("the key 'source' is missing")
        return names

    def _condition(self, row: Row, key: str) -> Condition:
        if key not in row.data:
            row.refuse(f"the key '{key}' is missing")
        return parse_condition(row.data[key], f"{row.place}: {key}", self._known())

    def _conditions(self, row: Row, key: str) -> tuple[Condition, ...]:
        return tuple(parse_condition(item, f"{row.place}: {key}", self._known()) for item in row.rows(key))
