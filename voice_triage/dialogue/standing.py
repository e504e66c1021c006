"""What is said while an emergency stands: number, read-back, first aid, and staying until help is there."""

from __future__ import annotations

from voice_triage.dialogue.first_aid import first_aid
from voice_triage.dialogue.outcome import reasons
from voice_triage.dialogue.readback import measured_fever
from voice_triage.dialogue.recap import dispatcher
from voice_triage.dialogue.state import CONFIRM, STANDING_BY, State
from voice_triage.dialogue.step import Step
from voice_triage.messages import NOT_BREATHING, Line

Lines = tuple[Line, ...]
MAX_HEARD = 2
"""Signs read back in one breath."""


MAX_FOR_A_CHILD = 2
"""Things to do that a child is told; the most pressing come first. The chest is pressed all the same."""


def action_of(step: Step) -> str:
    """Return call or go."""
    return step.decision.action or "call"


def announcement(step: Step) -> Lines:
    """Return the emergency line: number, number again, what to do, why, and the read-back."""
    action = action_of(step)
    # Who has called already is not told to call as if nothing were on its way.
    first = (f"emergency.{action}", f"emergency.{action}_again")
    number = ("emergency.helped",) if step.state.helped and step.before.announced else first
    return (*(Line(name) for name in number), beside(step.state), *heard(step))


def heard(step: Step) -> Lines:
    """Return the read-back: what was heard, last, so that "no" can only mean this; the newest first."""
    state, heat = step.state, measured_fever(step.protocol, step.state)
    lines = []
    newest = sorted(state.announced, key=lambda sign: sign not in state.fresh)
    for number, sign in enumerate(newest[:MAX_HEARD]):
        start = "and_" if number else ""
        if sign == step.protocol.fever and heat is not None:
            lines.append(Line(f"emergency.{start}measured", (("measure", heat.words or f"{heat.value:g}"),)))
        else:
            lines.append(Line(f"emergency.{start}heard", (("sign", sign),)))
    return (*lines, Line("confirm_red_flag.ask"))


def beside(state: State) -> Line:
    """Return who should stay with the patient; nobody who is alone is told not to be."""
    if state.child_calling:
        return Line("emergency.young")
    return Line("emergency.alone" if state.alone else "emergency.stay")


def aid(step: Step) -> Lines:
    """Return what to do until help is there, by cause."""
    call = () if step.state.helped else (Line(f"emergency.{action_of(step)}_first"),)
    return (*call, *_aid(step), *_by_oneself(step), Line("stay.ask"))


def stand(step: Step) -> Lines:
    """Return the instruction that stands."""
    return (*instruction(step), Line("stay.ask"))


def instruction(step: Step) -> Lines:
    """Return the number; once help was called, what to watch for and when to call again."""
    if step.state.helped:
        return (Line("coming.watch"), _worse(step))
    return (Line(f"emergency.{action_of(step)}"),)


def help_comes(step: Step) -> Lines:
    """Return what to do while help is on its way; first aid with it for who has not heard it."""
    if step.before.place == STANDING_BY and step.before.helped:
        return (Line("stay.here"), *instruction(step))
    go = action_of(step) == "go"
    good = (Line("coming.good"), Line("coming.go")) if go else (Line("coming.good"),)
    door = () if go else (Line("coming.door"),)
    if step.before.place == CONFIRM:
        return (*good, *_aid(step), *door, _worse(step), Line("coming.end"))
    return (*good, beside(step.state), *door, Line("coming.watch"), _worse(step), Line("coming.end"))


def handed_over(step: Step) -> Lines:
    """Return what to tell them when help is there; it may have been misheard, so only "stop" ends it."""
    return (Line("arrived.good"), *dispatcher(step.state, "go"), Line("arrived.end"))


def alone(step: Step) -> Lines:
    """Return what somebody does who is alone; at the read-back the question stays open."""
    number = () if step.state.helped else (Line(f"emergency.{action_of(step)}"),)
    return (*number, beside(step.state), *_by_oneself(step, said=True), *_last(step))


def no_food(step: Step) -> Lines:
    """Return that nothing is to be given."""
    return (Line("aid.no_food"), Line("stay.no_medicine"), *_last(step))


def no_phone(step: Step) -> Lines:
    """Return how to get help without a telephone, or where nobody answers."""
    return (Line("no_phone.redial"), Line("no_phone.shout"), Line("no_phone.send"), *_last(step))


def fit_over(step: Step) -> Lines:
    """Return what to do when the shaking is over; help is needed all the same."""
    return (Line("aid.rest_on_side"), Line("aid.watch_breathing"), *stand(step))


def _last(step: Step) -> Lines:
    """Return what a reply ends with: at the read-back the question stays open."""
    return heard(step) if step.state.place == CONFIRM else (Line("stay.ask"),)


def presence(step: Step) -> Lines:
    """Return a soft word; every other time the number again: that help was called may have been misheard."""
    if step.state.tries == 1:
        return (Line("stay.here"), ways(step))
    if step.state.tries % 2:
        return (Line("stay.here"),)
    first = (Line(f"emergency.{action_of(step)}_first"),) if step.state.helped else ()
    return (*first, *stand(step))


def ways(step: Step) -> Line:
    """Return how to end it or take it back, once; then what can be asked."""
    if step.state.tries != 1:
        return Line("stay.ask")
    return Line("coming.end" if step.state.helped else "stay.ways")


def why(step: Step) -> Lines:
    """Return the instruction and its reason."""
    return (*instruction(step), *reasons(step.protocol, step.state, step.decision), Line("emergency.reason"))


def _aid(step: Step) -> Lines:
    state = step.state
    causes = (NOT_BREATHING, *state.announced) if state.breathless else state.announced
    lines = tuple(Line(name) for name in first_aid(step.protocol, causes, action_of(step)))
    return lines[:MAX_FOR_A_CHILD] if state.child_calling and not state.breathless else lines


def _worse(step: Step) -> Line:
    return Line("aid.worse_call" if action_of(step) == "go" else "coming.worse")


def _by_oneself(step: Step, *, said: bool = False) -> Lines:
    """Return what to do by oneself while the ambulance is called."""
    state = step.state
    if action_of(step) == "go" or not (said or state.alone or state.child_calling):
        return ()
    return (Line("alone.young"),) if state.child_calling else (Line("alone.door"), Line("alone.line"))
