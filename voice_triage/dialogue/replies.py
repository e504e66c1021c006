"""What is said for each row, as prompt ids: the names that rows.py gives its replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice_triage.dialogue import standing
from voice_triage.dialogue.outcome import closing, farewell, outcome, pages, reasons
from voice_triage.dialogue.recap import dispatcher, recap
from voice_triage.dialogue.standing import action_of, announcement
from voice_triage.dialogue.state import CHANGE, CONFIRM, ENDED, MORE, STANDING_BY, SUMMARY
from voice_triage.dialogue.step import Step
from voice_triage.messages import Line

Lines = tuple[Line, ...]
DARK_SKIN = "darker_skin"
MAX_LOST = 4
"""Warning signs named before they are forgotten."""


def asking(step: Step) -> Lines:
    """Return the words of the place itself: what is open there."""
    place = step.state.place
    if place == CONFIRM:
        return standing.heard(step) if step.state.doubted else announcement(step)
    if place == STANDING_BY:
        return standing.stand(step)
    if place == ENDED:
        return (Line("ended.restart"),)
    if place == SUMMARY:
        return (*recap(step.protocol, step.state, step.decision), Line("summary_check.ask"))
    lines = [Line(f"{place}.ask")]
    if place.endswith((".look", ".cup")) and step.state.statuses.get(DARK_SKIN) == "present":
        lines.insert(0, Line("glass.darker_skin"))
    return tuple(lines)


def _greet(step: Step) -> Lines:
    """Return that all is forgotten; first what must not be lost: the instruction, or warning signs."""
    before = step.before
    if before.standing:
        return (Line(f"emergency.{before.standing.action}"), Line("restart.ok"))
    heard = [
        one.concept
        for one in before.findings
        if one.status == "present" and one.concept in step.protocol.warning_signs
    ][:MAX_LOST]
    lost = (Line("restart.signs", (("signs", ",".join(heard)),)),) if heard else ()
    return (*lost, Line("restart.ok"))


def _reprompt(step: Step) -> Lines:
    place = step.state.place
    silent = not step.meaning.text
    if _of_a_walk(step) and ("." not in place or place.endswith((".look", ".cup"))):
        return _glass_again(step)
    if place == MORE and step.state.page == len(pages(step.decision)):
        return (Line("sorry.silence" if silent else "sorry.unclear"), Line("more.last"))
    how = () if silent or not _of_a_list(step) else (Line("list.how"),)
    if step.meaning.answer == "unsure" and step.question is not None and step.question.kind == "value":
        return (Line("sorry.guess"), Line(f"{place}.again"))  # it was understood
    return (Line("sorry.silence" if silent else "sorry.unclear"), *how, Line(f"{place}.again"))


def _of_a_list(step: Step) -> bool:
    """True while a list of signs is asked for, before "which?"."""
    return step.question is not None and step.question.kind == "list" and "." not in step.state.place


def _of_a_walk(step: Step) -> bool:
    """True at every step of the glass test."""
    return step.question is not None and step.question.kind == "walk"


def _ask_again(step: Step) -> Lines:
    """Return the question again; of a list only what nothing was said of yet."""
    question, known = step.question, step.state.statuses
    if question is None or not _of_a_list(step) or question.id in step.state.reopened:
        return _noted(step)
    rest = [name for name in question.asks_for if name not in known]
    if not rest or len(rest) == len(question.asks_for):
        return _noted(step)
    return (Line("noted"), Line("list.rest", (("signs", ",".join(rest)),)))


def _glass_again(step: Step) -> Lines:
    """Return other words each time: the step again, what it is about, then the way out."""
    place, tries = step.state.place, step.state.tries
    if tries == 2:
        return (Line("glass.help"), Line(f"{place}.ask"))
    return (*((Line("glass.way_out"),) if tries > 2 else ()), Line(f"{place}.again"))


def _help(step: Step) -> Lines:
    place = step.state.place
    if place == STANDING_BY or place == CONFIRM:
        return standing.aid(step)
    if _of_a_walk(step):
        return (Line("glass.help"), Line("glass.darker_skin"), *asking(step))
    if place == ENDED:
        return asking(step)
    how = (Line("list.how"),) if _of_a_list(step) else (Line("help.answers"), Line("help.commands"))
    # The same question in other words explains it.
    return (*how, *((Line(f"{place}.again"),) if step.question and "." not in place else asking(step)))


def _why(step: Step) -> Lines:
    place = step.state.place
    if place in (CONFIRM, STANDING_BY):
        return standing.why(step)
    if place == MORE:
        return (*reasons(step.protocol, step.state, step.decision), Line("why.safe"), *asking(step))
    if place in (SUMMARY, CHANGE):
        return (Line("summary_check.why"), *asking(step))
    if place == ENDED:
        return asking(step)
    return (Line(f"{place.split('.')[0]}.why"), *asking(step))


def _cannot_call(step: Step) -> Lines:
    """Return that only the caller can telephone."""
    return (Line("call.cannot"), Line("call.yourself"), *asking(step))


def _recap(step: Step) -> Lines:
    if step.state.place in (CONFIRM, STANDING_BY):
        return (*standing.instruction(step), *dispatcher(step.state, action_of(step)))
    lines = recap(step.protocol, step.state, step.decision)
    return lines if step.state.place == SUMMARY else (*lines, *asking(step))


def _told(step: Step) -> Lines:
    """Return the outcome, or the page of guidance that the state has come to."""
    number, every = step.state.page, pages(step.decision)
    told = every[min(number, len(every)) - 1] if number else outcome(step.protocol, step.state, step.decision)
    return (*told, Line("more.ask" if number < len(every) else "more.last"))


def _again(step: Step) -> Lines:
    """Return what was said last: at the end that is not the question but what was told."""
    return _told(step) if step.state.place == MORE else asking(step)


def _noted(step: Step) -> Lines:
    return (Line("noted"), *asking(step))


REPLIES: Mapping[str, Callable[[Step], Lines]] = {
    "announce": announcement,
    "ask_whether": standing.heard,
    "leave_open": lambda step: (Line("go_on"), *asking(step)),
    "announce_rest": announcement,
    "announce_again": announcement,
    "first_aid": standing.aid,
    "press": standing.aid,
    "help_comes": standing.help_comes,
    "handed_over": standing.handed_over,
    "alone": standing.alone,
    "asks_food": standing.no_food,
    "no_phone": standing.no_phone,
    "fit_over": standing.fit_over,
    "stay": lambda step: (Line("stay.here"), standing.ways(step)),
    "stands": lambda step: (*standing.instruction(step), Line("stay.ways")),
    "presence": standing.presence,
    "withdrawn": lambda step: (Line("withdrawn"), *asking(step)),
    "greet": lambda step: (*_greet(step), *asking(step)),
    "farewell": lambda step: farewell(step.protocol, step.state, step.decision),
    "closing": lambda step: (*closing(step.before, step.decision), Line("farewell.done")),
    "outcome": _told,
    "page": _told,
    "noted": _noted,
    "what": asking,
    "ask": asking,
    "go_on": asking,
    "look_again": asking,
    "anew": lambda step: (Line("recap.about"), *asking(step)),
    "give_up": lambda step: (Line("go_on"), *asking(step)),
    "take_worst": lambda step: (Line("go_on"), *asking(step)),
    "once_more": lambda step: (Line("once_more"), *asking(step)),
    "ask_again": _ask_again,
    "again": _again,
    "back": lambda step: (Line("back"), *asking(step)),
    "which": asking,
    "reprompt": _reprompt,
    "remind": lambda step: (Line(f"{step.state.place}.remind"),),
    "help": _help,
    "why": _why,
    "recap": _recap,
    "cannot_call": _cannot_call,
    "who": lambda step: (Line("who.program"), Line("who.private"), *asking(step)),
    "language": lambda step: (Line("who.language"), *asking(step)),
    "adjust": lambda step: (Line(f"adjust.{step.meaning.command}"), *asking(step)),
    "look": asking,
    "cup": asking,
    "looker": asking,
    "choose": asking,
    "summarise": asking,
    "wait": lambda step: (),
    "nothing": lambda step: (),
}
