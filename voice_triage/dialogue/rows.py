"""The rows of the machine: from where, on what, under which conditions, to where, saying what.

The first row of a place whose conditions hold wins, so the order of the rows is the behaviour:
the alarm stands before everything else in every place.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_triage.dialogue.state import (
    CHANGE,
    CHOOSE,
    CONFIRM,
    CUP,
    ENDED,
    LOOK,
    LOOKER,
    MORE,
    NEXT,
    STANDING_BY,
    SUMMARY,
    WHICH,
)
from voice_triage.protocol import Protocol, Question

HEAR, OVERHEAR, SILENT, GO = "hear", "overhear", "silent", "go"
"""Triggers: a whole utterance, a partial one, silence, and the choice of the next question."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transition; ``dest`` equal to ``source`` stays."""

    trigger: str
    source: str
    dest: str
    conditions: tuple[str, ...]
    reply: str
    """What is said: the name of a function in replies.py."""


def rows(protocol: Protocol) -> tuple[Row, ...]:
    """Return all rows, in order of precedence within each place."""
    found: list[Row] = []
    for place in places(protocol):
        found += _everywhere(place)
    for question in protocol.questions:
        found += _walk(question) if question.kind == "walk" else _question(question)
        found += [Row(OVERHEAR, place, place, (), "nothing") for place in _places_of(question)]
    found += _emergency() + _end()
    found += _choice(protocol)
    return tuple(found)


def places(protocol: Protocol) -> tuple[str, ...]:
    """Return every place where the dialogue can rest."""
    asked = [place for question in protocol.questions for place in _places_of(question)]
    return (*asked, SUMMARY, CHANGE, MORE, CONFIRM, STANDING_BY, ENDED)


def question_ids(protocol: Protocol) -> tuple[str, ...]:
    """Return the id of everything that is asked: the protocol's questions and the dialogue's own."""
    return (*(question.id for question in protocol.questions), CONFIRM, SUMMARY, MORE)


def _places_of(question: Question) -> tuple[str, ...]:
    if question.kind == "walk":
        return tuple(question.id + step for step in ("", CUP, LOOK, LOOKER, CHOOSE))
    if question.kind == "list" and not question.at_once:
        return (question.id, question.id + WHICH)
    return (question.id,)


def _everywhere(place: str) -> list[Row]:
    """Red flags first, then what ends or starts over, in every place."""
    # What is announced already is not doubted, and at the end there is nothing left to go on with.
    doubtful = place not in (CONFIRM, STANDING_BY, ENDED)
    return [
        Row(OVERHEAR, place, CONFIRM, ("alarm",), "announce"),
        *([Row(HEAR, place, CONFIRM, ("alarm", "weak"), "ask_whether")] if doubtful else []),
        Row(HEAR, place, CONFIRM, ("alarm",), "announce"),
        Row(HEAR, place, ENDED, ("says_stop",), "farewell"),
        Row(HEAR, place, NEXT, ("says_restart",), "greet"),
    ]


def _asides(place: str) -> list[Row]:
    """What a caller may say anywhere without answering."""
    return [
        Row(HEAR, place, place, (condition,), reply)
        for condition, reply in (
            ("says_repeat", "again"), ("says_help", "help"), ("says_why", "why"), ("says_summary", "recap"),
            ("says_wait", "wait"), ("says_adjust", "adjust"), ("asks_who", "who"),
            ("asks_language", "language"),
        )
    ]  # fmt: skip


def _question(question: Question) -> list[Row]:
    """Rows of a question that is answered in one go."""
    here, which = question.id, question.id + WHICH
    found = [_anew(here), Row(HEAR, here, NEXT, ("stays_after_all",), "look_again")]
    found.append(Row(HEAR, here, NEXT, ("settled",), "go_on"))
    if question.kind == "list" and not question.at_once:
        found.append(Row(HEAR, here, which, ("vague_yes",), "which"))
        found += [_anew(which), Row(HEAR, which, NEXT, ("settled",), "go_on"), *_asides(which)]
        found.append(_ambulance(which))
        found.append(Row(HEAR, which, NEXT, ("says_back",), "back"))
        found += [Row(trigger, which, NEXT, (), "take_worst") for trigger in (HEAR, SILENT)]
    return [*found, *_asides(here), _ambulance(here), *_patiently(here), *_hurrying(here)]


def _anew(here: str) -> Row:
    """Whoever it is about after all has not been asked about yet."""
    return Row(HEAR, here, NEXT, ("another_patient",), "anew")


def _ambulance(here: str) -> Row:
    """Who asks us to call, or whether to call, is told that only they can."""
    return Row(HEAR, here, here, ("asks_to_call",), "cannot_call")


def _patiently(here: str, limit: str = "tried_once") -> list[Row]:
    """Back, and the re-prompt after words not understood; then the safe reading."""
    return [
        Row(HEAR, here, NEXT, ("says_back",), "back"),
        Row(HEAR, here, here, ("may_ask_again",), "ask_again"),
        Row(HEAR, here, NEXT, (limit,), "give_up"),
        Row(HEAR, here, here, (), "reprompt"),
    ]


