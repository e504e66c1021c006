"""Values as the rules and the network together read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_triage.errors import BadContent
from voice_triage.understanding import Interpreter, values_network
from voice_triage.understanding.grammar import load as load_grammar
from voice_triage.understanding.network import load as load_network
from voice_triage.understanding.transformer import stored

# What no rule reads, or reads wrongly; the expected value of each concept, None for none.
READ = (
    (None, "my father he have sixty one years and he lift heavy boxes", {"age": 61, "patient": "other"}),
    ("age", "he says five he tells everybody five but he is four", {"age": 4}),
    (None, "my baby's ten weeks thirty eight one", {"age": 2, "temperature": 38.1, "patient": "child"}),
    ("location", "legs two days", {"duration": 48, "age": None}),
    ("location", "i've been married to him forty years and they're all over his back", {"age": None}),
    ("duration", "tonsillitis three weeks ago and these spots came up two days ago", {"duration": 48}),
    ("itch", "it itches and the doctor is shut till nine", {"age": None, "duration": None}),
    ("patient", "i'm a scout leader it's one of the cubs", {"patient": "child"}),
    ("age", "she's in her first month", {"age": 0}),
    ("age", "i'm seventeen", {"age": 17, "patient": "self"}),
    (None, "the lady i clean for has red dots on her legs", {"patient": "other"}),
)


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


def told(interpreter: Interpreter, text: str, question: str | None = None) -> dict[str, float | str]:
    return {one.concept: one.value for one in interpreter.interpret(text, question).values}


@pytest.mark.parametrize(("question", "text", "wanted"), READ)
def test_the_network_finds_which_number_is_which(
    interpreter: Interpreter, question: str | None, text: str, wanted: dict[str, float | str | None]
) -> None:
    got = told(interpreter, text, question)

    assert {concept: got.get(concept) for concept in wanted} == wanted


def test_two_ages_that_nobody_can_tell_apart_are_none(interpreter: Interpreter) -> None:
    assert "age" not in told(interpreter, "fifteen, fifty", "age")


@pytest.mark.parametrize("question", ["fever", "stiff_neck", "emergency_signs"])
def test_a_helper_who_is_frightened_does_not_become_the_patient(
    interpreter: Interpreter, question: str
) -> None:
    assert "patient" not in told(interpreter, "my head is spinning", question)


def test_the_age_at_the_end_of_a_long_story_is_found(interpreter: Interpreter) -> None:
    story = "and then we went to the shop and came home and she had her tea and watched the telly " * 6

    assert told(interpreter, story + "and she is nine months old my daughter")["age"] == 9


def test_a_language_without_the_second_network_is_read_by_its_rules() -> None:
    assert values_network.load("xx") is None
    assert told(Interpreter(load_grammar("en"), load_network("en")), "he is four", "age") == {"age": 4}


def test_a_damaged_file_is_refused_in_one_line(tmp_path, monkeypatch) -> None:
    damaged = tmp_path / "values_yy.npz"
    damaged.write_bytes(b"PK\x03\x04 no network")
    monkeypatch.setattr(values_network, "__file__", str(tmp_path / "values_network.py"))

    with pytest.raises(BadContent, match=r"values_yy\.npz: damaged"):
        values_network.load("yy")


def test_the_values_go_on_from_the_network_beside_them() -> None:
    """Whoever tunes the network's first layers must run scripts/train_values after it."""
    (_, names), (network, _) = (
        stored(Path(values_network.__file__).with_name(f"{one}_en.npz")) for one in ("values", "network")
    )
    assert names["network"] == values_network.origin(network)
