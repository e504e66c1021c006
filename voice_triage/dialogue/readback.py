"""The read-back after an emergency line: what was announced, and what a clear "no" takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voice_triage.dialogue.state import State
from voice_triage.dialogue.taking import PUT_RIGHT, safe_reading
from voice_triage.messages import Finding, Meaning, Value
from voice_triage.protocol import Protocol, Question
from voice_triage.triage import Decision

MEASURED = "temperature"


def measured_fever(protocol: Protocol, state: State) -> Value | None:
    """Return the temperature that was given, if it is a fever."""
    heat = state.value(MEASURED)
    fever = heat is not None and not isinstance(heat.value, str) and heat.value >= protocol.fever_celsius
    return heat if fever else None


def causes(protocol: Protocol, state: State, decision: Decision) -> tuple[str, ...]:
    """Return what caused the emergency: concepts that are present, and a bare "yes" by its question's id."""
    parts = [part for reason in decision.reasons for part in reason.split("+")]
    found = [part for part in parts if part == state.vague_alarm or part in protocol.concepts]
    return tuple(dict.fromkeys(found))


def taken_back(protocol: Protocol, state: State, meaning: Meaning) -> tuple[str, ...]:
    """Return what the caller clearly takes back on the read-back; empty when it is not clear.

    Named signs alone are taken back by name; a bare "no" takes back all that the last words brought.
    """
    if meaning.answer in ("yes", "unsure"):
        return ()
    if PUT_RIGHT in meaning.told and any(one.concept == "patient" for one in meaning.values):
        return ()  # "not him, me": it stands, of another; "that was not him" takes it back
    absent = named_absent(state, meaning)
    if absent:
        return absent
    faded = _seen_to_fade(protocol, state, meaning)
    if faded:
        return faded
    if set(meaning.told) - {PUT_RIGHT}:
        return ()  # "no, they are coming" and "no help is coming" deny nothing
    if any(one.status == "absent" and one.words for one in meaning.findings):
        return ()  # "no he can put his chin down" denies something else than what was read back
    insists = any(
        one.status != "absent" and (one.concept in state.announced or one.concept in protocol.red_flags)
        for one in meaning.findings
    )
    if meaning.answer != "no" or insists or state.standing is None:
        return ()
    names: list[str] = []
    for reason in state.standing.reasons:
        names += _of_reason(protocol, state, reason)
    return tuple(dict.fromkeys(names))


def _seen_to_fade(protocol: Protocol, state: State, meaning: Meaning) -> tuple[str, ...]:
    """Return the spots that stay when "no, it fades" was said, but not clearly: they are looked at again."""
    told = "spots_fade" in meaning.told and not state.overheard  # else it is the rest of "they don't fade"
    if not (told or meaning.answer == "no"):
        return ()
    said = {one.concept: one.status for one in meaning.findings}
    for question in protocol.questions:
        stay = [name for name in question.asks_for if name in state.announced and name in protocol.red_flags]
        other = [name for name in question.asks_for if name not in protocol.red_flags]
        if question.kind == "walk" and stay:
            fades = any(said.get(name) == "present" for name in other)
            if told or (fades and said.get(stay[0]) != "present"):
                return tuple(stay)
    return ()


def _of_reason(protocol: Protocol, state: State, reason: str) -> list[str]:
    """Return what a bare "no" takes back of one reason: of a combination, what was said last."""
    parts = [part for part in reason.split("+") if part in protocol.concepts or part == state.vague_alarm]
    if len(parts) < 2 and "+" not in reason:
        return parts
    latest = [part for part in parts if part in state.fresh]
    values = [one.concept for one in state.values if one.concept in state.fresh]
    return latest or values or parts


def named_absent(state: State, meaning: Meaning) -> tuple[str, ...]:
    """Return what of the announced emergency the caller names as absent."""
    return tuple(
        one.concept
        for one in meaning.findings
        if one.status == "absent" and one.words and one.concept in state.announced
    )


def taken_away(protocol: Protocol, state: State, concepts: Iterable[str], *, named: bool = True) -> State:
    """Return the state without ``concepts``: findings become absent, values are forgotten.

    "No" to "spots that stay" may mean that they do not fade, so what a walk found is only unsure
    unless it was ``named``; so is a fever that was measured, until it is asked for again.
    """
    names = tuple(dict.fromkeys(concepts))
    walks = [set(one.asks_for) for one in protocol.questions if one.kind == "walk"]
    walked = {name for walk in walks if not named and walk & set(names) for name in walk}
    doubted = walked | ({protocol.fever} if not named and measured_fever(protocol, state) else set())
    kept = tuple(one for one in state.findings if one.concept not in names and one.concept not in walked)
    # Also what was only implied ("spots everywhere") must be said to be absent.
    gone = tuple(
        Finding(name, "unsure" if name in doubted else "absent")
        for name in names
        if name in protocol.concepts
    )
    misheard = {*names, MEASURED} if protocol.fever in names else set(names)
    values = tuple(one for one in state.values if one.concept not in misheard)
    vague = None if state.vague_alarm in names else state.vague_alarm
    return replace(state, findings=(*kept, *gone), values=values, vague_alarm=vague, standing=None)


def asked_again(
    protocol: Protocol, state: State, concepts: Iterable[str], here: str | None, *, named: bool
) -> State:
    """Return the state in which the questions for what was taken back are asked again, each once.

    ``here`` is the question that was open when the emergency was raised.
    """
    names = set(concepts)
    for question in protocol.questions:
        if names & {*question.asks_for, question.id}:
            state = _once_more(protocol, state, question, here=question.id == here, named=named)
    return state


def _once_more(protocol: Protocol, state: State, question: Question, *, here: bool, named: bool) -> State:
    """Ask ``question`` again unless it was asked again before; named signs only leave the rest open."""
    done = replace(state, settled=state.settled | {question.id}, reopened=state.reopened - {question.id})
    again = replace(state, settled=state.settled - {question.id}, retried=state.retried | {question.id})
    if named:
        rest_open = here and question.kind == "list" and question.id not in state.retried
        return again if rest_open else done if here or question.kind == "walk" else state
    if question.id in state.retried:
        # Said and taken back twice: neither can be trusted.
        return safe_reading(protocol, done, question) if here else done
    if question.kind == "walk":
        return again if here or question.id in state.settled else state
    measured = question.kind == "single" and state.statuses.get(question.asks_for[0]) == "unsure"
    if question.id in state.settled and question.kind != "value" and not measured:
        return state  # it was answered before, and this "no" agrees with that answer
    return replace(again, reopened=again.reopened | {question.id})
