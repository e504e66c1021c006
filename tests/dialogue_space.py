"""The reachable states of the dialogue, walked to the end, for the proofs.

What callers said is endless; what the dialogue does next depends on little of it. Two states with
the same ``key`` have the same open question, tries, wanted questions, level, red flags, glass and
read-back, and answer every event alike as far as the proofs look. Each key is expanded once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

import pytest

from voice_triage.dialogue import Dialogue, State
from voice_triage.dialogue import state as dialogue_state
from voice_triage.dialogue import step as dialogue_step
from voice_triage.dialogue.state import CHOOSE, CONFIRM, ENDED, STANDING_BY, age_years, patient
from voice_triage.dialogue.step import question_at
from voice_triage.dialogue.taking import known
from voice_triage.messages import (
    CIRCUMSTANCES,
    Event,
    Finding,
    Heard,
    Level,
    Meaning,
    Silence,
    Status,
    Turn,
    Value,
)
from voice_triage.protocol import Protocol
from voice_triage.triage import Case, Decision, assess

PROTOCOL = Protocol.load()
QUESTIONS = PROTOCOL.questions
MAX_DEVIATIONS = 1
"""Things out of order at the same time. Every step to a second one is taken and checked, not walked on."""
VALUES: dict[str, tuple[Value, ...]] = {
    "patient": (Value("patient", "", "child", "c"), Value("patient", "", "self", "s")),
    "age": (Value("age", "months", 7, "m"), Value("age", "years", 45, "y")),
    "duration": (Value("duration", "hours", 30, "h"), Value("duration", "hours", 9000, "l")),
}
"""One value on each side of every bound the dialogue itself looks at; triage has proofs of its own."""


@lru_cache(maxsize=200_000)
def _assessed(
    age: float | None, whom: str | None, said: tuple[tuple[str, Status], ...], hours: float | None
) -> Decision:
    return assess(PROTOCOL, Case(age, whom, dict(said), hours))


@contextmanager
def shortened() -> Iterator[None]:
    """Let the pure ``assess`` be remembered, and the glass be waited for two reminders: all are alike."""

    def remembered(protocol: Protocol, case: Case) -> Decision:
        assert protocol is PROTOCOL
        return _assessed(case.age_years, case.patient, tuple(case.findings.items()), case.duration_hours)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialogue_state, "assess", remembered)
        patch.setattr(dialogue_step, "REMINDERS", 2)
        yield


def finding(concept: str, status: Status = "present") -> Finding:
    return Finding(concept, status, concept.replace("_", " "))


def heard(*findings: Finding, partial: bool = False, **said: str) -> Heard:
    return Heard(Meaning("words", said.get("answer"), said.get("command"), findings), partial)  # type: ignore[arg-type]


NOISE = Heard(Meaning("mumble"))
COMMANDS = ("repeat", "help", "back", "restart", "stop", "wait", "ready", "slower", "why", "summary")


def events(state: State) -> Iterator[Event]:
    """Yield what the caller may do in this state: every kind of answer, silence, noise, commands."""
    yield NOISE
    if 1 < state.tries < 5:
        return  # the tries of the glass test: the first and the last stand for those between
    yield Silence()
    for answer in ("yes", "no", "unsure"):
        yield heard(answer=answer)
    for command in COMMANDS:
        yield heard(command=command)
    question = question_at(PROTOCOL, state.place)
    if question is not None:
        for value in VALUES.get(question.id, ()):
            yield Heard(Meaning("value", values=(value,)))
        if question.kind != "value":
            for status in ("present", "absent", "unsure"):
                yield heard(finding(question.asks_for[0], status))
    if state.place.endswith(CHOOSE):
        for told in ("spots_stay", "spots_fade"):
            yield Heard(Meaning("words", told=(told,)))
    if state.place in (CONFIRM, STANDING_BY):
        for told in CIRCUMSTANCES:
            yield Heard(Meaning("words", told=(told,)))
        for told in ("help_called", "no_help"):
            yield Heard(Meaning("words", "no", told=(told,)))
        yield heard(finding("blanching_rash"))
        yield heard(*(finding(name, "absent") for name in state.announced))
        yield heard(*(finding(name) for name in state.announced))
    yield heard(finding("stiff_neck"))
    yield heard(finding("stiff_neck"), partial=True)
    yield heard(finding("fever"))
    yield heard(finding("non_blanching_rash"))


def key(dialogue: Dialogue) -> tuple[object, ...]:
    """Return what the future depends on."""
    state, decision = dialogue.state, dialogue.decision
    tries = (min(state.tries, 5), state.reminders)
    here = (state.place, tries, state.overheard, bool(state.announced), decision.level)
    if state.place in (CONFIRM, STANDING_BY, ENDED):
        # While an emergency stands, nothing else that is known changes what is done about an event;
        # a "no" to the spots that stay leads back to the glass test.
        glass = "non_blanching_rash" in state.announced
        company = (state.helped, state.alone, state.child_calling)
        return (*here, decision.action, state.vague_alarm, state.resume, state.page, glass, company)
    statuses = state.statuses
    age = age_years(state)
    duration = state.value("duration")
    facts = dict(statuses)
    if duration is not None:
        facts["long_standing"] = "present" if duration == VALUES["duration"][1] else "absent"
    fits = tuple(one.when is None or one.when.holds(facts, age, patient(state)) for one in QUESTIONS)
    answers_nothing = not state.values and "present" not in facts.values() and "unsure" not in facts.values()
    # Once the glass test is over, how it went is in the findings.
    over = any(one.id in state.settled for one in QUESTIONS if one.kind == "walk") and state.revisit is None
    glass = None if over else (state.has_glass, state.looked)
    return (
        *here, state.excused, state.revisit, glass, min(state.page, 3),
        bool(state.retried), "glass_test" in state.retried, state.reopened, state.told_level, fits,
        _left_out(state), answers_nothing, _out_of_order(state),
        statuses.get("non_blanching_rash"),
    )  # fmt: skip


def deviations(state: State) -> int:
    """Return how many things are out of order at once: volunteered, left out, gone back to."""
    before, after = _out_of_order(state)
    return len(before) + len(after) + len(_left_out(state)) + (state.revisit is not None) + state.excused


def _left_out(state: State) -> frozenset[str]:
    """Return the values that were asked for, not given, and will be asked for once more."""
    statuses, values = state.statuses, {one.concept for one in state.values}
    return frozenset(
        one.id
        for one in QUESTIONS
        if one.kind == "value"
        and one.id in state.settled - state.retried
        and not known(one, statuses, values)
    )


def _out_of_order(state: State) -> tuple[frozenset[str], frozenset[str]]:
    """Return the questions before the open one that are still open, and those after it that are not."""
    order = [one.id for one in QUESTIONS]
    here = state.resume if state.place in (CONFIRM, STANDING_BY) else state.question
    at = order.index(here) if here in order else len(order)
    statuses, values = state.statuses, {one.concept for one in state.values}
    done = {one.id for one in QUESTIONS if one.id in state.settled or known(one, statuses, values)}
    return frozenset(order[:at]) - done, frozenset(order[at + 1 :]) & done


@dataclass(frozen=True)
class Taken:
    """One step of the walk."""

    before: State
    event: Event
    after: State
    turn: Turn
    level: Level
    """The level before the event."""
    new_level: Level


@dataclass
class Space:
    """What the walk found."""

    states: list[State] = field(default_factory=list)
    steps: int = 0
    seconds: float = 0.0


def walk(*checks: Callable[[Taken], None]) -> Space:
    """Walk every state that can be reached from the start; show each step to ``checks``."""
    began = time.process_time()
    dialogue = Dialogue(PROTOCOL)
    dialogue.start()
    space = Space([dialogue.state])
    seen = {key(dialogue)}
    waiting = deque(space.states)
    while waiting:
        before = waiting.popleft()
        dialogue.state = before
        level = dialogue.decision.level
        for event in events(before):
            dialogue.state = before
            turn = dialogue.handle(event)
            after = dialogue.state
            space.steps += 1
            taken = Taken(before, event, after, turn, level, dialogue.decision.level)
            for check in checks:
                check(taken)
            name = key(dialogue)
            if name not in seen and deviations(after) <= MAX_DEVIATIONS:
                seen.add(name)
                space.states.append(after)
                waiting.append(after)
    space.seconds = time.process_time() - began
    return space
