"""What the protocol's conditions look at: what was said, what follows from it, and what age makes true."""

from __future__ import annotations

from voice_triage.messages import Status
from voice_triage.protocol import Group, Protocol
from voice_triage.triage.case import Case


def statuses_of(protocol: Protocol, case: Case) -> dict[str, Status]:
    """Return the status of every known concept, and of every group that holds (present)."""
    statuses: dict[str, Status] = dict(case.findings)
    for concept in protocol.concepts.values():
        status = case.findings.get(concept.id)
        if status is None:
            continue
        for name in concept.denies if status == "absent" else concept.implies:
            # What was said itself stands: a red flag withdrawn on the read-back must not come back this way.
            if name not in case.findings:
                statuses[name] = _worse(status, statuses.get(name))
    for concept in protocol.concepts.values():
        if concept.from_hours is not None:
            lasting = _lasting(concept.from_hours, case.duration_hours, case.findings.get(concept.id))
            if any(case.findings.get(name) in ("present", "unsure") for name in concept.unless):
                lasting = "unsure" if lasting != "absent" else lasting
            if lasting is not None:
                statuses[concept.id] = lasting
    statuses.update({name: "present" for name, group in protocol.groups.items() if belongs(group, case)})
    return statuses


def belongs(group: Group, case: Case) -> bool:
    """True when the age or the patient is known and within the bounds of ``group``."""
    if group.patient is not None and case.patient != group.patient:
        return False
    bounds = (group.under, group.over, group.at_least, group.at_most)
    if all(bound is None for bound in bounds):
        return True
    age = case.age_years
    return (
        age is not None
        and (group.under is None or age < group.under)
        and (group.over is None or age > group.over)
        and (group.at_least is None or age >= group.at_least)
        and (group.at_most is None or age <= group.at_most)
    )


def _lasting(from_hours: float, hours: float | None, said: Status | None) -> Status | None:
    """Return whether it has lasted: too short a duration says no, a long one yes unless denied."""
    if hours is None:
        return said
    if hours < from_hours:
        return "absent"
    return said or "present"


def _worse(first: Status, second: Status | None) -> Status:
    """Return the more serious of two statuses."""
    order: tuple[Status | None, ...] = (None, "absent", "unsure", "present")
    return first if order.index(first) >= order.index(second) else second or first
