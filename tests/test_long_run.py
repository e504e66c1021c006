"""What a long conversation leaves behind; scripts/soak does the same by the hour, with sound."""

from __future__ import annotations

import gc
from pathlib import Path

from voice_triage.app import Kit
from voice_triage.replay import Stage
from voice_triage.scenario import Expect, Interjection, Saying, Scenario
from voice_triage.settings import Settings

ANSWERS = {
    "patient": "it's for my son", "age": "he is four", "duration": "two days", "glass_test": "yes they fade",
    "itch": "yes", "location": "on the arms", "summary_check": "no", "more": "start over",
}  # fmt: skip
CRY = Interjection("itch", 300, Saying("he can't breathe"))


def stage_of(kit: Kit, cries: bool) -> Stage:
    answers = {question: (Saying(text),) for question, text in ANSWERS.items()}
    answers["confirm_red_flag"] = (Saying("no that's wrong"),)
    return kit.stage(
        Scenario(
            "long", Path("long"), answers, Saying("no"), (CRY,) if cries else (), {}, None, None, Expect()
        ),
        "text",
    )


def objects_after(stage: Stage, seconds: float) -> int:
    for _ in range(round(seconds * 50)):
        stage.session.step()
    gc.collect()
    return len(gc.get_objects())


def test_conversations_without_end_keep_nothing() -> None:
    """One object a block would be 20,000; a line of the transcript that the caller keeps is three."""
    kit = Kit(Settings(country="US"))
    stage = stage_of(kit, cries=True)
    stage.session.start()
    before = objects_after(stage, 300)
    turns = len(stage.caller.turns)
    after = objects_after(stage, 400)

    assert len(stage.caller.turns) > turns + 20, "it did not go on"
    assert after - before < 20 * (len(stage.caller.turns) - turns)
    assert not stage.session.faults


def test_an_emergency_that_is_stood_by_for_ever_keeps_nothing() -> None:
    kit = Kit(Settings(country="US"))
    stage = stage_of(kit, cries=False)
    stage.session.start()
    stage.session.typed("he can't breathe")
    before = objects_after(stage, 200)
    after = objects_after(stage, 400)

    assert not stage.session.over
    assert after - before < 500


def test_a_service_that_serves_one_caller_after_another_keeps_nothing() -> None:
    kit = Kit(Settings(country="US"))
    counts = []
    for _ in range(5):
        stage = stage_of(kit, cries=False)
        stage.session.start()
        objects_after(stage, 20)
        stage.session.close()
        del stage
        gc.collect()
        counts.append(len(gc.get_objects()))

    assert counts[-1] - counts[1] < 300
