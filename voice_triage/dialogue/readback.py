"""The read-back after an emergency line: what was announced, and what a clear "no" takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voice_triage.dialogue.state import State
from voice_triage.dialogue.taking import safe_reading
from voice_triage.messages import Finding, Meaning
from voice_triage.protocol import Protocol, Question
from voice_triage.triage import Decision


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
    absent = named_absent(state, meaning)
    if absent:
        return absent
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
    unless it was ``named``.
    """
    names = tuple(dict.fromkeys(concepts))
    kept = tuple(one for one in state.findings if one.concept not in names)
    walked = {name for one in protocol.questions if one.kind == "walk" for name in one.asks_for}
    # Also what was only implied ("spots everywhere") must be said to be absent.
    gone = tuple(
        Finding(name, "unsure" if name in walked and not named else "absent")
        for name in names
        if name in protocol.concepts
    )
    values = tuple(one for one in state.values if one.concept not in names)
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
    if question.id in state.settled and question.kind != "value":
        return state  # it was answered before, and this "no" agrees with that answer
    return replace(again, reopened=again.reopened | {question.id})
