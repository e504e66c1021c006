"""Piper, on a fake of its package."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import active_dbfs
from voice_triage.speech.choose import open_setting, open_voice
from voice_triage.speech.piper_voice import PiperVoice
from voice_triage.speech.store import SoundStore


class FakeChunk:
    """A second of tone, as Piper gives it."""

    sample_rate = 22050

    def __init__(self, seconds: float) -> None:
        self.audio_float_array = 0.5 * np.sin(np.arange(int(seconds * 22050)) / 8)


def _fake_piper(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.0) -> list[float]:
    """Put a fake ``piper`` in place; the paces it is asked for are listed."""
    paces: list[float] = []

    class Engine:
        @classmethod
        def load(cls, path: str) -> Engine:
            return cls()

        def synthesize(self, text: str, syn_config: types.SimpleNamespace) -> list[FakeChunk]:
            paces.append(syn_config.length_scale)
            return [FakeChunk(seconds / 2), FakeChunk(seconds / 2)] if seconds else []

    module = types.ModuleType("piper")
    module.__spec__ = ModuleSpec("piper", None)
    module.SynthesisConfig = types.SimpleNamespace  # type: ignore[attr-defined]
    module.PiperVoice = Engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "piper", module)
    return paces


def _piper_model(tmp_path: Path) -> Path:
    model = tmp_path / "joe.onnx"
    model.write_bytes(b"weights")
    model.with_name("joe.onnx.json").write_text("{}")
    return model


def test_piper_speaks_at_the_rate_and_level_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces = _fake_piper(monkeypatch)
    voice = PiperVoice(_piper_model(tmp_path))

    pcm = voice.render("Hello.", 340)
    voice.render("Hello.", 85)

    assert len(pcm) == pytest.approx(16000, abs=400) and active_dbfs(pcm) == pytest.approx(-20, abs=0.5)
    assert paces == [0.5, 2.0]


def test_piper_missing_or_silent_leaves_the_talking_to_pyttsx3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: SoundStore
) -> None:
    model = _piper_model(tmp_path)
    with pytest.raises(Lacking, match="pip install piper-tts"):
        monkeypatch.setitem(sys.modules, "piper", None)
        PiperVoice(model).render("Hello.")
    _fake_piper(monkeypatch, seconds=0)
    voice = open_voice("piper", model=model, store=store)

    assert voice.render("Hello there.").any() and voice.degraded
    voice.close()


def test_piper_speaks_with_the_folder_in_which_its_model_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces = _fake_piper(monkeypatch)
    _piper_model(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # no sound of a test is kept for others
    voice = open_setting("piper", tmp_path)

    assert voice.name == "piper:joe" and voice.render("Spoken by nobody else yet.").any() and paces


@pytest.mark.parametrize(
    ("model", "package", "cure"),
    [(False, True, "models install piper-joe"), (True, False, "pip install piper-tts")],
)
def test_what_piper_lacks_is_one_line_and_the_usual_voice_speaks_under_its_own_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    model: bool,
    package: bool,
    cure: str,
) -> None:
    _fake_piper(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if not package:
        monkeypatch.setitem(sys.modules, "piper", None)
    voice = open_setting("piper:joe", _piper_model(tmp_path).parent if model else None)

    assert voice.name == "pyttsx3:default" and voice.render("Hello there.").any() and not voice.degraded
    (line,) = caplog.messages
    assert "Piper" in line and "pyttsx3:default speaks instead" in line and cure in line
    voice.close()


def test_a_voice_that_dies_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _fake_piper(monkeypatch, seconds=0)
    voice = open_voice("piper", model=_piper_model(tmp_path), store=SoundStore(None))

    for text in ("One thing.", "And another."):
        assert voice.render(text).any()

    (line,) = caplog.messages
    assert "the voice Piper gave no sound; pyttsx3:default speaks instead" in line
    voice.close()


def test_a_piper_model_needs_the_file_beside_it(tmp_path: Path) -> None:
    model = _piper_model(tmp_path)
    model.with_name("joe.onnx.json").unlink()

    with pytest.raises(BadInput, match="joe.onnx.json: is missing"):
        PiperVoice(model)
