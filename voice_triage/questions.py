"""The questions of a protocol: what each asks for and what a bare answer to it means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from voice_triage.errors import BadContent
from voice_triage.messages import Answer, Finding, Patience, Status

Kind = Literal["value", "single", "list", "walk", "open"]
"""value: patient, age, duration; single: one sign; list: several signs at once; walk: done step by
step (the glass test); open: many answers fit and a bare "no" only means "nothing to add"."""

VALUES = ("patient", "age", "duration", "temperature")
"""The values a caller may give; they are no concepts."""

KEYS = (
    "id", "kind", "asks_for", "answered_by", "yes", "no", "unsure", "open_yes", "at_once", "when",
    "patience", "cannot_raise",
)  # fmt: skip
CONDITION_KEYS = ("suspected", "age_years_below", "patient")


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question fits; one clause that holds is enough."""

    suspected: tuple[str, ...] = ()
    """Concepts of which one is present or unsure."""
    age_years_below: float | None = None
    """Holds below this age, and for a child of unknown age."""
    patient: str | None = None

    def holds(self, statuses: Mapping[str, Status], age_years: float | None, patient: str | None) -> bool:
        """True when the question should be asked of this patient."""
        if any(statuses.get(concept) in ("present", "unsure") for concept in self.suspected):
            return True
        if self.patient is not None and patient == self.patient:
            return True
        if self.age_years_below is None:
            return False
        return age_years < self.age_years_below if age_years is not None else patient == "child"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its words are in locale/, the words that answer it in grammars/."""

    id: str
    asks_for: tuple[str, ...]
    """The concepts it asks for, or the one value."""
    kind: Kind
    yes: Mapping[str, Status] = field(default_factory=dict)
    """What a bare "yes" says; empty for a list, where it does not say which."""
    no: Mapping[str, Status] = field(default_factory=dict)
    unsure: Mapping[str, Status] = field(default_factory=dict)
    open_yes: tuple[str, ...] = ()
    """List: the safe reading of a "yes" when "which?" stays open."""
    at_once: bool = False
    """List: a bare "yes" is an emergency at once, with the question's id as the reason."""
    answered_by: tuple[str, ...] = ()
    """Further concepts or values that answer it."""
    when: Condition | None = None
    """None: always asked."""
    patience: Patience = "normal"
    cannot_raise: bool = False
    """Left out once the level is urgent: it only describes."""

    def effects(self, answer: Answer | None, said: Collection[str] = ()) -> tuple[Finding, ...]:
        """Return the findings of a bare answer; concepts already in ``said`` keep what was said of them."""
        if answer is None:
            return ()
        row = {"yes": self.yes, "no": self.no, "unsure": self.unsure}[answer]
        if answer == "yes" and any(concept in said for concept in self.asks_for):
            return ()  # "yes, the lips": the concept named is the answer
        return tuple(Finding(concept, status) for concept, status in row.items() if concept not in said)


def parse_questions(rows: Any, concepts: Collection[str], where: str) -> tuple[Question, ...]:
    """Return the questions in asking order. Raises BadContent with file, key and what is allowed."""
    if not isinstance(rows, list) or not rows:
        raise BadContent(f"{where}: questions must be a list of questions")
    questions = tuple(_question(row, concepts, where) for row in rows)
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise BadContent(f"{where}: the question '{question.id}' stands here twice")
        seen.add(question.id)
    return questions