def _hurrying(here: str) -> list[Row]:
    """The re-prompt after silence; then the safe reading."""
    return [
        Row(SILENT, here, NEXT, ("tried_once",), "give_up"),
        Row(SILENT, here, here, (), "reprompt"),
    ]


def _waiting(here: str) -> list[Row]:
    """A soft word each minute to one whose hands are busy, until surely nobody is there any more."""
    return [
        Row(SILENT, here, NEXT, ("nobody_there",), "give_up"),
        Row(SILENT, here, here, (), "remind"),
    ]


def _walk(question: Question) -> list[Row]:
    """Rows of the glass test: fetch a glass, press and look, say what you see."""
    fetch, cup, look, looker, choose = _places_of(question)
    found = [_anew(place) for place in _places_of(question)]
    found += [Row(HEAR, place, looker, ("cannot_see",), "looker") for place in (fetch, cup, look)]
    found += [Row(HEAR, place, NEXT, ("settled",), "go_on") for place in _places_of(question)]
    every = (fetch, cup, look, looker, choose)
    found += [row for place in every for row in (*_asides(place), _ambulance(place))]
    found += [
        Row(HEAR, fetch, look, ("says_ready",), "look"),
        Row(HEAR, fetch, look, ("answers_yes",), "look"),
        Row(HEAR, fetch, cup, ("answers_no",), "cup"),
        Row(HEAR, fetch, cup, ("answers_unsure",), "cup"),
        Row(HEAR, cup, choose, ("answers_doubtfully",), "choose"),
        Row(HEAR, cup, cup, ("says_ready",), "again"),
        Row(HEAR, look, look, ("says_ready",), "again"),
        Row(HEAR, looker, look, ("says_ready",), "look"),
        Row(HEAR, looker, look, ("answers_yes",), "look"),
        Row(HEAR, looker, NEXT, ("answers_no",), "give_up"),
        Row(HEAR, looker, NEXT, ("answers_unsure",), "give_up"),
    ]
    found.append(Row(HEAR, choose, NEXT, ("answers_unsure",), "give_up"))
    for place in (fetch, cup, look):
        found += _patiently(place, "tried_five_times") + _waiting(place)
    for place in (looker, choose):
        found += _patiently(place) + _hurrying(place)
    return found


def _emergency() -> list[Row]:
    """The read-back after the announcement, and staying with the caller."""
    found = [Row(OVERHEAR, place, place, (), "nothing") for place in (CONFIRM, STANDING_BY)]
    found += [
        Row(HEAR, CONFIRM, NEXT, ("takes_all_back",), "withdrawn"),
        Row(HEAR, CONFIRM, CONFIRM, ("takes_some_back",), "announce_rest"),
        *_doubted(),
        Row(HEAR, CONFIRM, CONFIRM, ("rest_of_utterance",), "nothing"),
        Row(HEAR, CONFIRM, STANDING_BY, ("help_here",), "handed_over"),
        Row(HEAR, CONFIRM, STANDING_BY, ("not_breathing",), "press"),
        *_asides(CONFIRM),
        Row(HEAR, CONFIRM, STANDING_BY, ("help_comes",), "help_comes"),
        Row(HEAR, CONFIRM, STANDING_BY, ("confirms",), "first_aid"),
        Row(HEAR, CONFIRM, CONFIRM, ("says_alone",), "alone"),
        *(Row(HEAR, CONFIRM, CONFIRM, (told,), told) for told in ("asks_food", "no_phone")),
        Row(HEAR, CONFIRM, STANDING_BY, ("tried_twice",), "first_aid"),
        Row(HEAR, CONFIRM, CONFIRM, (), "announce_again"),
        *_unanswered(SILENT),
        Row(SILENT, CONFIRM, STANDING_BY, ("tried_twice",), "first_aid"),
        Row(SILENT, CONFIRM, CONFIRM, (), "announce_again"),
        Row(HEAR, STANDING_BY, CONFIRM, ("doubts_it",), "announce_again"),
        Row(HEAR, STANDING_BY, STANDING_BY, ("help_here",), "handed_over"),
        Row(HEAR, STANDING_BY, STANDING_BY, ("not_breathing",), "press"),
        *_asides(STANDING_BY),
        Row(HEAR, STANDING_BY, STANDING_BY, ("help_comes",), "help_comes"),
        *(
            Row(HEAR, STANDING_BY, STANDING_BY, (told,), told)
            for told in ("asks_food", "no_phone", "fit_over")
        ),
        Row(HEAR, STANDING_BY, STANDING_BY, ("no_help",), "stands"),
        Row(HEAR, STANDING_BY, STANDING_BY, ("asks_to_call",), "stands"),
        Row(HEAR, STANDING_BY, STANDING_BY, ("says_alone",), "alone"),
        Row(HEAR, STANDING_BY, STANDING_BY, ("answers_no",), "stands"),
        Row(HEAR, STANDING_BY, STANDING_BY, (), "stay"),
        Row(SILENT, STANDING_BY, STANDING_BY, (), "presence"),
    ]
    return found


