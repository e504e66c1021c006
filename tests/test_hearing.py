"""The gate of the hearing: a small fixed part of the bench must not fall below what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench import corpus, rooms
from bench.corpus import VOICES
from bench.measure import barge_trials, evenly, flag_trials, taken
from bench.techniques import STREAMING, kit
from bench.trials import Outcome, Trial, mapping, run
from voice_triage import strict_yaml
from voice_triage.cli import main
from voice_triage.errors import Lacking

pytestmark = pytest.mark.audio

RECORDED = strict_yaml.load(Path(__file__).with_name("hearing.yaml"))
ALONE = "red flags, streaming lane alone"


def _said(rows: list[corpus.Utterance], squeeze_s: float | None = None) -> list[Trial]:
    return [
        Trial(one, VOICES[number % len(VOICES)], one.question, squeeze_s=squeeze_s)
        for number, one in enumerate(rows)
    ]


TRIALS: dict[str, Callable[[int], list[Trial]]] = {
    "red flags, clean": lambda n: flag_trials(evenly(corpus.red_flags(), n)),
    "red flags, pink noise 12 dB": lambda n: flag_trials(evenly(corpus.red_flags(), n), noise=("pink", 12.0)),
    ALONE: lambda n: flag_trials(evenly(corpus.red_flags(), n), STREAMING),
    "red flags, babble 12 dB": lambda n: flag_trials(evenly(corpus.red_flags(), n), noise=("babble", 12.0)),
    "red flags over the assistant": lambda n: barge_trials(evenly(corpus.red_flags(), n)),
    "denials": lambda n: _said(evenly(corpus.denials(), n)),
    "answers": lambda n: _said(evenly(corpus.answers(), n)),
    "one-word answers": lambda n: _said(evenly(corpus.one_word(), n), 0.25),
}


def _well(outcome: Outcome) -> bool:
    said = outcome.trial.utterance
    if said.flag is not None or said.innocent:
        return outcome.emergency is (said.flag is not None)
    return taken(outcome)


@pytest.mark.parametrize("question", ["emergency_signs", "fever"])
def test_the_assistant_does_not_hear_its_own_voice(question: str) -> None:
    said = evenly(rooms.prompts(), 6)

    stay = rooms.own_voice(said, 60.0, 0.0, question)

    assert stay.seconds > 6
    assert not stay.why


@pytest.mark.parametrize("figure", RECORDED)
def test_the_hearing_has_not_fallen_below_what_is_recorded(figure: str) -> None:
    row = RECORDED[figure]
    if figure != ALONE:
        try:
            assert kit(True).second_opinion is not None
        except Lacking as error:
            pytest.skip(str(error))
    trials = TRIALS[figure](row["of"])
    assert len(trials) == row["of"]

    outcomes = [run(trial) for trial in trials]

    missed = [mapping(one) for one in outcomes if not _well(one)]
    assert row["of"] - len(missed) >= row["floor"], missed


def test_every_figure_is_recorded_with_a_floor_that_means_something() -> None:
    assert RECORDED.keys() == TRIALS.keys()
    for row in RECORDED.values():
        assert row["of"] / 2 <= row["floor"] <= row["of"]


def test_a_short_answer_right_after_the_question_is_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo's caller says five times no, a quarter of a second after the assistant's own echo."""
    assert main(["demo", "--recognizer", "pocketsphinx", "--audio", str(tmp_path / "demo.wav")]) == 0

    assert "I did not hear anything" not in capsys.readouterr().out
