"""Speech that is made while testing, and each engine in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from spoken import ENGLISH, KOREAN, Case, Pcm, korean_model, moonshine, rendered

from voice_triage.recognizers.pocketsphinx_engine import PocketSphinxRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.recognizers.vosk_engine import VoskRecognizer


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pcm]:
    folder = tmp_path_factory.mktemp("english")

    @lru_cache
    def render(text: str) -> Pcm:
        return rendered(folder, ["flite", "-voice", "slt", "-t", text, "-o", str(folder / "said.wav")])

    return render


@pytest.fixture(scope="session")
def korean(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pcm]:
    folder = tmp_path_factory.mktemp("korean")

    @lru_cache
    def render(text: str) -> Pcm:
        return rendered(folder, ["espeak-ng", "-v", "ko", text, "-w", str(folder / "said.wav")])

    return render


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session", params=["pocketsphinx", "moonshine", "vosk-ko", "scripted"])
def case(
    request: pytest.FixtureRequest,
    english: Callable[[str], Pcm],
    korean: Callable[[str], Pcm],
    files: Path,
) -> Iterator[Case]:
    if request.param == "pocketsphinx":
        made = Case(PocketSphinxRecognizer(ENGLISH, cache=files), english, ENGLISH.sentences())
    elif request.param == "moonshine":
        # This voice's "rash" is its "reash".
        made = Case(moonshine(), english, [text for text in ENGLISH.sentences() if "rash" not in text])
    elif request.param == "vosk-ko":
        made = Case(VoskRecognizer(KOREAN, korean_model(), open_vocabulary=False), korean, KOREAN.sentences())
    else:
        made = Case(ScriptedRecognizer(), english, ["he can't breathe", "yes"])
    yield made
    made.engine.close()
    made.engine.close()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "case" in request.fixturenames:
        request.getfixturevalue("case").engine.new_caller()
