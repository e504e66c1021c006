"""What is said for each row, as prompt ids: the names that rows.py gives its replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice_triage.dialogue.first_aid import first_aid
from voice_triage.dialogue.outcome import farewell, outcome, pages, reasons
from voice_triage.dialogue.recap import dispatcher, recap
from voice_triage.dialogue.state import CHANGE, CONFIRM, ENDED, MORE, STANDING_BY, SUMMARY
from voice_triage.dialogue.step import Step
from voice_triage.messages import Line

Lines = tuple[Line, ...]
MAX_HEARD = 2
"""Signs read back in one breath."""
DARK_SKIN = "darker_skin"


def asking(step: Step) -> Lines:
    """Return the words of the place itself: what is open there."""
    place = step.state.place
    if place == CONFIRM:
        return announcement(step)
    if place == STANDING_BY:
        return (Line(f"emergency.{_action(step)}"), Line("stay.ask"))
    if place == ENDED:
        return (Line("ended.restart"),)
    if place == SUMMARY:
        return (*recap(step.protocol, step.state), Line("summary_check.ask"))
    lines = [Line(f"{place}.ask")]
    if place.endswith((".look", ".cup")) and step.state.statuses.get(DARK_SKIN) == "present":
        lines.insert(0, Line("glass.darker_skin"))
    return tuple(lines)


def announcement(step: Step) -> Lines:
    """Return the emergency line: number, number again, what to do, why, and the read-back."""
    action = _action(step)
    heard = [
        Line("emergency.heard" if not number else "emergency.and_heard", (("sign", sign),))
        for number, sign in enumerate(step.state.announced[:MAX_HEARD])
    ]
    return (
        Line(f"emergency.{action}"),
        Line(f"emergency.{action}_again"),
        Line("emergency.stay"),
        *heard,  # last, so that "no" can only mean this
        Line("confirm_red_flag.ask"),
    )


def _aid(step: Step) -> Lines:
    lines = [Line(prompt) for prompt in first_aid(step.protocol, step.state.announced, _action(step))]
    return (Line(f"emergency.{_action(step)}_first"), *lines, Line("stay.ask"))


def _action(step: Step) -> str:
    return step.decision.action or "call"


def _greet(step: Step) -> Lines:
    remains = (Line(f"emergency.{step.before.standing.action}"),) if step.before.standing else ()
    return (*remains, Line("restart.ok"))


def _reprompt(step: Step) -> Lines:
    place = step.state.place
    silent = not step.meaning.text
    if place.endswith((".look", ".cup")) or (place.startswith("glass_test") and "." not in place):
        return _glass_again(step)
    if place == MORE and step.state.page == len(pages(step.decision)):
        return (Line("sorry.silence" if silent else "sorry.unclear"), Line("more.last"))
    how = () if silent or not _of_a_list(step) else (Line("list.how"),)
    return (Line("sorry.silence" if silent else "sorry.unclear"), *how, Line(f"{place}.again"))


def _of_a_list(step: Step) -> bool:
    """True while a list of signs is asked for, before "which?"."""
    return step.question is not None and step.question.kind == "list" and "." not in step.state.place


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
        return _aid(step)
    if place.startswith("glass_test"):
        return (Line("glass.help"), Line("glass.darker_skin"), *asking(step))
    if place == ENDED:
        return asking(step)
    how = (Line("list.how"),) if _of_a_list(step) else (Line("help.answers"), Line("help.commands"))
    # The same question in other words explains it.
    return (*how, *((Line(f"{place}.again"),) if step.question and "." not in place else asking(step)))


def _why(step: Step) -> Lines:
    place = step.state.place
    if place in (CONFIRM, STANDING_BY):
        return (
            Line(f"emergency.{_action(step)}"),
            *reasons(step.state, step.decision),
            Line("emergency.reason"),
        )
    if place == MORE:
        return (*reasons(step.state, step.decision), Line("why.safe"), *asking(step))
    if place in (SUMMARY, CHANGE):
        return (Line("summary_check.why"), *asking(step))
    if place == ENDED:
        return asking(step)
    return (Line(f"{place.split('.')[0]}.why"), *asking(step))


def _recap(step: Step) -> Lines:
    if step.state.place in (CONFIRM, STANDING_BY):
        return (Line(f"emergency.{_action(step)}"), *dispatcher(step.state, _action(step)))
    lines = recap(step.protocol, step.state)
    return lines + (() if step.state.place == SUMMARY else asking(step))[-2:] if lines else asking(step)


def _told(step: Step) -> Lines:
    """Return the outcome, or the page of guidance that the state has come to."""
    number, every = step.state.page, pages(step.decision)
    told = every[min(number, len(every)) - 1] if number else outcome(step.state, step.decision)
    return (*told, Line("more.ask" if number < len(every) else "more.last"))


def _again(step: Step) -> Lines:
    """Return what was said last: at the end that is not the question but what was told."""
    return _told(step) if step.state.place == MORE else asking(step)


def _ways(step: Step) -> Line:
    """Return how to end it or take it back, once; then what can be asked."""
    return Line("stay.ways" if step.state.tries == 1 else "stay.ask")


def _presence(step: Step) -> Lines:
    if step.state.tries == 1:
        return (Line("stay.here"), _ways(step))
    # Every other time the number again; in between only that somebody is there.
    return (Line("stay.here"),) if step.state.tries % 2 else asking(step)


def _farewell(step: Step) -> Lines:
    return farewell(step.state, step.decision)


def _noted(step: Step) -> Lines:
    return (Line("noted"), *asking(step))


REPLIES: Mapping[str, Callable[[Step], Lines]] = {
    "announce": announcement,
    "announce_rest": announcement,
    "announce_again": announcement,
    "first_aid": _aid,
    "stay": lambda step: (Line("stay.here"), _ways(step)),
    "stands": lambda step: (Line(f"emergency.{_action(step)}"), Line("stay.ways")),
    "presence": _presence,
    "withdrawn": lambda step: (Line("withdrawn"), *asking(step)),
    "greet": lambda step: (*_greet(step), *asking(step)),
    "farewell": _farewell,
    "closing": lambda step: (Line(f"closing.{step.decision.level}"), Line("farewell.done")),
    "outcome": _told,
    "page": _told,
    "noted": _noted,
    "what": asking,
    "ask": asking,
    "go_on": asking,
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
    "adjust": lambda step: (Line(f"adjust.{step.meaning.command}"), *asking(step)),
    "look": asking,
    "cup": asking,
    "looker": asking,
    "choose": asking,
    "summarise": asking,
    "wait": lambda step: (),
    "nothing": lambda step: (),
}
