"""Which recogniser is taken, and what is said of one that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from spoken import ENGLISH, KOREAN, korean_model, moonshine

from voice_triage.arguments import RECOGNIZERS
from voice_triage.errors import BadInput, Lacking
from voice_triage.recognizers import STREAMING, open_streaming

pytestmark = pytest.mark.audio


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


def test_auto_takes_the_best_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_streaming("auto", KOREAN, korean_model()).name == "vosk"

    monkeypatch.setattr("voice_triage.recognizers.registry.find_spec", lambda package: None)

    assert open_streaming("auto", ENGLISH).name == "pocketsphinx"


def test_auto_takes_moonshine_before_pocketsphinx() -> None:
    assert open_streaming("auto", ENGLISH).name == moonshine().name


def test_auto_does_without_damaged_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "voice_triage.recognizers.moonshine_model.in_package", lambda package, folder: tmp_path
    )

    assert open_streaming("auto", ENGLISH, tmp_path).name == "pocketsphinx"


def test_every_recogniser_can_be_asked_for() -> None:
    assert set(RECOGNIZERS) == STREAMING.keys() - {"scripted"}
