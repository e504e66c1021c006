"""One contract for every engine, on speech that is made while testing."""

from __future__ import annotations

import numpy as np
import pytest
from spoken import RATE, Case

from voice_triage.recognizers.scripted import ScriptedRecognizer

pytestmark = pytest.mark.audio


def test_hears_what_it_expects(case: Case) -> None:
    for text in case.texts:
        heard, _ = case.hear(case.sound(text))

        assert heard == text


def test_partial_results_grow_towards_the_final_one(case: Case) -> None:
    text = case.texts[0]

    heard, partials = case.hear(case.sound(text), 320)

    assert partials[0] == ""
    assert any(partials)
    assert heard == text


@pytest.mark.parametrize("length", [1, 37, 160, 1000, 16_000, 100_000])
def test_any_block_length_gives_the_same_result(case: Case, length: int) -> None:
    text = case.texts[0]
    sound = case.sound(text)[: RATE * 2]
    if length == 1:
        # One sample at a time for the start only: the rest would take long and show nothing more.
        case.engine.start()
        for at in range(1000):
            case.engine.accept(sound[at : at + 1])
        case.engine.accept(sound[1000:])
        heard = case.engine.finish().text
    else:
        heard, _ = case.hear(sound, length)

    assert heard == text


def test_no_sound_gives_no_words(case: Case) -> None:
    assert case.engine.finish().text == ""
    case.engine.start()
    assert case.engine.accept(np.zeros(0, np.int16)).text == ""
    final = case.engine.finish()

    assert final.text == ""


def test_silence_gives_no_words(case: Case) -> None:
    heard, partials = case.hear(np.zeros(2 * RATE, np.int16))

    assert heard == ""
    assert not any(partials)


@pytest.mark.parametrize("level", [20, 300, 8000])
def test_noise_never_sounds_like_a_red_flag(case: Case, level: int) -> None:
    noise = (np.random.default_rng(level).standard_normal(3 * RATE) * level).clip(-32768, 32767)
    if isinstance(case.engine, ScriptedRecognizer):
        pytest.skip("hears what it is told")

    heard, partials = case.hear(noise.astype(np.int16))

    assert not any("breathe" in words or "stiff neck" in words for words in [heard, *partials])


def test_start_drops_what_was_pending(case: Case) -> None:
    first, second = case.texts[:2]
    sound = case.sound(first)
    case.engine.start()
    case.engine.accept(sound)

    heard, _ = case.hear(case.sound(second))

    assert heard == second


def test_finish_leaves_nothing_behind(case: Case) -> None:
    case.hear(case.sound(case.texts[0]))

    assert case.engine.finish().text == ""


def test_a_block_without_start_begins_an_utterance(case: Case) -> None:
    text = case.texts[0]
    case.engine.finish()
    case.engine.accept(case.sound(text))

    assert case.engine.finish().text == text


def test_twenty_utterances_with_changing_questions(case: Case) -> None:
    for turn in range(20):
        text = case.texts[0]
        case.engine.expect("narrow" if turn % 2 else None)

        heard, _ = case.hear(case.sound(text), 3200)

        assert heard == text
    case.engine.expect(None)


def test_the_same_caller_again_is_heard_the_same(case: Case) -> None:
    text = case.texts[-1]
    runs = []
    for _ in range(2):
        case.engine.new_caller()
        runs.append(case.hear(case.sound(text), 320))

    assert runs[0] == runs[1]
