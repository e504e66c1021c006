"""What was understood, said back: to the caller before the outcome, and to the dispatcher."""

from __future__ import annotations

from voice_triage.dialogue.state import State, patient
from voice_triage.messages import Line, Value

MAX_SIGNS = 4
"""A one-sentence summary; the rest is in the written one."""


def recap(state: State) -> tuple[Line, ...]:
    """Return the summary that the caller can correct; empty of signs, it says so."""
    signs = (*_signs(state, "present", "recap.signs"), *_signs(state, "unsure", "recap.unsure"))
    return (*_who(state), *(signs or (Line("recap.no_signs"),)))


def dispatcher(state: State, action: str) -> tuple[Line, ...]:
    """Return what to tell the emergency service: who, the danger signs, since when; on the phone, where."""
    signs = [Line("tell.sign", (("sign", name),)) for name in state.announced[:MAX_SIGNS]]
    where = (Line("tell.where"),) if action == "call" else ()
    return (Line("tell.intro"), *_who(state), *signs, *_since(state), *where)


def _who(state: State) -> tuple[Line, ...]:
    age = state.value("age")
    if age is None or isinstance(age.value, str):
        return (Line("recap.about"),) if patient(state) else ()
    unit = "months" if age.unit == "months" else "years"
    return (Line(f"recap.age_{unit}", (("count", f"{age.value:g}"),)),)


def _since(state: State) -> tuple[Line, ...]:
    duration = state.value("duration")
    return (_lasting(duration),) if duration and not isinstance(duration.value, str) else ()


def _lasting(duration: Value) -> Line:
    """Return how long in the unit a person would use."""
    hours = float(duration.value)
    for unit, length in (("months", 730), ("weeks", 168), ("days", 24)):
        if hours >= 2 * length or (unit == "days" and hours >= length):
            return Line(f"recap.since_{unit}", (("count", f"{max(1, round(hours / length))}"),))
    return Line("recap.since_hours", (("count", f"{max(1, round(hours))}"),))


def _signs(state: State, status: str, prompt: str) -> tuple[Line, ...]:
    """Return one line with the signs of this status, the first ones said first."""
    names = [one.concept for one in state.findings if one.status == status][:MAX_SIGNS]
    return (Line(prompt, (("signs", ",".join(names)),)),) if names else ()
