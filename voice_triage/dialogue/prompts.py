"""Every prompt the dialogue may name, so that missing words are found at start-up, not in a call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import get_args

from voice_triage.dialogue.rows import places
from voice_triage.dialogue.state import (
    CHANGE,
    CONFIRM,
    CUP,
    ENDED,
    LOOK,
    MORE,
    STANDING_BY,
    SUMMARY,
    WHICH,
)
from voice_triage.errors import BadContent
from voice_triage.messages import Level
from voice_triage.protocol import Protocol

SESSION = (
    "device.microphone_lost", "device.loudspeaker_lost", "device.back", "device.fault", "waiting",
    "adjust.patient", "adjust.voice", "adjust.one_voice", "adjust.spell", "adjust.spell_number",
    "too_soon",
)  # fmt: skip
"""Said by the session, or written by chat, not by the dialogue."""
FIXED = (
    "greeting", "restart.ok", "go_on", "once_more", "noted", "back", "withdrawn", "sorry.silence",
    "sorry.guess", "list.how", "list.rest", "sorry.unclear", "help.answers", "help.commands", "glass.help",
    "glass.way_out", "glass.darker_skin", "adjust.slower", "adjust.faster", "adjust.louder", "adjust.quieter",
    "ended.restart", "farewell.done", "farewell.call", "farewell.go", "stay.here", "stay.ask", "stay.ways",
    "emergency.call", "emergency.call_again", "emergency.call_first", "emergency.go", "emergency.go_again",
    "emergency.go_first", "emergency.heard", "emergency.and_heard", "emergency.stay", "emergency.reason",
    "confirm_red_flag.ask", "summary_check.ask", "summary_check.again", "summary_check.why",
    "call.cannot", "call.yourself", "who.program", "who.private", "who.language",
    "summary_check.what.ask", "summary_check.what.again", "more.ask", "more.again", "more.last",
    "level.unfinished", "why.unfinished", "why.signs", "why.unsure", "why.safe", "do.urgent", "do.routine",
    "do.self_care", "home_care.1", "home_care.2", "home_care.3", "watch.1", "watch.2",
    "recap.signs", "recap.unsure", "recap.no_signs", "recap.none_yet", "recap.about", "recap.more",
    "recap.age_years", "recap.age_months", "recap.age_year", "recap.age_month", "recap.since_hour",
    "recap.since_less", "recap.temperature",
    "recap.since_hours", "recap.since_days", "recap.since_weeks",
    "recap.since_months", "recap.since_years",
    "tell.intro", "tell.sign", "tell.where", "restart.signs", "farewell.helped",
    "emergency.alone", "emergency.young", "emergency.helped", "emergency.measured", "emergency.and_measured",
    "coming.good", "coming.go", "coming.door", "coming.watch", "coming.worse", "coming.end", "arrived.good",
    "arrived.end", "alone.door", "alone.line", "alone.young",
    "stay.no_medicine", "no_phone.redial", "no_phone.shout", "no_phone.send",
    "net.1", "net.2", "net.3", "closing.nobody",
)  # fmt: skip


def required(protocol: Protocol) -> tuple[str, ...]:
    """Return the ids of all prompts that the dialogue over ``protocol`` may name."""
    names = [*FIXED, *SESSION, *_of_places(protocol), *_of_levels()]
    names += [prompt for row in protocol.first_aid for prompt in row.do]
    names += [
        f"guidance.{pattern}.{part}" for pattern in protocol.patterns for part in ("what", "do", "when")
    ]
    return tuple(dict.fromkeys(names))


def problems(protocol: Protocol, prompts: Collection[str], signs: Collection[str]) -> list[str]:
    """Return a line for each prompt or sign without words, and for words that nothing says."""
    needed = required(protocol)
    found = []
    for name in needed:
        if name not in prompts:
            what = "re-prompt" if name.endswith(".again") else "prompt"
            found.append(f"locale: the {what} '{name}' is missing")
    found += [f"locale: the prompt '{name}' is never said" for name in prompts if name not in needed]
    spoken = (*protocol.concepts, *(one.id for one in protocol.questions if one.at_once))
    return found + [f"locale: signs: '{name}' has no words" for name in spoken if name not in signs]


def refuse_missing(protocol: Protocol, prompts: Collection[str], signs: Collection[str]) -> None:
    """Raise BadContent with the first problem: before the greeting, not at the prompt that is missing."""
    for problem in problems(protocol, prompts, signs):
        raise BadContent(problem)


def _of_places(protocol: Protocol) -> Iterator[str]:
    """Each place has its words, and words for asking again in another way; each question its reason."""
    walks = {question.id for question in protocol.questions if question.kind == "walk"}
    for place in places(protocol):
        if place in (SUMMARY, CHANGE, MORE, CONFIRM, STANDING_BY, ENDED):
            continue
        yield f"{place}.ask"
        if "." not in place:
            yield f"{place}.why"
        if not place.endswith(WHICH):
            yield f"{place}.again"
        if place in walks or place.endswith((CUP, LOOK)):
            yield f"{place}.remind"


def _of_levels() -> Iterator[str]:
    for level in get_args(Level):
        if level != "emergency":
            yield from (f"level.{level}", f"why.{level}", f"when.{level}", f"closing.{level}")
