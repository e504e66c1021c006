"""A room where somebody always talks: the assistant is heard in it, and no question waits for ever."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from rig import Rig

from voice_triage.app import Kit, settings_from
from voice_triage.dialogue import question_ids
from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.scenario import load

BABBLE = """
caller:
  answers: {patient: it's for me, age: forty, emergency_signs: i can't breathe}
room: {noise: {kind: babble, snr_db: 12}}
"""


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(settings_from({}))


def wordless(rig: Rig, voice_s: float, pause_s: float, times: int) -> None:
    """Voices in the room of which no word is understood."""
    for _ in range(times):
        rig.room.say(np.ones(round(voice_s * 16_000), np.int16))
        rig.run(voice_s + pause_s)


@pytest.mark.parametrize("voice_s, pause_s", [(90.0, 0.0), (2.0, 1.0)], ids=["always", "in sentences"])
def test_a_television_leaves_no_question_open(kit: Kit, voice_s: float, pause_s: float) -> None:
    rig = Rig(kit)
    for answer in ("it is for my son", "he is four"):
        rig.session.typed(answer)
    wordless(rig, voice_s, pause_s, round(180 / (voice_s + pause_s)))

    assert "duration" in rig.dialogue.asked, "it goes on without an answer"
    assert rig.script.events.count("listening: emergency_signs") >= 2, "it was asked twice, to the end"
    assert rig.dialogue.decision.level == "urgent", "and is no no"


def test_a_line_is_cut_off_in_vain_once(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.room.say(np.ones(60 * 16_000, np.int16))
    rig.run(40)

    assert rig.script.events[:2] == ["cut", "listening: patient"]
    assert rig.script.events.count("cut") == 1


class Chatter:
    """A second opinion that takes its time, and to which all is idle talk."""

    name = "chatter"

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass
        return Hypothesis("")


def test_what_is_looked_for_is_not_waited_for_without_end_in_talk(kit: Kit) -> None:
    """Talk that is closed by force every ten seconds began the minute anew each time."""
    rig = Rig(kit, second_opinion=Chatter())
    for answer in ("it is for my son", "he is four", "no", "two days"):
        rig.session.typed(answer)
    rig.until("listening: glass_test")
    before = len(rig.script.spoken)
    rig.room.say(np.ones(100 * 16_000, np.int16))
    rig.run(90)

    assert rig.script.spoken[before].startswith("There is no hurry.")


def test_a_red_flag_cuts_the_line_that_was_cut_in_vain(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.room.say(np.ones(round(1.5 * 16_000), np.int16))
    rig.until("cut", limit_s=4)
    spoken = len(rig.script.spoken)
    while len(rig.script.spoken) == spoken:
        rig.session.step()
    rig.run(0.5)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=2)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


@pytest.mark.audio
def test_babble_leaves_the_assistant_its_questions_and_the_caller_the_emergency(
    kit: Kit, tmp_path: Path
) -> None:
    file = tmp_path / "babble.scenario.yaml"
    file.write_text(BABBLE)
    stage = kit.stage(load(file, question_ids(kit.protocol), ()))
    stage.session.start()
    while not stage.dialogue.red_flags and stage.clock.now_s() < 90:
        stage.session.step()

    assert stage.dialogue.red_flags == ("difficulty_breathing",)
    assert stage.dialogue.asked[:3] == ("patient", "age", "emergency_signs")
