"""What was understood, said back: to the caller before the outcome, and to the dispatcher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voice_triage.dialogue.readback import MEASURED
from voice_triage.dialogue.state import CHANGE, ENDED, MORE, SUMMARY, State, patient
from voice_triage.messages import Finding, Line, Value
from voice_triage.protocol import Protocol
from voice_triage.triage import Decision

MAX_SIGNS = 4
"""A one-sentence summary; the rest is in the written one."""


def recap(protocol: Protocol, state: State, decision: Decision) -> tuple[Line, ...]:
    """Return the summary that the caller can correct; empty of signs, it says so."""
    # What decides, then warning signs, then that the spots are old, which may excuse one: all must be said.
    said = sorted(
        as_told(protocol, state),
        key=lambda one: (
            one.concept not in decision.signs,
            one.concept not in protocol.warning_signs,
            protocol.concepts[one.concept].from_hours is None,
        ),
    )
    signs = (*_signs(said, "present", "recap.signs"), *_signs(said, "unsure", "recap.unsure"))
    # "No signs" while some are still to be asked for would calm for no reason.
    none = "recap.no_signs" if state.place in (SUMMARY, CHANGE, MORE, ENDED) else "recap.none_yet"
    return (*_who(state), *_heat(state), *_since(state), *(signs or (Line(none),)))


def as_told(protocol: Protocol, state: State) -> tuple[Finding, ...]:
    """Return what was found; a yes that named none of a list is read as its worst, and told as not sure."""
    open_yes = {name for question in protocol.questions for name in question.open_yes}
    return tuple(
        replace(s, status="unsure") if s.concept in open_yes and s.status == "present" and not s.words else s
        for s in state.findings
    )


def dispatcher(state: State, action: str) -> tuple[Line, ...]:
    """Return what to tell the emergency service: who, what, since when; on the phone, where."""
    signs = [Line("tell.sign", (("sign", name),)) for name in state.announced[:MAX_SIGNS]]
    where = (Line("tell.where"),) if action == "call" else ()
    return (Line("tell.intro"), *_who(state), *signs, *_heat(state), *_since(state), *where)


def _who(state: State) -> tuple[Line, ...]:
    age = state.value("age")
    if age is None or isinstance(age.value, str):
        return (Line("recap.about"),) if patient(state) else ()
    return (_counted("recap.age_months" if age.unit == "months" else "recap.age_years", f"{age.value:g}"),)


def _heat(state: State) -> tuple[Line, ...]:
    heat = state.value(MEASURED)
    return (Line("recap.temperature", (("measure", heat.words or f"{heat.value:g}"),)),) if heat else ()


def _since(state: State) -> tuple[Line, ...]:
    duration = state.value("duration")
    return (_lasting(duration),) if duration and not isinstance(duration.value, str) else ()


def _lasting(duration: Value) -> Line:
    """Return how long in the unit a person would use."""
    hours = float(duration.value)
    for unit, length in (("years", 8760), ("months", 720), ("weeks", 168), ("days", 24)):
        if hours >= 2 * length:
            return _counted(f"recap.since_{unit}", f"{round(hours / length)}")
    if hours < 1:
        return Line("recap.since_less")
    return _counted("recap.since_hours", f"{round(hours)}")


def _counted(prompt: str, count: str) -> Line:
    """The line with a number; of one it has a form of its own: "1 year old"."""
    return Line(prompt.removesuffix("s") if count == "1" else prompt, (("count", count),))


def _signs(said: Iterable[Finding], status: str, prompt: str) -> tuple[Line, ...]:
    """Return one line with the first signs of this status, and that there are more."""
    names = [one.concept for one in said if one.status == status]
    more = (Line("recap.more"),) if len(names) > MAX_SIGNS else ()
    return (Line(prompt, (("signs", ",".join(names[:MAX_SIGNS])),)), *more) if names else ()
