"""What is known of a patient, and what was decided; both with their JSON form (``voice-triage assess``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from voice_triage.content import MAX_NUMBER, kind, quoted, suggestion
from voice_triage.errors import BadInput
from voice_triage.messages import Action, Level, Status
from voice_triage.protocol import PATIENTS, Protocol

KEYS = ("age_years", "age_months", "patient", "findings", "duration_hours")
MAX_AGE_YEARS = 130
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known; None and a concept that is not in ``findings`` mean: not known."""

    age_years: float | None = None
    patient: str | None = None
    """self, child or other."""
    findings: Mapping[str, Status] = field(default_factory=dict)
    duration_hours: float | None = None
    """How long the rash has been there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How soon to get help, and why."""

    level: Level
    action: Action | None
    """call or go in an emergency, else None."""
    reasons: tuple[str, ...]
    """Concept ids, or the ids of a combination joined by "+"; most serious first."""
    patterns: tuple[str, ...]
    """What the rash may be, best fit first."""
    missing: tuple[str, ...]
    """The warning signs not yet known, in asking order."""

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs and rules behind the reasons, each once; most serious first."""
        return tuple(dict.fromkeys(part for reason in self.reasons for part in reason.split("+")))


def case_from_json(protocol: Protocol, data: object) -> Case:
    """Build a case from the JSON of ``assess``. Raises BadInput naming key, value and what is allowed."""
    if not isinstance(data, dict):
        raise BadInput(f"a case must be an object with the key findings, not {kind(data)}")
    for key in data:
        if key not in KEYS:
            raise BadInput(f"unknown key {quoted(key)}{suggestion(key, KEYS)}")
    if "findings" not in data:
        raise BadInput("the key 'findings' is missing")
    return Case(
        age_years=_age_years(data),
        patient=_patient(data.get("patient")),
        findings=_findings(protocol, data["findings"]),
        duration_hours=_number(data, "duration_hours"),
    )


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Return the decision as the JSON object of ``assess``."""
    return {
        "level": decision.level,
        "action": decision.action,
        "reasons": list(decision.reasons),
        "patterns": list(decision.patterns),
        "missing": list(decision.missing),
    }


def _findings(protocol: Protocol, data: object) -> dict[str, Status]:
    if not isinstance(data, dict):
        raise BadInput(f"findings must be an object of concept and status, not {kind(data)}")
    for concept, status in data.items():
        if concept not in protocol.concepts:
            raise BadInput(
                f"findings: unknown concept {quoted(concept)}{suggestion(concept, protocol.concepts)}"
            )
        if not isinstance(status, str) or status not in STATUSES:
            allowed = ", ".join(STATUSES)
            raise BadInput(f"findings: {concept} must be one of {allowed}, not {kind(status)}")
    return dict(data)


def _patient(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in PATIENTS:
        raise BadInput(f"patient must be one of {', '.join(PATIENTS)}, not {kind(value)}")
    return value


def _age_years(data: Mapping[str, object]) -> float | None:
    """Return the age in years, from years, months, or both: 4 and 3 are 4.25, and so are 4 and 51."""
    years, months = _number(data, "age_years"), _number(data, "age_months")
    age = months / 12 if months is not None else years
    if years is not None and months is not None and int(years) != months // 12:
        if months >= 12:
            raise BadInput(f"age_years {years:g} and age_months {months:g} contradict each other")
        age = years + months / 12
    if age is not None and age > MAX_AGE_YEARS:
        raise BadInput(f"the age must be at most {MAX_AGE_YEARS} years, not {age:g}")
    return age


def _number(data: Mapping[str, object], key: str) -> float | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{key} must be a number, not {kind(value)}")
    if not 0 <= value <= MAX_NUMBER:
        raise BadInput(f"{key} must be 0 or more and finite, not {kind(value)}")
    return float(value)
