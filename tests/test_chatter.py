"""Others who talk in the room: what they seem to say counts when it is said again, what is plain at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rig import Rig, became

from voice_triage.app import Kit, settings_from
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.clock import VirtualClock
from voice_triage.listening import Listener
from voice_triage.messages import Alarm, Meaning, Utterance
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.thresholds import BLOCK, RATE_HZ
from voice_triage.understanding import Interpreter

TELEVISION = (
    "the harbour lights are lovely from up here captain",
    "we sail for the islands on tuesday with the cargo",
)


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(settings_from({}))


class Ears:
    """A listener to scripted words, one utterance after the other."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._scripted = ScriptedRecognizer()
        self._listener = Listener(
            self._scripted, interpreter, Endpointer(EnergyActivity()), VirtualClock(),
            red_flags=interpreter._grammar.red_flags,
        )  # fmt: skip

    def hear(self, text: str, question: str | None = None) -> tuple[list[str], Meaning]:
        """The red flags raised in mid-speech, and what the whole means."""
        seconds = max(0.4, len(text.split()) * 0.4)
        self._scripted.say(text, seconds)
        sound = np.full(round(seconds * RATE_HZ), 1000, np.int16)
        events = [
            event
            for at in range(0, len(sound), BLOCK)
            for event in self._feed(sound[at : at + BLOCK], question)
        ]
        events += self.wait(2.5, question)
        raised = [flag.concept for event in events if isinstance(event, Alarm) for flag in event.findings]
        (whole,) = [event.meaning for event in events if isinstance(event, Utterance)]
        return raised, whole

    def wait(self, seconds: float, question: str | None = None) -> list[object]:
        blocks = round(seconds * RATE_HZ / BLOCK)
        return [event for _ in range(blocks) for event in self._feed(np.zeros(BLOCK, np.int16), question)]

    def _feed(self, block: np.ndarray, question: str | None) -> Sequence[object]:
        return became(self._listener, np.pad(block, (0, BLOCK - len(block))), question)


@pytest.fixture
def ears(interpreter: Interpreter) -> Ears:
    return Ears(interpreter)


@pytest.mark.parametrize(
    ("text", "question"), [("yes", "emergency_signs"), ("yeah", "stiff_neck"), ("no", "glass_test")]
)
def test_a_bare_answer_is_asked_for_again_and_then_believed(ears: Ears, text: str, question: str) -> None:
    for line in TELEVISION:
        ears.hear(line, question)

    first, again = ears.hear(text, question), ears.hear(text, question)

    assert first[0] == [] and not first[1].signs
    assert (first[1].answer, first[1].command) == (None, "repeat")
    assert again[1].answer == text.replace("yeah", "yes")


@pytest.mark.parametrize(
    ("text", "question", "sign"),
    [
        ("yes since yesterday", "stiff_neck", "stiff_neck"),
        ("yes his neck is stiff", "stiff_neck", "stiff_neck"),
        ("no i'm not able to", "stiff_neck", "stiff_neck"),
        ("no they're still there clear as day", "glass_test", "non_blanching_rash"),
        ("his breathing is far from normal", "emergency_signs", "difficulty_breathing"),
        ("we're losing her", "itch", "drowsy_or_unresponsive"),
        ("i have to pinch her to get a groan", "headache", "drowsy_or_unresponsive"),
    ],
)
def test_what_says_more_than_an_answer_counts_at_once(
    ears: Ears, text: str, question: str, sign: str
) -> None:
    for line in TELEVISION:
        ears.hear(line, question)

    raised, meant = ears.hear(text, question)

    assert sign in {*raised, *meant.signs}


def test_said_again_in_other_words_or_to_the_next_question_it_counts(ears: Ears) -> None:
    for line in TELEVISION:
        ears.hear(line, "emergency_signs")
    ears.hear("yes", "emergency_signs")

    assert "stiff_neck" in ears.hear("yes", "stiff_neck")[1].signs


@pytest.mark.parametrize(
    ("first", "then", "question", "unsure"),
    [
        ("yes", "no", "stiff_neck", {"stiff_neck"}),
        ("no", "yes", "glass_test", {"non_blanching_rash"}),
        ("yes", "no", "emergency_signs", set()),
    ],
)
def test_turned_round_it_is_no_denial(
    ears: Ears, first: str, then: str, question: str, unsure: set[str]
) -> None:
    for line in TELEVISION:
        ears.hear(line, question)
    ears.hear(first, question)

    _, meant = ears.hear(then, question)

    assert meant.answer == "unsure"
    assert {(one.concept, one.status) for one in meant.findings} == {(one, "unsure") for one in unsure}


@pytest.mark.parametrize("text", ["he can't breathe", "she is having a fit", "i can't wake her up"])
def test_what_is_plain_is_acted_on_at_once(ears: Ears, text: str) -> None:
    for line in TELEVISION:
        ears.hear(line, "itch")

    raised, _ = ears.hear(text, "itch")

    assert raised


@pytest.mark.parametrize(
    "before",
    [(), TELEVISION[:1], ("it's for my son", "he is four"), ("erm well", "let me see")],
    ids=["silence", "one sentence", "answers", "a few words"],
)
def test_a_caller_in_a_quiet_room_is_believed_at_once(ears: Ears, before: tuple[str, ...]) -> None:
    for line in before:
        ears.hear(line, "stiff_neck")

    _, meant = ears.hear("yes", "stiff_neck")

    assert meant.answer == "yes" and "stiff_neck" in meant.signs


def test_a_television_that_was_turned_off_is_forgotten(ears: Ears) -> None:
    for line in TELEVISION:
        ears.hear(line, "stiff_neck")
    ears.wait(35)

    assert ears.hear("yes", "stiff_neck")[1].answer == "yes"


def test_other_answers_are_taken_as_ever(ears: Ears) -> None:
    for line in TELEVISION:
        ears.hear(line, "stiff_neck")

    assert ears.hear("no", "stiff_neck")[1].answer == "no"
    assert ears.hear("yes", "itch")[1].answer == "yes"


def test_the_caller_is_told_why_and_loses_no_turn(kit: Kit) -> None:
    rig = Rig(kit)
    for line in TELEVISION:
        rig.say(line)
        rig.run(6)
    for answer in ("it is for my son", "he is four"):
        rig.session.typed(answer)
    rig.run(9)
    rig.say("yes")
    rig.run(9)

    assert rig.dialogue.question == "emergency_signs"
    assert "I hear other voices, too. If that was you, please say it again." in rig.script.spoken
    rig.say("yes")
    rig.run(2)
    assert rig.dialogue.question == "confirm_red_flag"


def test_silence_after_it_was_asked_for_again_leaves_it_standing(kit: Kit) -> None:
    rig = Rig(kit)
    for line in TELEVISION:
        rig.say(line)
        rig.run(6)
    for answer in ("it is for my son", "he is four"):
        rig.session.typed(answer)
    rig.run(9)
    rig.say("yes")
    rig.run(30)

    assert "emergency" in rig.script.events


def test_no_question_is_doubted_twice(ears: Ears) -> None:
    for line in TELEVISION:
        ears.hear(line, "glass_test")
    ears.hear("no", "glass_test")
    ears.wait(70)
    for line in TELEVISION:
        ears.hear(line, "glass_test")

    assert "non_blanching_rash" in ears.hear("no", "glass_test")[1].signs
