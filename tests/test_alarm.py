"""The safety lane on growing words: when it is sure, and when it must wait."""

from __future__ import annotations

import pytest

from voice_triage.understanding import Interpreter

SETTLED = {
    "he can't breathe": "difficulty_breathing",
    "my lips are swollen": "facial_swelling",
    "she is having a seizure": "seizure",
    "he is floppy": "drowsy_or_unresponsive",
    "his neck is stiff": "stiff_neck",
    "it's probably nothing but my son is very confused": "confusion",
    "my son just had a seizure": "seizure",
    "he is pale": "mottled_or_blue_skin",
    "the lips are blue": "mottled_or_blue_skin",
    "it's all over him": "whole_body_rash",
    "my knee's fine but my neck is stiff": "stiff_neck",
    "he can't breathe but he's conscious": "difficulty_breathing",
    "she's having a fit but she is breathing": "seizure",
}
OPEN = (
    "what if he can't breathe",
    "if she has a seizure",
    "no",
    "my son had a seizure",
    "so a pale",
    "it is the blue",
    "all over",
    "all over my",
    "all over her left",
    "the glass is still",
)


FOLLOWED = {
    "her lips are blue and she is": True,
    "her lips are blue and his": True,
    "her lips are blue all over and i": True,
    "he can't breathe he": False,  # may be half of another word
    "he can't breathe he is": True,
    "her lips are blue": False,
    "her lips are blue and": False,
    "her lips are blue and purple from": False,
    "her lips are blue from the ice lolly and she": False,
    "her lips are blue but she is": False,
    "her lips were blue and now they are": False,
    "they don't fade i mean": False,
    "my lips are swollen i had some": False,
}


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


@pytest.mark.parametrize("text", SETTLED)
def test_a_plain_red_flag_is_settled_at_once(text: str, interpreter: Interpreter) -> None:
    alarm = interpreter.alarm(text)

    assert SETTLED[text] in {one.concept for one in alarm.findings}
    assert alarm.settled


@pytest.mark.parametrize("text", FOLLOWED)
def test_another_thought_leaves_what_was_said_before_it(text: str, interpreter: Interpreter) -> None:
    assert bool(interpreter.alarm(text).followed) == FOLLOWED[text]


def test_of_two_red_flags_nothing_has_followed_the_second(interpreter: Interpreter) -> None:
    text = "her lips are blue his face is swollen"

    assert interpreter.alarm(text).followed == {"mottled_or_blue_skin"}
    assert interpreter.alarm(f"{text} and he is").followed >= {"mottled_or_blue_skin", "facial_swelling"}


@pytest.mark.parametrize("text", OPEN)
def test_words_that_may_turn_raise_nothing_yet(text: str, interpreter: Interpreter) -> None:
    alarm = interpreter.alarm(text)

    assert not alarm.settled or not alarm.findings


@pytest.mark.parametrize(
    ("text", "answer"),
    [("oh no", None), ("oh god no no", None), ("no", "no"), ("no no", "no"), ("oh no that's wrong", "no")],
)
def test_only_a_clear_no_takes_an_emergency_back(
    text: str, answer: str | None, interpreter: Interpreter
) -> None:
    assert interpreter.interpret(text, "confirm_red_flag").answer == answer
