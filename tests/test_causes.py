"""What brought a red flag on does not explain it away, but what makes it none does."""

import itertools

import pytest

from voice_triage.protocol import Protocol
from voice_triage.understanding import Interpreter

RED_FLAGS = Protocol.load().red_flags

CAUSED = {
    "facial_swelling": (
        ("her lips are swelling", "his face is swelling", "my eyes are swollen", "her tongue is swelling up"),
        ("the peanut", "a bee sting", "the penicillin", "the prawns", "an allergic reaction", "the hair dye"),
    ),
    "difficulty_breathing": (
        ("he can't breathe", "she's wheezing badly", "he's gasping for air", "i'm struggling to breathe"),
        ("the sting", "the nuts", "the asthma", "the smoke", "pneumonia", "an allergy"),
    ),
    "difficulty_swallowing": (
        ("she can't swallow", "he's drooling and can't swallow"),
        ("the swelling", "the sting in his mouth", "the tonsils"),
    ),
    "difficulty_speaking": (
        ("he can't talk", "she's slurring her words"),
        ("a stroke", "the swelling", "the bang on the head"),
    ),
    "seizure": (
        ("he's having a fit", "she's convulsing"),
        ("the fever", "a head injury", "low sugar", "the heat"),
    ),
    "drowsy_or_unresponsive": (
        ("i can't wake him", "she's gone floppy", "he passed out"),
        ("the bang on the head", "the tablets", "the fever", "the heat"),
    ),
    "confusion": (
        ("he's very confused", "she doesn't know where she is"),
        ("the fever", "low blood sugar", "a water infection"),
    ),
    "stiff_neck": (("she can't bend her neck", "his neck is stiff"), ("the meningitis", "the fever")),
    "light_sensitivity": (("the light hurts his eyes",), ("the meningitis", "the headache")),
    "open_wounds": (("his skin is peeling off",), ("the medicine", "the burn")),
    "whole_body_rash": (("she's covered head to toe",), ("the antibiotic", "the medicine")),
    "mottled_or_blue_skin": (("his lips are blue", "her skin is mottled"), ("the infection", "the choking")),
}
LINKS = ("because of", "from", "after")

INNOCENT = (
    "he's out of breath from laughing", "she can't talk because her mouth's full of cake",
    "his lips are blue from the ice lolly", "her eyes are puffy from crying",
    "he's shaking with laughter", "she can't swallow it because she hates the taste",
    "his hands are blue from the felt tips", "she's white from the flour",
)  # fmt: skip


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


@pytest.mark.parametrize(
    "flag, said",
    [
        (flag, f"{sign} {LINKS[number % len(LINKS)]} {cause}")
        for flag, (signs, causes) in CAUSED.items()
        for number, (sign, cause) in enumerate(itertools.product(signs, causes))
    ],
)
def test_a_cause_takes_no_red_flag_away(interpreter: Interpreter, flag: str, said: str) -> None:
    assert flag in interpreter.interpret(said, "emergency_signs").signs


@pytest.mark.parametrize("said", INNOCENT)
def test_what_makes_it_none_is_no_red_flag(interpreter: Interpreter, said: str) -> None:
    assert RED_FLAGS.keys().isdisjoint(interpreter.interpret(said, "emergency_signs").signs)


STILL_FADING = (
    "still fading", "they still fade", "it still fades when i press", "they're still going white",
    "still disappearing", "they continue to fade", "they don't stay", "they won't stay", "none of them stay",
)  # fmt: skip


@pytest.mark.parametrize("said", STILL_FADING)
def test_what_still_fades_fades(interpreter: Interpreter, said: str) -> None:
    meaning = interpreter.interpret(said, "glass_test")
    assert "non_blanching_rash" not in meaning.signs