def _doubted() -> list[Row]:
    """A read-back before anything was announced: whoever is there and does not say no confirms it."""
    return [
        Row(HEAR, CONFIRM, CONFIRM, ("doubted", "says_repeat"), "again"),
        Row(HEAR, CONFIRM, CONFIRM, ("doubted", "says_adjust"), "adjust"),
        *_unanswered(HEAR),
    ]


def _unanswered(trigger: str) -> list[Row]:
    """Silence confirms it; where only others talk the sign is left unsure, and asked about again."""
    return [
        Row(trigger, CONFIRM, NEXT, ("others_only", "tried_once"), "leave_open"),
        Row(trigger, CONFIRM, CONFIRM, ("others_only",), "ask_whether"),
        Row(trigger, CONFIRM, CONFIRM, ("doubted",), "announce"),
    ]


def _end() -> list[Row]:
    """The summary that can be corrected, the outcome, more on request, the end."""
    found = [Row(OVERHEAR, place, place, (), "nothing") for place in (SUMMARY, CHANGE, MORE, ENDED)]
    found += [
        _anew(SUMMARY),
        Row(HEAR, SUMMARY, NEXT, ("news",), "noted"),
        *_asides(SUMMARY),
        Row(HEAR, SUMMARY, NEXT, ("says_back",), "back"),
        Row(HEAR, SUMMARY, CHANGE, ("answers_yes",), "what"),
        Row(HEAR, SUMMARY, MORE, ("answers_no",), "outcome"),
        Row(HEAR, SUMMARY, MORE, ("tried_once",), "outcome"),
        Row(HEAR, SUMMARY, SUMMARY, (), "reprompt"),
        Row(SILENT, SUMMARY, MORE, ("tried_once",), "outcome"),
        Row(SILENT, SUMMARY, SUMMARY, (), "reprompt"),
        _anew(CHANGE),
        Row(HEAR, CHANGE, NEXT, ("news",), "noted"),
        *_asides(CHANGE),
        Row(HEAR, CHANGE, NEXT, ("says_back",), "back"),
        Row(HEAR, CHANGE, MORE, ("answers_no",), "outcome"),
        Row(HEAR, CHANGE, MORE, ("tried_once",), "outcome"),
        Row(HEAR, CHANGE, CHANGE, (), "reprompt"),
        Row(SILENT, CHANGE, MORE, ("tried_once",), "outcome"),
        Row(SILENT, CHANGE, CHANGE, (), "reprompt"),
        Row(HEAR, MORE, MORE, ("level_changed",), "outcome"),
        Row(HEAR, MORE, MORE, ("wants_more", "pages_left"), "page"),
        Row(HEAR, MORE, ENDED, ("wants_more",), "closing"),
        Row(HEAR, MORE, ENDED, ("answers_no",), "closing"),
        *_asides(MORE),
        Row(HEAR, MORE, NEXT, ("says_back",), "back"),
        Row(HEAR, MORE, ENDED, ("tried_once",), "closing"),
        Row(HEAR, MORE, MORE, (), "reprompt"),
        Row(SILENT, MORE, ENDED, ("tried_once",), "closing"),
        Row(SILENT, MORE, MORE, (), "reprompt"),
        *_asides(ENDED),
        Row(HEAR, ENDED, ENDED, (), "nothing"),
        Row(SILENT, ENDED, ENDED, (), "nothing"),
    ]
    return found


def _choice(protocol: Protocol) -> list[Row]:
    """The next question: the first in asking order that is still open and fits."""
    # What a question left open is read safely, and that may itself be an emergency.
    found = [Row(GO, NEXT, CONFIRM, ("alarm", "weak"), "ask_whether")]
    found += [Row(GO, NEXT, CONFIRM, ("alarm",), "announce")]
    for question in protocol.questions:
        if question.kind == "walk":
            again = (f"wants:{question.id}", "asked_before")
            found.append(Row(GO, NEXT, question.id + CHOOSE, again, "choose"))
            blind = (f"wants:{question.id}", "known_blind")
            found.append(Row(GO, NEXT, question.id + LOOKER, blind, "looker"))
            found.append(Row(GO, NEXT, question.id + LOOK, (f"wants:{question.id}", "has_glass"), "look"))
        found.append(Row(GO, NEXT, question.id, (f"wants:{question.id}",), "ask"))
    for question in protocol.questions:
        if question.kind == "value":
            found.append(Row(GO, NEXT, question.id, (f"returns:{question.id}",), "once_more"))
    return [*found, Row(GO, NEXT, SUMMARY, (), "summarise")]
