"""What is left out of an utterance because it may be told of something else than the spots or the patient."""

from __future__ import annotations

from collections.abc import Iterable

from voice_triage.dialogue.state import CHANGE, SUMMARY, State, age_years, case_of, patient
from voice_triage.messages import GROWN_UP, Finding, Meaning
from voice_triage.protocol import Protocol, Question

DURATION, AGE = "duration", "age"


def doubtful_values(state: State, meaning: Meaning, question: Question | None) -> set[str]:
    """Return the values that do not count: a longer duration unasked, and the age of a child that is none.

    An age of a child that is given once more, when it is asked for again, stands.
    """
    told = State(place=state.place, values=meaning.values)
    left_out = set()
    before, now = case_of(state, {}).duration_hours, case_of(told, {}).duration_hours
    if before is not None and now is not None and now >= before and not _may_turn(state, question):
        left_out.add(DURATION)
    years = age_years(told)
    # From there on the age told of "my child" may be that of the one who speaks.
    child = (patient(told) or patient(state)) == "child"
    asked = question is not None and AGE in question.asks_for
    again = asked and (state.tries > 0 or AGE in state.retried)
    if years is not None and years >= GROWN_UP and child and not again:
        left_out.add(AGE)
    return left_out


def without_doubtful(
    protocol: Protocol, state: State, said: Iterable[Finding], question: Question | None
) -> tuple[Finding, ...]:
    """Return the findings without an "old after all" that nobody asked for."""
    if _may_turn(state, question):
        return tuple(said)
    lasting = [one for one in protocol.concepts.values() if one.from_hours is not None]
    old = {one.id for one in lasting}
    new = {name for one in lasting for name in one.unless}
    before = state.statuses
    return tuple(
        one
        for one in said
        if not (one.concept in old and one.status == "present" and before.get(one.concept) == "absent")
        and not (one.concept in new and one.status == "absent" and before.get(one.concept) == "present")
    )


def _may_turn(state: State, question: Question | None) -> bool:
    """True where it is asked how long, or what is wrong in the summary."""
    return state.place in (SUMMARY, CHANGE) or (question is not None and DURATION in question.asks_for)
