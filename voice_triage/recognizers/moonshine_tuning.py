"""What Moonshine learned for this product: small changes to its own weights, added at the first start.

The weights stay those of the package (pinned by hash); what is ours is a low-rank difference for each
matrix between sound and words (Hu 2021, LoRA) and new biases, gains and first filters. Of the pieces it
writes words with only those are weighed that callers say: each step of the decoder reads a fifth less.
``scripts/tune_moonshine`` makes both.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from voice_triage.recognizers import made

Array: TypeAlias = npt.NDArray[Any]

TUNING = Path(__file__).parent / "moonshine_tuning_en.npz"
"""Float16 arrays to be added, in steps of the weight where it is an 8-bit one. Each is called by the file,
the place of the weight in it (bytes) and its type, as in ``encoder_model.ort/5120/uint8``; a matrix has two,
``...+A`` [rank, in] and ``...+B`` [out, rank]: their product stands in the file as it is (float32) or turned
round (uint8). Beside them the numbers of the ``pieces`` that are kept, and where the decoder's file has the
``last`` matrix (its place and rows) and its ``widths``, to which it writes how many they are."""

ENCODER, DECODER = "encoder_model.ort", "decoder_model_merged.ort"
_FORM = b"1"
"""Raised when something else is made of the same weights."""


def prepared(folder: Path, tuning: Path, cache: Path | None = None) -> AbstractContextManager[Path]:
    """Give a folder with the tuned model, made once; it may be gone after the block."""
    return made.tuned("moonshine", _FORM, tuning, lambda: files(folder, tuning), cache)


def files(folder: Path, tuning: Path) -> dict[str, bytes]:
    """Return the model's files by name, with what it has learned. Raises ValueError where it does not fit."""
    with np.load(tuning) as learned:
        changes = dict(learned)
    out = {name: tuned(name, (folder / name).read_bytes(), changes) for name in (ENCODER, DECODER)}
    place, rows = changes["last"].tolist()
    out[DECODER] = reduced(out[DECODER], place, rows, changes["pieces"], changes["widths"].tolist())
    return out


def numbers_kept(tuning: Path) -> npt.NDArray[np.int64]:
    """Return the numbers of the pieces of words that are kept, in their order."""
    with np.load(tuning) as learned:
        return np.array(learned["pieces"], np.int64)


def tuned(file: str, model: bytes, changes: Mapping[str, Array]) -> bytes:
    """Return one file of the model with its changes added. Raises ValueError where they do not fit it."""
    out = bytearray(model)
    for weight in sorted({name.partition("+")[0] for name in changes if name.startswith(f"{file}/")}):
        _, place, kind = weight.split("/")
        at, change = int(place), _change(weight, changes)
        if _length(model, at) != change.size * np.dtype(kind).itemsize:
            raise ValueError(f"there is no weight {weight} of {change.size} numbers")
        new = np.frombuffer(model, kind, change.size, at) + change
        raw = (np.clip(np.rint(new), 0, 255) if kind == "uint8" else new).astype(kind).tobytes()
        out[at : at + len(raw)] = raw
    return bytes(out)


def _change(weight: str, changes: Mapping[str, Array]) -> npt.NDArray[np.float32]:
    """Return what is added to one weight, in the order of the file."""
    if weight in changes:
        return changes[weight].astype(np.float32).reshape(-1)
    rise, fall = (changes[f"{weight}+{side}"].astype(np.float32) for side in "BA")
    product = rise @ fall
    return (product.T if weight.endswith("uint8") else product).reshape(-1)


def reduced(model: bytes, place: int, rows: int, pieces: Array, widths: list[int]) -> bytes:
    """Return the decoder with only the columns ``pieces`` of its last matrix (uint8, rows x vocabulary).

    The file keeps its size. Raises ValueError where ``widths`` are not those of the matrix.
    """
    out = bytearray(model)
    before = _length(model, place) // rows
    for at in widths:
        if int.from_bytes(model[at : at + 4], "little") != before:
            raise ValueError(f"the width {before} does not stand at {at}")
        out[at : at + 4] = len(pieces).to_bytes(4, "little")
    matrix = np.frombuffer(model, np.uint8, rows * before, place).reshape(rows, before)[:, pieces]
    out[place - 4 : place] = matrix.size.to_bytes(4, "little")
    out[place : place + matrix.size] = matrix.tobytes()
    return bytes(out)


def _length(model: bytes, place: int) -> int:
    """Return the bytes of the weight at ``place``: FlatBuffers have them before it."""
    return int.from_bytes(model[max(0, place - 4) : place], "little")
