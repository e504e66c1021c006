"""What Whisper learned for this product, added to weights of CTranslate2's form."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from voice_triage.recognizers.whisper_tuning import TUNING, files, prepared, tuned, weights

WEIGHTS = {
    "decoder/pre_norm": np.array(1, np.int8),
    "encoder/conv/weight": np.arange(12, dtype=np.float16).reshape(2, 2, 3),
    "encoder/conv/bias": np.array([1, 2], np.float16),
}


def text(words: str) -> bytes:
    return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"


def model_bin(form: int = 6) -> bytes:
    """A model.bin as CTranslate2 writes it."""
    out = struct.pack("<I", form) + text("WhisperSpec") + struct.pack("<II", 3, len(WEIGHTS))
    for name, value in WEIGHTS.items():
        out += text(name) + struct.pack("<B", value.ndim) + struct.pack(f"<{value.ndim}I", *value.shape)
        out += struct.pack("<BI", 4 if value.dtype == np.float16 else 1, value.nbytes) + value.tobytes()
    return out + struct.pack("<I", 0)


def of(model: bytes, name: str) -> np.ndarray:
    at, shape = next((at, shape) for found, at, shape in weights(model) if found == name)
    return np.frombuffer(model, np.float16, int(np.prod(shape)), at).reshape(shape)


def test_a_low_rank_change_is_added_and_a_whole_one_takes_the_place() -> None:
    rise, fall = np.array([[1.0], [2.0]]), np.array([[1, 0, 0, 0, 0, 0.5]])
    changes = {"encoder/conv/weight+A": fall, "encoder/conv/weight+B": rise, "encoder/conv/bias": np.zeros(2)}

    model = tuned(model_bin(), changes)

    assert len(model) == len(model_bin())
    added = of(model, "encoder/conv/weight") - WEIGHTS["encoder/conv/weight"]
    assert added.reshape(2, 6).tolist() == (rise @ fall).tolist()
    assert of(model, "encoder/conv/bias").tolist() == [0, 0]
    assert tuned(model_bin(), {}) == model_bin()


@pytest.mark.parametrize(
    ("form", "changes", "said"),
    [
        (6, {"encoder/other": np.zeros(2)}, "no float16 weight encoder/other"),
        (6, {"decoder/pre_norm": np.zeros(1)}, "no float16 weight decoder/pre_norm"),
        (6, {"encoder/conv/bias": np.zeros(3)}, "has 3 numbers"),
        (5, {}, "format 6"),
    ],
)
def test_what_does_not_fit_is_refused(form: int, changes: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tuned(model_bin(form), changes)


def test_the_shipped_changes_are_whole_and_small() -> None:
    with np.load(TUNING) as changes:
        names = set(changes.files) - {"pieces"}
        assert all(np.isfinite(changes[name]).all() for name in names)

    assert TUNING.stat().st_size < 8_000_000
    assert {name[:-1] + "B" for name in names if name.endswith("+A")} <= names
    assert {name.split("/")[0] for name in names} == {"encoder", "decoder"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(model_bin())
    for name in ("config.json", "vocabulary.txt"):
        (folder / name).write_text(name)
    np.savez(folder / "tuning.npz", **{"encoder/conv/bias": np.zeros(2)})
    return folder


def test_the_tuned_model_is_what_is_opened(model: Path, tmp_path: Path) -> None:
    wanted = files(model, model / "tuning.npz")

    with prepared(model, model / "tuning.npz", tmp_path / "cache") as place:
        assert {name: (place / name).read_bytes() for name in wanted} == wanted
