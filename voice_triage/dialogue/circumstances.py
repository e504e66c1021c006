"""Whether help comes, and who is with the patient: what is told of it beside the signs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from voice_triage.dialogue.state import State, patient
from voice_triage.messages import NOT_BREATHING
from voice_triage.triage import Decision


def with_told(state: State, told: Collection[str], decision: Decision) -> State:
    """Return the state with what was ``told``; help counts only for the emergency that it was called for."""
    if "no_help" in told:
        state = replace(state, helped=False)
    elif help_comes(told, decision) or (decision.level == "emergency" and help_here(told)):
        state = replace(state, helped=True)
    if "accompanied" in told:
        state = replace(state, alone=False)
    elif "alone" in told:
        state = replace(state, alone=True)
    if NOT_BREATHING in told:
        state = replace(state, breathless=True)
    if "child_calling" in told and patient(state) != "child":  # a parent may speak as the child
        state = replace(state, child_calling=True)
    return state


def help_here(told: Collection[str]) -> bool:
    """Return whether help is there; not where it is said in the same breath that it is not."""
    return "help_here" in told and "no_help" not in told


def help_comes(told: Collection[str], decision: Decision) -> bool:
    """Return whether help was called; to be on the way is enough only where that is what to do."""
    if decision.level != "emergency" or "no_help" in told:
        return False
    return "help_called" in told or ("on_the_way" in told and decision.action == "go")
