"""What each row does to the state, by the name of its reply. Rows not named here change nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from voice_triage.dialogue.outcome import unfinished
from voice_triage.dialogue.readback import MEASURED, asked_again, causes, taken_away
from voice_triage.dialogue.state import CONFIRM, NEXT, STANDING_BY, State
from voice_triage.dialogue.step import Step, question_at, returns
from voice_triage.dialogue.taking import safe_reading, worst_reading
from voice_triage.messages import Finding


def apply(step: Step, reply: str) -> None:
    """Change ``step.state`` as the row with this reply demands."""
    effect = EFFECTS.get(reply)
    if effect is not None:
        step.state = effect(step)


def arrive(step: Step, place: str) -> None:
    """Enter ``place``: tries begin anew, and its question counts as asked."""
    state = replace(step.state, place=place)
    if place != step.before.place:
        state = replace(state, tries=0, reminders=0, excused=False)
    question = state.question
    if question is not None and question not in state.asked:
        state = replace(state, asked=(*state.asked, question))
    step.state = state


def _settle(step: Step) -> State:
    """The open question is done with; it can be gone back to."""
    state, question = step.state, step.question
    if question is None:
        return state
    trail = (*(name for name in state.trail if name != question.id), question.id)
    return replace(
        state,
        settled=state.settled | {question.id},
        reopened=state.reopened - {question.id},
        trail=trail,
        revisit=None,
    )


def _anew(step: Step) -> State:
    """All is asked again of the right patient; warning signs stand, whoever was meant: rather too high."""
    state, before = step.state, step.before.values
    signs = [one for one in state.findings if one.concept in step.protocol.warning_signs]
    return replace(
        state,
        findings=tuple(one for one in signs if one.status == "present"),
        values=tuple(one for one in state.values if one not in before),
        settled=frozenset(),
        trail=(),
        revisit=None,
        retried=frozenset(),
        reopened=frozenset(),
        looked=False,
    )


def _look_again(step: Step) -> State:
    """Of "wait, some are still there", said later, the glass test is asked about, then the open question."""
    walk = next(one for one in step.protocol.questions if one.kind == "walk")
    new = {one.concept: one for one in step.state.findings if one.status == "present"}
    told = {one.concept: one for one in step.before.findings} | new
    doubted = {one.concept: one for one in walk.effects("unsure", ())}
    kept = {name: one for name, one in told.items() if name not in walk.asks_for} | doubted
    settled, retried = step.state.settled - {walk.id}, step.state.retried | {walk.id}
    return replace(step.state, findings=tuple(kept.values()), settled=settled, retried=retried)


def _give_up(step: Step) -> State:
    if step.question is not None:
        step.state = safe_reading(step.protocol, step.state, step.question)
    return _settle(step)


def _take_worst(step: Step) -> State:
    if step.question is not None:
        step.state = worst_reading(step.protocol, step.state, step.question)
    return _settle(step)


def _back(step: Step) -> State:
    """Ask the last question again; its old answer stands until there is a new one."""
    state = replace(step.state, tries=0, excused=False)
    if not state.trail:
        return state
    last = state.trail[-1]
    return replace(state, trail=state.trail[:-1], revisit=last, settled=state.settled - {last})


def _announce(step: Step) -> State:
    """The emergency is told from here on."""
    told = step.before.announced and not step.before.doubted
    advised = step.before.advised if told else ()
    return replace(_stand(step), told_level="emergency", advised=advised, doubted=False)


def _stand(step: Step) -> State:
    """The emergency stands from here on, with what caused it."""
    before = step.before
    # "No, he's not confused, he won't wake up": what is denied by name is announced no more.
    if step.withdrawn:
        step.state = _taken_back(step)
    state = step.state
    old = dict.fromkeys(name for name in before.announced if name not in step.withdrawn)
    caused = causes(step.protocol, state, step.decision)
    # What an utterance adds later counts only if it is a red flag itself.
    added = caused if not old else tuple(name for name in caused if name in step.protocol.red_flags)
    inside = before.place in (CONFIRM, STANDING_BY)
    return replace(
        state,
        announced=tuple(dict.fromkeys((*old, *added))),
        standing=step.decision,
        fresh=(*(before.fresh if before.doubted else ()), *_changed(before, state)),
        resume=before.resume if inside else before.question,
        revisit=None,
        tries=0,
        helped=state.helped and not _another_action(step),
    )


def _ask_whether(step: Step) -> State:
    """The emergency stands, but nobody is told of it before the read-back was answered."""
    if step.before.doubted:
        return _try(step)
    state = _stand(step)
    return replace(state, doubted=True, doubts=(*state.doubts, *state.announced), told_level=None)


def _leave_open(step: Step) -> State:
    """Nobody confirmed or denied it: what was new of it is unsure, and asked about once more."""
    state, protocol = step.state, step.protocol
    names = {name for name in state.announced if name in state.fresh} or {*state.announced}
    kept = tuple(one for one in state.findings if one.concept not in names)
    unsure = tuple(
        Finding(name, "unsure") for name in state.announced if name in names & protocol.concepts.keys()
    )
    vague = question_at(protocol, state.vague_alarm or "")
    if vague is not None:  # a yes to all that was asked: so is all of it
        told = {one.concept for one in kept}
        unsure += tuple(one for one in vague.effects("unsure", ()) if one.concept not in told)
    values = tuple(one for one in state.values if one.concept != MEASURED or protocol.fever not in names)
    asking = {one.id for one in protocol.questions if names & {*one.asks_for, one.id}} - state.retried
    return _stood_down(
        replace(
            state,
            findings=(*kept, *unsure),
            values=values,
            vague_alarm=None,
            settled=state.settled - asking,
            reopened=state.reopened | asking,
            retried=state.retried | asking,
        )
    )


def _another_action(step: Step) -> bool:
    """Who is on the way to a hospital has not called an ambulance yet."""
    standing = step.before.standing
    return standing is not None and standing.action != step.decision.action


def _announce_rest(step: Step) -> State:
    step.state = replace(_taken_back(step), announced=())
    decision = step.decision
    caused = causes(step.protocol, step.state, decision)
    state = replace(step.state, announced=caused, standing=decision, tries=0)
    return replace(state, told_level="emergency", doubted=False)


def _withdrawn(step: Step) -> State:
    """The caller took it back: go on where it was, without asking for the same answer for ever."""
    return _stood_down(_taken_back(step))


def _stood_down(state: State) -> State:
    """No emergency stands any more."""
    return replace(
        state,
        announced=(),
        doubted=False,
        fresh=(),
        resume=None,
        overheard=False,
        told_level=None,
        advised=state.advised if state.doubted else (),
        standing=None,
        helped=False,
    )


def _once_more(step: Step) -> State:
    """A value that was left open is asked for once more: the first in asking order."""
    first = next(one.id for one in step.protocol.questions if returns(step, one.id))
    state = step.state
    return replace(state, settled=state.settled - {first}, retried=state.retried | {first}, tries=0)


def _farewell(step: Step) -> State:
    open_signs = unfinished(step.protocol, step.decision)
    told = "urgent" if open_signs else step.decision.level
    open_signs = step.state.unfinished or open_signs
    return replace(step.state, told_level=told, unfinished=open_signs, doubted=False)


def _taken_back(step: Step) -> State:
    named = step.named
    here = question_at(step.protocol, step.before.resume or NEXT)
    state = taken_away(step.protocol, step.state, step.withdrawn, named=named)
    return asked_again(step.protocol, state, step.withdrawn, here.id if here else None, named=named)


def _rest(step: Step) -> State:
    """Red flags said in the same breath belong to the emergency that is being announced."""
    state = step.state
    if not state.announced:
        return state
    announced = tuple(dict.fromkeys((*state.announced, *step.flags)))
    return replace(state, announced=announced, overheard=step.partial)


def _looker(step: Step) -> State:
    """Whoever cannot look has said nothing of the spots: "I can't see them" is not "they are gone"."""
    asked = step.question.asks_for if step.question else ()
    before = tuple(one for one in step.before.findings if one.concept in asked)
    other = tuple(one for one in step.state.findings if one.concept not in asked)
    return replace(step.state, looked=True, findings=(*other, *before))


def _try(step: Step) -> State:
    return replace(step.state, tries=step.state.tries + 1, overheard=False)


def _changed(before: State, after: State) -> tuple[str, ...]:
    """Return the concepts and values that differ."""
    old = before.statuses
    concepts = [name for name, status in after.statuses.items() if old.get(name) != status]
    values = [one.concept for one in after.values if one not in before.values]
    vague = [after.vague_alarm] if after.vague_alarm and not before.vague_alarm else []
    return (*concepts, *values, *vague)


EFFECTS: Mapping[str, Callable[[Step], State]] = {
    "go_on": _settle,
    "anew": _anew,
    "look_again": _look_again,
    "give_up": _give_up,
    "take_worst": _take_worst,
    "back": _back,
    "announce": _announce,
    "ask_whether": _ask_whether,
    "leave_open": _leave_open,
    "press": _announce,  # what is new stands without a word: the chest comes first
    "announce_rest": _announce_rest,
    "announce_again": _try,
    "withdrawn": _withdrawn,
    "nothing": _rest,
    "reprompt": _try,
    "remind": lambda step: replace(step.state, reminders=step.state.reminders + 1),
    "presence": _try,
    "stay": _try,
    "help_comes": lambda step: replace(step.state, tries=0),
    "handed_over": lambda step: replace(step.state, tries=0),
    "ask_again": lambda step: replace(step.state, excused=True),
    "look": lambda step: replace(step.state, has_glass=True, tries=0),
    "looker": _looker,
    "farewell": _farewell,
    "once_more": _once_more,
    "greet": lambda step: State(place=NEXT, asked=step.state.asked),
    "page": lambda step: replace(step.state, page=step.state.page + 1),
    "outcome": lambda step: replace(step.state, told_level=step.decision.level, advised=(), page=0),
}
