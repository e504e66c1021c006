"""The network tells what a caller says from what others in the room do, in sentences that it has not seen."""

from __future__ import annotations

from pathlib import Path

from voice_triage import strict_yaml
from voice_triage.protocol import Protocol
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import DIRECTED

HELDBACK = Path(__file__).parent / "sentences" / "heldback"


def likely(name: str, *, flagged: bool = False) -> list[float]:
    """How likely each sentence is the caller's; ``flagged``: of those alone that say a red flag."""
    interpreter, flags = Interpreter.load(), Protocol.load().red_flags
    rows = [
        row
        for row in strict_yaml.load(HELDBACK / f"{name}.yaml")
        if not flagged or any(one in flags and said == "present" for one, said in row["findings"].items())
    ]
    return [interpreter.directed(row["text"], row["question"]) for row in rows]


def share(values: list[float], below: float) -> float:
    return sum(one < below for one in values) / len(values)


def test_a_red_flag_is_the_callers_however_it_is_cried_out() -> None:
    assert share(likely("twentyfifth_cries", flagged=True), DIRECTED) <= 0.03


def test_most_of_what_a_television_says_is_not_the_callers() -> None:
    assert share(likely("twentyfifth_screen"), DIRECTED) >= 0.6


def test_a_short_answer_is_the_callers_and_so_is_silence() -> None:
    interpreter = Interpreter.load()

    for text in ("", "yes", "no", "i don't know", "they fade", "two days", "that's right", "what"):
        assert interpreter.directed(text, "fever") > DIRECTED, text
