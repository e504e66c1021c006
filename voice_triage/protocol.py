"""The protocol: all the medicine as data, loaded strictly and frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from voice_triage import strict_yaml
from voice_triage.content import Row, quoted, suggestion
from voice_triage.errors import BadContent, BadInput
from voice_triage.messages import NOT_BREATHING, Action
from voice_triage.questions import Question, parse_questions
from voice_triage.rows import (
    LEVELS,
    PATIENTS,
    Concept,
    Exemption,
    FirstAid,
    Group,
    Pattern,
    Reader,
    RedFlag,
    Rule,
    read_rows,
)

__all__ = [
    "LEVELS", "PATIENTS", "Concept", "Exemption", "FirstAid", "Group", "Pattern", "Protocol",
    "Question", "RedFlag", "Rule",
]  # fmt: skip

FOLDER = Path(__file__).parent / "protocols"
SECTIONS = (
    "protocol", "sources", "concepts", "groups", "red_flags", "exceptions", "rules", "patterns",
    "first_aid", "questions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Protocol:
    """Everything the product knows of medicine, checked; all mappings keep the order of the file."""

    name: str
    sources: Mapping[str, str]
    concepts: Mapping[str, Concept]
    groups: Mapping[str, Group]
    red_flags: Mapping[str, RedFlag]
    exceptions: tuple[Exemption, ...]
    rules: tuple[Rule, ...]
    patterns: Mapping[str, Pattern]
    first_aid: tuple[FirstAid, ...]
    """The most pressing first."""
    questions: tuple[Question, ...]
    """In asking order."""
    warning_signs: tuple[str, ...]
    """Ids of the warning signs in asking order; those no question asks for come last."""
    fever: str
    """Id of the sign that a measured temperature tells."""
    fever_celsius: float
    """From here on a temperature is one."""

    @classmethod
    def load(cls, name: str = "red_dots") -> Protocol:
        """Load ``protocols/<name>.yaml``. Raises BadContent naming file, row, key and what is allowed."""
        path = FOLDER / f"{name}.yaml"
        shown = f"protocols/{path.name}"
        if not path.is_file():
            names = sorted(file.stem for file in FOLDER.glob("*.yaml"))
            raise BadContent(f"{shown}: there is no such protocol{suggestion(name, names)}")
        try:
            return cls.from_data(strict_yaml.parse(path.read_text(encoding="utf-8"), shown), shown)
        except UnicodeDecodeError:
            raise BadContent(f"{shown}: not a text file in UTF-8") from None
        except BadContent:
            raise
        except BadInput as error:
            raise BadContent(str(error)) from None

    @classmethod
    def from_data(cls, data: object, place: str) -> Protocol:
        """Build the protocol from parsed YAML; ``place`` opens every message. Raises BadContent."""
        top = Row(data, place, SECTIONS)
        sources = _sources(top)
        read = Reader(sources, {})
        concepts = read_rows(top, "concepts", read.concept)
        _check_concepts(concepts, place)
        read = replace(read, concepts=concepts)
        groups = read_rows(top, "groups", read.group)
        _check_audiences(concepts, groups, place)
        read = replace(read, groups=tuple(groups))
        rules = read_rows(top, "rules", read.rule)
        _check_covers(rules, place)
        patterns = read_rows(top, "patterns", read.pattern)
        flags = read_rows(top, "red_flags", read.red_flag)
        _check_roles(concepts, flags, place)
        read = replace(read, red_flags=tuple(flags), patterns=tuple(patterns))
        questions = parse_questions(top.rows("questions"), tuple(concepts), place)
        read = replace(read, alarms=tuple(question.id for question in questions if question.at_once))
        first_aid = tuple(read_rows(top, "first_aid", read.first_aid).values())
        _check_first_aid(first_aid, place)
        fever, fever_celsius = _fever(concepts, place)
        return cls(
            name=top.word("protocol"),
            sources=sources,
            concepts=concepts,
            groups=groups,
            red_flags=flags,
            exceptions=tuple(read_rows(top, "exceptions", read.exception).values()),
            rules=tuple(rules.values()),
            patterns=patterns,
            first_aid=first_aid,
            questions=questions,
            warning_signs=_asking_order(concepts, questions),
            fever=fever,
            fever_celsius=fever_celsius,
        )


def _sources(top: Row) -> Mapping[str, str]:
    """Read the table of sources: id to description."""
    names = top.data.get("sources")
    row = Row(names, f"{top.place}: sources", tuple(names) if isinstance(names, dict) else ())
    return MappingProxyType({str(name): row.word(name) for name in row.data})


def _check_concepts(concepts: Mapping[str, Concept], place: str) -> None:
    """Refuse a concept that names one that does not exist, and a chain of implications."""
    for concept in concepts.values():
        for key, names in (
            ("implies", concept.implies),
            ("denies", concept.denies),
            ("unless", concept.unless),
        ):
            for name in names:
                if not isinstance(name, str) or name not in concepts:
                    near = suggestion(name, concepts)
                    raise BadContent(
                        f"{place}: concepts: {concept.id}: {key}: unknown concept {quoted(name)}{near}"
                    )
        for name in concept.implies:
            if concepts[name].implies:
                # One step only, so that the order of the rows can never matter.
                raise BadContent(f"{place}: concepts: {concept.id}: implies '{name}', which implies more")
        for name in concept.denies:
            if name not in concept.implies:
                # The same by another name goes both ways.
                raise BadContent(f"{place}: concepts: {concept.id}: denies '{name}', which it does not imply")


def _fever(concepts: Mapping[str, Concept], place: str) -> tuple[str, float]:
    """Return the sign that a temperature tells, and from where on. Refuses none of them, or two."""
    told = [(one.id, one.from_celsius) for one in concepts.values() if one.from_celsius is not None]
    if len(told) != 1:
        raise BadContent(f"{place}: concepts: exactly one must have 'from_celsius'")
    return told[0]


def _check_audiences(concepts: Mapping[str, Concept], groups: Mapping[str, Group], place: str) -> None:
    """Refuse a concept that is ``for`` a group that does not exist."""
    for concept in concepts.values():
        if concept.audience is not None and concept.audience not in groups:
            near = suggestion(concept.audience, groups)
            raise BadContent(
                f"{place}: concepts: {concept.id}: for: unknown group {quoted(concept.audience)}{near}"
            )


def _check_covers(rules: Mapping[str, Rule], place: str) -> None:
    """Refuse a ``covered_by`` that is no other rule of the same level."""
    for rule in rules.values():
        if rule.covered_by is None:
            continue
        cover = rules.get(rule.covered_by)
        if cover is None or cover is rule or cover.level != rule.level:
            allowed = [
                other.id for other in rules.values() if other.level == rule.level and other is not rule
            ]
            raise BadContent(
                f"{place}: rules: {rule.id}: covered_by {quoted(rule.covered_by)} is no other rule of its "
                f"level{suggestion(rule.covered_by, allowed)}"
            )


def _check_roles(concepts: Mapping[str, Concept], flags: Mapping[str, RedFlag], place: str) -> None:
    """Refuse a concept with the role red_flag that no row of red_flags gives an action."""
    for concept in concepts.values():
        if concept.role == "red_flag" and concept.id not in flags:
            raise BadContent(
                f"{place}: red_flags: there is no row for '{concept.id}', which has the role red_flag"
            )


def _check_first_aid(rows: Sequence[FirstAid], place: str) -> None:
    """Refuse a cause named twice, no row for who does not breathe, and not one for all other causes."""
    named: set[str] = set()
    for row in rows:
        for cause in row.causes:
            if cause in named:
                raise BadContent(f"{place}: first_aid: {row.id}: '{cause}' has a row already")
            named.add(cause)
    if NOT_BREATHING not in named:
        raise BadContent(f"{place}: first_aid: there is no row for '{NOT_BREATHING}'")
    for action in get_args(Action):
        if sum(row.otherwise == action for row in rows) != 1:
            raise BadContent(f"{place}: first_aid: exactly one row must have 'otherwise: {action}'")


def _asking_order(concepts: Mapping[str, Concept], questions: tuple[Question, ...]) -> tuple[str, ...]:
    """Return the warning signs in the order in which the questions ask for them."""
    asked = [name for question in questions for name in question.asks_for]
    signs = [name for name, concept in concepts.items() if concept.warning]
    return tuple(sorted(signs, key=lambda name: asked.index(name) if name in asked else len(asked)))
