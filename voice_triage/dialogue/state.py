"""Where a conversation stands: one small frozen value, so that every state can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voice_triage.messages import Finding, Line, Status, Value
from voice_triage.protocol import Protocol
from voice_triage.triage import Case, Decision, assess

CONFIRM = "confirm_red_flag"
STANDING_BY = "standing_by"
SUMMARY = "summary_check"
CHANGE = "summary_check.what"
MORE = "more"
ENDED = "ended"
NEXT = "next"
"""The hub between two questions; nothing rests there."""

UNFINISHED = "unfinished"
"""The reason of a conversation that was stopped too early to be sure."""

WHICH = ".which"
"""Sub-place of a list question: a bare "yes" was given."""
CUP, LOOK, LOOKER, CHOOSE = ".cup", ".look", ".looker", ".choose"
"""Sub-places of the glass test: no glass in the house, press and look, someone else's eyes, stay or fade."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything the dialogue remembers."""

    place: str
    """The state of the machine: a question, a sub-place of one, or one of the names above."""
    findings: tuple[Finding, ...] = ()
    values: tuple[Value, ...] = ()
    tries: int = 0
    """Silences and answers not understood, in a row, at this place."""
    reminders: int = 0
    """Soft words to one who fetches a glass or looks, since anything was heard."""
    excused: bool = False
    """Something else was volunteered here once instead of an answer; the next time counts as a try."""
    settled: frozenset[str] = frozenset()
    """Questions answered, skipped or given up."""
    asked: tuple[str, ...] = ()
    """Question ids asked aloud, each once, in order."""
    trail: tuple[str, ...] = ()
    """Questions to go back to, the latest last."""
    revisit: str | None = None
    """The question that is asked again because the caller went back."""
    announced: tuple[str, ...] = ()
    """Concepts (or emergency_signs) of the emergency that stands; empty when none does."""
    standing: Decision | None = None
    """The decision that was announced: it stands until the read-back takes it back."""
    doubted: bool = False
    """It rests on weak evidence: it was only read back, and is not announced yet."""
    doubts: tuple[str, ...] = ()
    """Concepts of it that were doubted, as often as they were."""
    fresh: tuple[str, ...] = ()
    """Concepts and values of the utterance that raised the emergency."""
    resume: str | None = None
    """The question that was open when the emergency was raised."""
    retried: frozenset[str] = frozenset()
    """Questions asked once more because what was heard there was taken back."""
    reopened: frozenset[str] = frozenset()
    """Questions to be asked although all they ask for is known: a bare "no" took it back."""
    overheard: bool = False
    """The emergency was raised in mid-utterance; the rest of that utterance is still to come."""
    vague_alarm: str | None = None
    """The question that a bare "yes" made an emergency."""
    has_glass: bool = False
    """The caller has the glass: the test goes on at "press and look"."""
    looked: bool = False
    """Someone else's eyes were offered for the glass test."""
    page: int = 0
    """Pages of guidance already given."""
    told_level: str | None = None
    """The level last spoken as the outcome."""
    advised: tuple[Line, ...] = ()
    """What the caller was told to do, in order; not what was taken back with its emergency or its outcome."""
    breathless: bool = False
    """The patient was said not to breathe at all."""
    helped: bool = False
    """Help was called, or they are on their way: nobody is told to call any more."""
    alone: bool = False
    """The caller said that nobody is there."""
    child_calling: bool = False
    """The caller is a child."""
    unfinished: bool = False
    """It was stopped while danger signs were open: urgent, as was told, until something is said again."""

    @property
    def question(self) -> str | None:
        """The id of the open question."""
        name = self.place.split(".")[0]
        return None if name in (STANDING_BY, ENDED, NEXT) else name

    @property
    def statuses(self) -> dict[str, Status]:
        """Concept -> status, as said."""
        return {one.concept: one.status for one in self.findings}

    def value(self, concept: str) -> Value | None:
        """Return the value given for ``concept``, if any."""
        return next((one for one in self.values if one.concept == concept), None)


def age_years(state: State) -> float | None:
    """Return the age in years, or None."""
    age = state.value("age")
    if age is None or isinstance(age.value, str):
        return None
    return age.value / 12 if age.unit == "months" else age.value


def patient(state: State) -> str | None:
    """Return self, child, other or None."""
    value = state.value("patient")
    return str(value.value) if value else None


def case_of(state: State, statuses: Mapping[str, Status]) -> Case:
    """Return what triage needs to know."""
    duration = state.value("duration")
    hours = duration.value if duration and not isinstance(duration.value, str) else None
    return Case(age_years(state), patient(state), statuses, hours)


def decide(protocol: Protocol, state: State) -> Decision:
    """Return the decision: an announced emergency stands; a bare "yes" to the emergency signs is one."""
    decision = assess(protocol, case_of(state, state.statuses))
    if state.vague_alarm is None:
        if state.standing is not None and decision.level != "emergency":
            return state.standing
        if state.unfinished and state.place == ENDED and decision.level in ("routine", "self_care"):
            return Decision("urgent", None, (UNFINISHED,), decision.patterns, decision.missing)
        return decision
    others = decision.reasons if decision.level == "emergency" else ()
    reasons = (state.vague_alarm, *others)
    return Decision("emergency", "call", reasons, decision.patterns, decision.missing)