def _question(row: Any, concepts: Collection[str], where: str) -> Question:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise BadContent(f"{where}: each question is a mapping with an id")
    place = f"{where}: question {row['id']}"
    _refuse_unknown(row, KEYS, place)
    kind: Any = row.get("kind")
    if kind not in get_args(Kind):
        raise BadContent(f"{place}: kind '{kind}' is none of {', '.join(get_args(Kind))}")
    patience: Any = row.get("patience", "normal")
    if patience not in get_args(Patience):
        raise BadContent(f"{place}: patience '{patience}' is none of {', '.join(get_args(Patience))}")
    allowed = VALUES if kind == "value" else concepts
    asks_for = _names(row, "asks_for", allowed, place)
    if not asks_for:
        raise BadContent(f"{place}: asks_for is missing")
    return Question(
        id=row["id"],
        asks_for=asks_for,
        kind=kind,
        yes=_row(row, "yes", concepts, place, _default_yes(kind, asks_for)),
        no=_row(row, "no", concepts, place, _default_no(kind, asks_for)),
        unsure=_row(row, "unsure", concepts, place, _default_unsure(kind, asks_for)),
        open_yes=_open_yes(row, kind, asks_for, place),
        at_once=_flag(row, "at_once", place),
        answered_by=_names(row, "answered_by", (*concepts, *VALUES), place),
        when=_condition(row.get("when"), concepts, place),
        patience=patience,
        cannot_raise=_flag(row, "cannot_raise", place),
    )


def _default_yes(kind: str, asks_for: tuple[str, ...]) -> dict[str, Status]:
    return {asks_for[0]: "present"} if kind == "single" else {}


def _default_no(kind: str, asks_for: tuple[str, ...]) -> dict[str, Status]:
    return dict.fromkeys(asks_for, "absent") if kind in ("single", "list") else {}


def _default_unsure(kind: str, asks_for: tuple[str, ...]) -> dict[str, Status]:
    return dict.fromkeys(asks_for, "unsure") if kind in ("single", "list", "walk") else {}


def _open_yes(row: dict[str, Any], kind: str, asks_for: tuple[str, ...], place: str) -> tuple[str, ...]:
    names = _names(row, "open_yes", asks_for, place)
    needed = kind == "list" and not _flag(row, "at_once", place)
    if needed != bool(names):
        wrong = "is missing: the safe reading of a bare yes" if needed else "belongs to lists only"
        raise BadContent(f"{place}: open_yes {wrong}")
    return names


def _condition(row: Any, concepts: Collection[str], place: str) -> Condition | None:
    if row is None:
        return None
    if not isinstance(row, dict) or not row:
        raise BadContent(f"{place}: when must be a mapping of {', '.join(CONDITION_KEYS)}")
    _refuse_unknown(row, CONDITION_KEYS, f"{place}: when")
    age = row.get("age_years_below")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float)):
        raise BadContent(f"{place}: when: age_years_below '{age}' is no number")
    patient = row.get("patient")
    if patient not in (None, "self", "child", "other"):
        raise BadContent(f"{place}: when: patient '{patient}' is none of self, child, other")
    return Condition(_names(row, "suspected", concepts, f"{place}: when"), age, patient)


def _names(row: dict[str, Any], key: str, allowed: Collection[str], place: str) -> tuple[str, ...]:
    names = row.get(key, [])
    if not isinstance(names, list):
        raise BadContent(f"{place}: {key} must be a list")
    for name in names:
        if name not in allowed:
            raise BadContent(f"{place}: {key}: '{name}' is unknown; allowed: {', '.join(sorted(allowed))}")
    return tuple(names)


def _row(
    row: dict[str, Any], key: str, concepts: Collection[str], place: str, default: dict[str, Status]
) -> dict[str, Status]:
    effects = row.get(key, default)
    if not isinstance(effects, dict):
        raise BadContent(f"{place}: {key} must be a mapping of concept to status")
    for concept, status in effects.items():
        if concept not in concepts:
            raise BadContent(f"{place}: {key}: '{concept}' is no concept of this protocol")
        if status not in get_args(Status):
            raise BadContent(f"{place}: {key}: '{status}' is none of {', '.join(get_args(Status))}")
    return dict(effects)


def _flag(row: dict[str, Any], key: str, place: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise BadContent(f"{place}: {key} '{value}' is neither true nor false")
    return value


def _refuse_unknown(row: dict[str, Any], allowed: tuple[str, ...], place: str) -> None:
    for key in row:
        if key not in allowed:
            raise BadContent(f"{place}: unknown key '{key}'; allowed: {', '.join(allowed)}")
