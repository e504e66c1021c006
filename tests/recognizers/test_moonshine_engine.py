"""What Moonshine alone does: long speech, drafts, numbers, and weights that are not the pinned ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from spoken import ENGLISH, RATE, Pcm, moonshine

from voice_triage.errors import Lacking
from voice_triage.recognizers import StreamingRecognizer, open_streaming

pytestmark = pytest.mark.audio


@pytest.fixture(scope="module")
def engine() -> StreamingRecognizer:
    return moonshine()


def heard(engine: StreamingRecognizer, sound: Pcm, length: int = 320) -> tuple[str, list[str]]:
    engine.start()
    partials = [engine.accept(sound[at : at + length]).text for at in range(0, len(sound), length)]
    return engine.finish().text, partials


def test_of_long_speech_nothing_is_lost(engine: StreamingRecognizer, english: Callable[[str], Pcm]) -> None:
    """Fourteen seconds: more than is heard at once."""
    sentences = ["she has a stiff neck", "he is my brother", "we are at home", "i have a wet nappy"]
    sound = np.concatenate([english(text) for text in sentences * 2])

    text, partials = heard(engine, sound)

    assert len(sound) > 12 * RATE
    assert text.count("stiff neck") == 2
    assert text.count("brother") == 2
    assert any(one.count("stiff neck") == 1 for one in partials)


def test_what_was_heard_before_does_not_bend_what_is_heard_now(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    """Each partial result is the draft of the next: a wrong one must cost time only."""
    sound = english("he can't breathe and i have a stiff neck")

    at_once, _ = heard(engine, sound, len(sound))
    step_by_step, partials = heard(engine, sound)

    assert "can't breathe" in step_by_step
    assert len(set(partials)) > 3
    assert step_by_step == at_once


def test_numbers_are_words(engine: StreamingRecognizer, english: Callable[[str], Pcm]) -> None:
    text, _ = heard(engine, english("the temperature is thirty nine"))

    assert "thirty nine" in text


def test_a_red_flag_stands_in_a_partial_result_before_the_end(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    sound = english("i have a stiff neck and we are all at home with my brother")

    _, partials = heard(engine, sound)

    assert any("stiff neck" in one for one in partials[: len(partials) // 2 + 10])


def test_other_weights_are_refused(tmp_path: Path) -> None:
    moonshine()  # skips where there is none
    from voice_triage.recognizers.moonshine_engine import SHA256, MoonshineRecognizer

    for name in SHA256:
        (tmp_path / name).write_bytes(b"something else")

    with pytest.raises(Lacking, match="not the expected Moonshine model.*voice-triage\\[moonshine\\]"):
        MoonshineRecognizer(tmp_path)
    with pytest.raises(Lacking, match="No such file"):
        MoonshineRecognizer(tmp_path / "nowhere")


def test_without_its_package_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_triage.recognizers.moonshine_engine.in_package", lambda package, folder: None)

    with pytest.raises(Lacking, match="pip install"):
        open_streaming("moonshine", ENGLISH)
