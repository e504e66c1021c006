"""The end of a triage: the level first, then why, what to do, and when to call or come back."""

from __future__ import annotations

from dataclasses import replace

from voice_triage.dialogue.recap import as_told
from voice_triage.dialogue.state import UNFINISHED, State
from voice_triage.messages import Line
from voice_triage.protocol import Protocol
from voice_triage.triage import Decision

MAX_REASONS = 2
"""Why, in one breath: the first reasons are the most serious."""
MAX_PATTERNS = 3
"""What it may be: more would be a list, not guidance."""


NET = (Line("net.1"), Line("net.2"), Line("net.3"))
"""Until somebody who should be seen today is seen: what means that an ambulance is needed."""


def outcome(protocol: Protocol, state: State, decision: Decision) -> tuple[Line, ...]:
    """Return the spoken outcome; 20 s at most, the rest on request."""
    level = decision.level
    if UNFINISHED in decision.reasons:
        return tuple(
            Line(name) for name in ("level.unfinished", "why.unfinished", "do.urgent", "when.urgent")
        )
    lines = [Line(f"level.{level}"), *reasons(protocol, state, decision)]
    if level in ("routine", "self_care") and decision.patterns:
        pattern = decision.patterns[0]
        lines += [Line(f"guidance.{pattern}.what"), Line(f"guidance.{pattern}.do")]
    else:
        lines.append(Line(f"do.{level}"))
    return (*lines, Line(f"when.{level}"))


def reasons(protocol: Protocol, state: State, decision: Decision) -> list[Line]:
    """Return why: the signs that decided, and whether they were sure."""
    statuses = {one.concept: one.status for one in as_told(protocol, state)}
    said = [sign for sign in decision.signs if sign in statuses or sign == state.vague_alarm]
    lines = []
    for prompt, wanted in (("why.signs", False), ("why.unsure", True)):
        named = [sign for sign in said if (statuses.get(sign) == "unsure") == wanted][:MAX_REASONS]
        if named:
            lines.append(Line(prompt, (("signs", ",".join(named)),)))
    return lines[:1] or [Line(f"why.{decision.level}")]


def pages(decision: Decision) -> tuple[tuple[Line, ...], ...]:
    """Return what there is to hear on request, page by page."""
    found: list[tuple[Line, ...]] = [NET] if decision.level == "urgent" else []
    for number, pattern in enumerate(decision.patterns[:MAX_PATTERNS]):
        lines = [Line(f"guidance.{pattern}.{part}") for part in ("what", "do", "when")]
        told = number == 0 and decision.level in ("routine", "self_care")
        found.append((lines[2],) if told else tuple(lines))
    if decision.level == "self_care":
        found.append(tuple(Line(f"home_care.{number}") for number in (1, 2, 3)))
    found.append(tuple(Line(f"watch.{number}") for number in (1, 2)))
    return tuple(found)


def unfinished(protocol: Protocol, decision: Decision) -> bool:
    """Return whether danger signs are open: what was not asked is read as unsure, and unsure is urgent."""
    low = decision.level in ("routine", "self_care")
    return low and any(sign in decision.missing for sign in protocol.warning_signs)


def so_far(protocol: Protocol, state: State, decision: Decision) -> Decision:
    """Return the decision of a conversation that breaks off here: what was told, else as for "stop"."""
    if state.told_level is not None or not unfinished(protocol, decision):
        return decision
    return replace(decision, level="urgent", action=None, reasons=(UNFINISHED,))


def closing(state: State, decision: Decision) -> tuple[Line, ...]:
    """Return the last words; the signs to watch for among them, unless they were just read out."""
    last = Line(f"closing.{decision.level}")
    if decision.level != "urgent":
        return (last,)
    return (last, Line("closing.nobody"), *(NET if state.page == 0 else ()))


def farewell(protocol: Protocol, state: State, decision: Decision) -> tuple[Line, ...]:
    """Return the end of a conversation that was stopped: level, why, what to do, when to call."""
    if decision.level == "emergency":
        why = reasons(protocol, state, decision)
        if state.helped:
            return (Line("emergency.stay"), *why, Line("farewell.helped"))
        stay = Line("emergency.alone" if state.alone else "emergency.stay")
        return (Line(f"emergency.{decision.action}"), *why, stay, Line(f"farewell.{decision.action}"))
    return (*outcome(protocol, state, decision), Line("farewell.done"))
