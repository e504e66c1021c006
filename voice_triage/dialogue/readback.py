"""The read-back after an emergency line: what was announced, and what a clear "no" takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voice_triage.dialogue.state import State
from voice_triage.messages import Finding, Meaning
from voice_triage.protocol import Protocol
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
    absent = tuple(
        one.concept
        for one in meaning.findings
        if one.status == "absent" and one.words and one.concept in state.announced
    )
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


def taken_away(protocol: Protocol, state: State, concepts: Iterable[str]) -> State:
    """Return the state without ``concepts``: findings become absent, values are forgotten."""
    names = tuple(dict.fromkeys(concepts))
    kept = tuple(one for one in state.findings if one.concept not in names)
    # Also what was only implied ("spots everywhere") must be said to be absent.
    absent = tuple(Finding(name, "absent") for name in names if name in protocol.concepts)
    findings = (*kept, *absent)
    values = tuple(one for one in state.values if one.concept not in names)
    vague = None if state.vague_alarm in names else state.vague_alarm
    return replace(state, findings=findings, values=values, vague_alarm=vague, standing=None)
