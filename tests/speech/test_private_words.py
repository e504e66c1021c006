"""What repeats the caller: of an engine's error no word is told, and espeak-ng writes no file."""

from __future__ import annotations

import os
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from voice_triage.errors import Lacking
from voice_triage.speech.contract import Voice
from voice_triage.speech.espeak_ng_voice import EspeakNgVoice
from voice_triage.speech.piper_voice import PiperVoice
from voice_triage.speech.pyttsx3_voice import Pyttsx3Voice

WORDS = "I noted that he cannot breathe."

BROKEN_PYTTSX3 = f"""
import sys, types
broken = types.ModuleType("pyttsx3")
def init():
    raise RuntimeError({WORDS!r})
broken.init = init
sys.modules["pyttsx3"] = broken
from voice_triage.speech.pyttsx3_worker import main
main()
"""


def _broken_pyttsx3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    return Pyttsx3Voice(command=(sys.executable, "-c", BROKEN_PYTTSX3))


def _broken_piper(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    class Engine:
        @classmethod
        def load(cls, path: str) -> object:
            raise RuntimeError(WORDS)

    module = types.ModuleType("piper")
    module.SynthesisConfig = types.SimpleNamespace  # type: ignore[attr-defined]
    module.PiperVoice = Engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "piper", module)
    model = folder / "joe.onnx"
    model.write_bytes(b"weights")
    model.with_name("joe.onnx.json").write_text("{}")
    return PiperVoice(model)


def _broken_espeak_ng(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    program = folder / "espeak-ng"
    program.write_text('#!/bin/sh\necho "$0 $*" >&2\ncat >&2\nexit 1\n')
    program.chmod(0o755)
    voice = EspeakNgVoice()
    voice.render("Hello.")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return voice


@pytest.mark.parametrize("broken", [_broken_pyttsx3, _broken_piper, _broken_espeak_ng])
def test_of_an_engines_error_only_the_kind_is_told(
    broken: Callable[[Path, pytest.MonkeyPatch], Voice],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An engine's error may repeat the line it was given, and that line the caller."""
    voice = broken(tmp_path, monkeypatch)
    with pytest.raises(Lacking) as told:
        voice.render(WORDS)
    voice.close()

    assert "breathe" not in str(told.value) and "breathe" not in caplog.text


def test_espeak_ng_is_given_its_words_and_gives_its_sound_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    assert EspeakNgVoice().render(WORDS).any()
