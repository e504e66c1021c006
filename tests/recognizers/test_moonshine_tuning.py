"""What Moonshine learned for this product, added to the weights where they stand in its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice_triage.recognizers.moonshine_tuning import (
    DECODER,
    ENCODER,
    TUNING,
    numbers_kept,
    prepared,
    reduced,
    tuned,
)

MATRIX = np.array([[10, 20, 30, 40], [50, 60, 70, 254]], np.uint8)
FILTERS = np.array([0.5, 1, 1.5], np.float32)
LENGTH, WIDTH = MATRIX.size.to_bytes(4, "little"), (4).to_bytes(4, "little")
FILTERS_LENGTH = FILTERS.nbytes.to_bytes(4, "little")
MODEL = b"head" + LENGTH + MATRIX.tobytes() + WIDTH + FILTERS_LENGTH + FILTERS.tobytes() + b"tail"
AT, WIDTH_AT, FILTERS_AT = 8, 16, 24
"""A length stands before each weight."""


def matrix(model: bytes, columns: int = 4) -> list[list[int]]:
    return np.frombuffer(model, np.uint8, 2 * columns, AT).reshape(2, columns).tolist()


def test_changes_are_added_in_steps_of_the_weight() -> None:
    """The matrix stands turned round in the file and has 8 bits: sums are rounded, and stop at their end."""
    rise, fall = np.array([[1.0], [-1], [0.4], [2]]), np.array([[1.0, 3]])
    changes = {
        f"{ENCODER}/{AT}/uint8+A": fall,
        f"{ENCODER}/{AT}/uint8+B": rise,
        f"{ENCODER}/{FILTERS_AT}/float32": np.array([0.25, 0, -1], np.float16),
        f"{DECODER}/{AT}/uint8+A": fall,
    }

    model = tuned(ENCODER, MODEL, changes)

    assert matrix(model) == [[11, 19, 30, 42], [53, 57, 71, 255]]
    assert np.frombuffer(model, np.float32, 3, FILTERS_AT).tolist() == [0.75, 1, 0.5]
    assert len(model) == len(MODEL)
    assert model.startswith(b"head" + LENGTH) and model.endswith(b"tail")
    assert tuned(ENCODER, MODEL, {}) == MODEL


def test_only_the_columns_of_kept_pieces_are_left() -> None:
    model = reduced(MODEL, AT, 2, np.array([0, 3], np.uint16), [WIDTH_AT])

    assert len(model) == len(MODEL)
    assert matrix(model, 2) == [[10, 40], [50, 254]]
    assert int.from_bytes(model[AT - 4 : AT], "little") == 4
    assert int.from_bytes(model[WIDTH_AT : WIDTH_AT + 4], "little") == 2


def test_what_does_not_fit_is_refused() -> None:
    for weight, numbers in (
        (f"{AT}/uint8", 7),
        (f"{AT + 4}/uint8", 8),
        (f"{FILTERS_AT}/float32", 2),
        ("0/uint8", 4),
    ):
        with pytest.raises(ValueError, match=f"no weight {ENCODER}/{weight} of {numbers}"):
            tuned(ENCODER, MODEL, {f"{ENCODER}/{weight}": np.zeros(numbers)})
    with pytest.raises(ValueError, match="the width 4 does not stand at 24"):
        reduced(MODEL, AT, 2, np.array([0, 3]), [FILTERS_AT])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (ENCODER, DECODER):
        (folder / name).write_bytes(MODEL)
    of = {"pieces": np.array([1, 2]), "last": np.array([AT, 2]), "widths": np.array([WIDTH_AT])}
    np.savez(folder / "tuning.npz", **{f"{ENCODER}/{FILTERS_AT}/float32": np.ones(3, np.float16), **of})
    return folder


def test_the_tuned_model_is_what_is_opened(model: Path, tmp_path: Path) -> None:
    with prepared(model, model / "tuning.npz", tmp_path / "cache") as place:
        assert np.fromfile(place / ENCODER, np.float32, 3, offset=FILTERS_AT).tolist() == [1.5, 2, 2.5]
        assert matrix((place / DECODER).read_bytes(), 2) == [[20, 30], [60, 70]]


def test_what_is_shipped_is_whole_and_small() -> None:
    with np.load(TUNING) as changes:
        assert all(np.isfinite(changes[name]).all() for name in changes.files)
        names = set(changes.files)

    assert TUNING.stat().st_size < 8_000_000
    assert {name[:-1] + "B" for name in names if name.endswith("+A")} <= names
    pieces = numbers_kept(TUNING).tolist()
    assert pieces == sorted(set(pieces)) and pieces[:259] == list(range(259)) and pieces[-1] < 32768
