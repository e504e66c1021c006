"""Conversations as tables: meanings in, prompt ids, question order and outcome out.

A step is ``<open question>: <what the caller means>``; what is meant is a word (yes, no, unsure,
silence, noise, or a command) or a mapping. ``said`` asserts prompts of the turn before the step.
``rest`` answers whatever is asked after the steps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voice_triage import strict_yaml
from voice_triage.dialogue import Dialogue
from voice_triage.messages import (
    CIRCUMSTANCES,
    COMMANDS,
    Event,
    Finding,
    Heard,
    Meaning,
    Silence,
    Turn,
    Value,
)
from voice_triage.protocol import Protocol

FOLDER = Path(__file__).parent / "conversations"
PROTOCOL = Protocol.load()
ROWS = [
    pytest.param(row, id=f"{path.stem}: {row['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for row in strict_yaml.load(path)
]
MAX_TURNS = 80


def event(said: Any) -> Event:
    """Return the event that a table's entry stands for."""
    if said == "silence":
        return Silence()
    if said == "noise":
        return Heard(Meaning("mumble mumble"))
    if isinstance(said, str):
        if said in COMMANDS:
            return Heard(Meaning(said, command=said))
        return Heard(Meaning(said, answer=said))  # type: ignore[arg-type]
    findings = [
        Finding(concept, status, concept.replace("_", " "))
        for status in ("present", "absent", "unsure")
        for concept in said.get(status, [])
    ]
    units = {"age": "years", "months": "months", "patient": "", "hours": "hours", "celsius": "celsius"}
    names = {"months": "age", "hours": "duration", "celsius": "temperature"}
    values = tuple(
        Value(names.get(key, key), unit, said[key], str(said[key]))
        for key, unit in units.items()
        if key in said
    )
    told = tuple(said.get("told", ()))
    assert set(told) <= set(CIRCUMSTANCES)
    meaning = Meaning(
        "words", said.get("answer"), said.get("command"), tuple(findings), values,
        told=told, partly=said.get("partly", False), worded=said.get("worded", False),
    )  # fmt: skip
    return Heard(meaning, partial=said.get("partial", False))


def prompts(turn: Turn) -> list[str]:
    return [line.prompt for line in turn.lines]


def play(row: dict[str, Any]) -> tuple[Dialogue, Turn]:
    dialogue = Dialogue(PROTOCOL)
    turn = dialogue.start()
    for step in row["steps"]:
        assert len(step) <= 2
        (question, said), *asserted = step.items()
        assert dialogue.question == (None if question == "none" else question), prompts(turn)
        if "said" in step:
            wanted = step["said"] if isinstance(step["said"], list) else [step["said"]]
            assert set(wanted) <= set(prompts(turn)), prompts(turn)
        new = dialogue.handle(event(said))
        turn = new if new != Turn() else turn
    for _ in range(MAX_TURNS if "rest" in row else 0):
        if dialogue.phase != "asking":
            break
        turn = dialogue.handle(event(row["rest"]))
    return dialogue, turn


@pytest.mark.parametrize("row", ROWS)
def test_conversation(row: dict[str, Any]) -> None:
    expect = row["expect"]
    dialogue, turn = play(row)

    seen = {
        "level": dialogue.decision.level,
        "action": dialogue.decision.action,
        "red_flags": list(dialogue.red_flags),
        "question": dialogue.question,
        "phase": dialogue.phase,
        "emergency": turn.emergency,
    }
    for key, value in expect.items():
        if key == "asked":
            assert [name for name in dialogue.asked if name in value] == value
        elif key == "not_asked":
            assert not set(value) & set(dialogue.asked)
        elif key == "not_said":
            assert not set(value) & set(prompts(turn)), prompts(turn)
        elif key == "told":
            signs = {line.prompt: dict(line.slots).get("signs") for line in turn.lines}
            assert {prompt: signs.get(prompt) for prompt in value} == value
        elif key == "said":
            assert set(value) <= set(prompts(turn)), prompts(turn)
        else:
            assert seen[key] == value, (key, seen, prompts(turn))


@pytest.mark.parametrize(("answer", "patient"), [(None, "other"), ("no", "self")])
def test_a_tired_helper_is_not_the_patient_of_an_emergency(answer: str | None, patient: str) -> None:
    """ "My arms are tired" tells of the helper, "no, it's me" corrects."""
    steps = [
        {"patient": {"patient": "other", "present": ["drowsy_or_unresponsive"]}},
        {"confirm_red_flag": "yes"},
        {"none": {"patient": "self", "answer": answer}},
    ]

    dialogue, _ = play({"steps": steps})

    assert dialogue.patient == patient and dialogue.red_flags


def test_every_red_flag_has_a_conversation() -> None:
    """A red flag that no table raises could break unseen."""
    raised = {flag for row in ROWS for flag in row.values[0]["expect"].get("red_flags", ())}  # type: ignore[union-attr,index]

    assert PROTOCOL.red_flags.keys() - raised == set()
