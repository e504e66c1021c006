"""Whisper: whole utterances, in words as they are spoken, without its inventions."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from spoken import RATE, Pcm

from voice_triage.errors import Lacking
from voice_triage.recognizers import open_second_opinion
from voice_triage.recognizers.whisper_engine import WhisperRecognizer, believed, resembles
from voice_triage.recognizers.written import plain
from voice_triage.speech.babble import babble
from voice_triage.speech.callers import CallerVoice
from voice_triage.understanding.grammar import load
from voice_triage.understanding.phrases import Phrases
from voice_triage.understanding.templates import unfold

pytestmark = pytest.mark.audio

LOUD_ENOUGH = (
    "she can't swallow her medicine",
    "my wife's neck has gone stiff",
    "the baby has gone all floppy",
    "he's having a fit on the floor",
    "her lips are turning blue",
    "the spots don't fade under the glass",
)
"""Said 9 dB above the talk of others."""


def test_the_second_opinion_hears_whole_utterances(english: Callable[[str], Pcm]) -> None:
    pytest.importorskip("ctranslate2")
    try:
        whisper = open_second_opinion()
    except Lacking as error:
        pytest.skip(str(error))

    assert whisper.transcribe(english("i have a stiff neck")).text == "i have a stiff neck"
    assert whisper.transcribe(english("yes")).text == "yes"
    assert whisper.transcribe(np.zeros(0, np.int16)).text == ""
    assert whisper.transcribe(np.zeros(RATE, np.int16)).text == ""
    noise = (np.random.default_rng(1).standard_normal(2 * RATE) * 2000).astype(np.int16)
    assert whisper.transcribe(noise).text == ""


@pytest.mark.parametrize("question", ["age", "patient"])
def test_an_answer_it_was_told_of_is_not_heard_in_the_talk_of_others(question: str) -> None:
    pytest.importorskip("ctranslate2")
    phrases = Phrases.load()
    try:
        whisper = open_second_opinion(hint=phrases.hint)
    except Lacking as error:
        pytest.skip(str(error))

    told = {plain(one) for one in phrases.hint(question).split(".")}
    talk = babble()
    heard = {whisper.transcribe(talk[at * RATE :][: 4 * RATE], question).text for at in range(0, 20, 4)}
    said = CallerVoice("flite", "rms").render("he is two and a half")
    said = np.concatenate((np.zeros(RATE // 2, np.int16), said, np.zeros(RATE, np.int16)))
    assert not heard & told - {""}
    assert whisper.transcribe(said, "age").text == "he is two and a half"


def test_no_plain_red_flag_can_be_taken_for_an_echo_of_what_it_was_told() -> None:
    phrases, grammar = Phrases.load(), load("en")
    flags = [text for row in grammar.files["samples"]["plain"] for text in unfold(row, "samples.yaml")]
    hints = {phrases.hint(question) for question in grammar.files["questions"]}

    assert len(flags) > 200
    assert not [text for text in flags for hint in hints if resembles(text, hint)]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        (" Yes, 39.2.", "yes thirty nine point two"),
        ("He's 11 months old.", "he's eleven months old"),
        ("102!", "one hundred and two"),
        ("[Music] He can\u2019t breathe (sighs)", "he can't breathe"),
        ("20-year-old", "twenty year old"),
        ("1999", "one nine nine nine"),
        ("...", ""),
    ],
)
def test_written_english_becomes_spoken_words(written: str, spoken: str) -> None:
    assert plain(written) == spoken


@pytest.mark.parametrize(
    ("text", "log_probability", "no_speech", "kept"),
    [
        ("he can't breathe", -0.3, 0.05, "he can't breathe"),
        ("yes", -1.03, 0.35, "yes"),
        ("he can't breathe", -0.95, 0.78, ""),
        ("thank you", -0.3, 0.1, ""),
        ("yeah", -2.47, 0.93, ""),
        ("i'm so worried because he can't breathe", -0.07, 0.41, "i'm so worried because he can't breathe"),
        ("he is two and a half", -0.4, 0.41, ""),
        ("you know", -1.5, 0.76, ""),
        ("nope nope nope nope", -0.6, 0.03, "nope"),
        ("he can't breathe" + 20 * " help", -0.3, 0.05, "he can't breathe help"),
        ("my son" + 9 * " oh my god", -0.3, 0.05, "my son oh my god"),
        ("the cat the cat the cat the cat the cat", -0.2, 0.1, ""),
    ],
)
def test_inventions_are_not_believed(text: str, log_probability: float, no_speech: float, kept: str) -> None:
    assert believed(text, log_probability, no_speech) == kept


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"something else")

    with pytest.raises(Lacking, match="not the expected Whisper model"):
        open_second_opinion(tmp_path)


def test_a_damaged_tuning_is_no_reason_not_to_begin(tmp_path: Path) -> None:
    pytest.importorskip("ctranslate2")
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    for name in ("missing.npz", "damaged.npz"):
        with pytest.raises(Lacking):
            WhisperRecognizer(tuning=tmp_path / name)


def test_where_no_disk_can_be_written_it_is_tuned_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ctranslate2")

    def full(*told: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voice_triage.recognizers.whisper_engine.prepared", full)
    try:
        whisper = WhisperRecognizer(hint=Phrases.load().hint)
    except Lacking as error:
        pytest.skip(str(error))

    assert "breathe" in whisper.transcribe(CallerVoice("flite", "slt").render("he can't breathe"), None).text


@pytest.mark.parametrize("seconds", [7, 8.5, 12, 17])
def test_the_last_words_of_long_sound_are_heard(seconds: float) -> None:
    pytest.importorskip("ctranslate2")
    try:
        whisper = WhisperRecognizer(hint=Phrases.load().hint)
    except Lacking as error:
        pytest.skip(str(error))
    told = (
        "we were at my mother's house on sunday", "and the little one was playing in the garden",
        "then after lunch i saw some dots on his leg", "my sister thought that it was the new washing powder",
        "he had a good night and ate his breakfast", "this morning there were more of them on his tummy",
        "so i rang the school and kept him at home", "i gave him some water and put him on the sofa",
        "and now he looks very pale and tired", "i'm so worried because he can't breathe",
    )  # fmt: skip
    voice = CallerVoice("flite", "slt")
    said = [part for text in told for part in (voice.render(text), np.zeros(3200, np.int16))]
    sound = np.concatenate(said)[-round(seconds * RATE) :]

    assert "he can't breathe" in whisper.transcribe(sound).text


def test_what_noise_garbled_is_heard_since_it_has_learned_how_callers_talk() -> None:
    pytest.importorskip("ctranslate2")
    try:
        hint = Phrases.load().hint
        before, now = WhisperRecognizer(hint=hint, tuning=None), WhisperRecognizer(hint=hint)
    except Lacking as error:
        pytest.skip(str(error))
    noise, heard, known = babble(seed=2), 0, 0
    for number, words in enumerate(LOUD_ENOUGH):
        said = CallerVoice("espeak-ng", "en-gb").render(words)
        said = np.concatenate((np.zeros(4800, np.int16), said, np.zeros(4800, np.int16)))
        sound = (said + noise[number * 7919 :][: len(said)] * 10 ** (-9 / 20)).astype(np.int16)
        known += before.transcribe(sound).text == words
        heard += now.transcribe(sound).text == words

    assert heard > known


def test_the_talk_of_many_at_once_is_no_speech() -> None:
    pytest.importorskip("ctranslate2")
    try:
        whisper = WhisperRecognizer(hint=Phrases.load().hint)
    except Lacking as error:
        pytest.skip(str(error))
    talk = babble(seed=3)

    heard = [whisper.transcribe(talk[at * RATE : (at + 6) * RATE], "age").text for at in range(0, 24, 3)]
    assert sum(map(bool, heard)) <= 2, heard  # before it had learned what babble is: three and more


def test_weights_that_cannot_be_read_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = pytest.importorskip("ctranslate2")
    try:
        whisper = WhisperRecognizer(tuning=None)
    except Lacking as error:
        pytest.skip(str(error))
    tries = []

    def broken(*_: object, **__: object) -> None:
        tries.append(1)
        raise RuntimeError("unsupported model")

    monkeypatch.setattr(engine.models, "Whisper", broken)
    for _ in range(2):
        with pytest.raises(Lacking, match="unsupported model"):
            whisper.transcribe(np.full(RATE, 1000, np.int16))

    assert len(tries) == 1, "each look would try again, beside the caller's words"


def test_weights_that_cannot_be_read_keep_no_sound_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """One error, raised at each look, held the frames of all of them, and in these the caller's sound."""
    engine = pytest.importorskip("ctranslate2")
    try:
        whisper = WhisperRecognizer(tuning=None)
    except Lacking as error:
        pytest.skip(str(error))
    monkeypatch.setattr(engine.models, "Whisper", None)
    kept = []
    for _ in range(3):
        pcm = np.full(RATE, 1000, np.int16)
        kept.append(weakref.ref(pcm))
        with pytest.raises(Lacking):
            whisper.transcribe(pcm)
    del pcm
    gc.collect()

    assert not any(one() is not None for one in kept)
