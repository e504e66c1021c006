"""What Whisper learned for this product: small changes to its own weights, added at the first start.

The weights stay those of the package (pinned by hash); what is ours is a low-rank difference for each
matrix (Hu 2021, LoRA) and new biases, gains and first filters: a twentieth of its size. Beside it stand
the ``pieces`` of words that are kept.
``scripts/tune_whisper`` makes them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_triage.recognizers import made
from voice_triage.recognizers.whisper_vocabulary import EMBEDDINGS, reduced

TUNING = Path(__file__).parent / "whisper_tuning_en.npz"
"""Arrays of float16 by the name of the weight: whole ones, or ``+A`` [rank, in] and ``+B`` [out, rank];
and ``pieces``, see whisper_vocabulary."""

_FLOAT16 = 4
"""CTranslate2's number for the type."""
_BESIDE = ("config.json", "vocabulary.txt")
"""What CTranslate2 reads beside the weights."""
_FORM = b"3"
"""Raised when something else is made of the same weights."""


def prepared(folder: Path, tuning: Path, cache: Path | None = None) -> AbstractContextManager[Path]:
    """Give a folder with the tuned model, made once; it may be gone after the block."""
    return made.tuned("whisper", _FORM, tuning, lambda: files(folder, tuning), cache)


def files(folder: Path, tuning: Path) -> dict[str, bytes]:
    """Return the model's files by name, with what it has learned and only the pieces of words it keeps."""
    with np.load(tuning) as learned:
        changes = dict(learned)
    pieces = changes.pop("pieces", None)
    model = tuned((folder / "model.bin").read_bytes(), changes)
    whole = {"model.bin": model} | {name: (folder / name).read_bytes() for name in _BESIDE}
    if pieces is None:
        return whole
    at, shape = {name: (at, shape) for name, at, shape in weights(model)}[EMBEDDINGS]
    return reduced(whole, at, shape, pieces)


def tuned(model: bytes, changes: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return CTranslate2's model.bin with the changes added. Raises ValueError where they do not fit it."""
    out = bytearray(model)
    places = {name: (at, shape) for name, at, shape in weights(model)}
    for name in {name.partition("+")[0] for name in changes}:
        if name not in places:
            raise ValueError(f"there is no float16 weight {name}")
        at, shape = places[name]
        new = changes.get(name)
        if new is None:
            rise, fall = (changes[f"{name}+{side}"].astype(np.float32) for side in "BA")
            old = np.frombuffer(model, np.float16, int(np.prod(shape)), at)
            new = old.astype(np.float32) + (rise @ fall).reshape(-1)
        if new.size != np.prod(shape):
            raise ValueError(f"{name} has {new.size} numbers and not {shape}")
        out[at : at + 2 * new.size] = new.astype(np.float16).tobytes()
    return bytes(out)


def weights(model: bytes) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """Yield name, place and shape of each float16 weight in a model.bin (its format 6)."""
    at = 0

    def read(form: str) -> int:
        nonlocal at
        (number,) = struct.unpack_from(f"<{form}", model, at)
        at += struct.calcsize(f"<{form}")
        return int(number)

    def text() -> str:
        nonlocal at
        length = read("H")
        at += length
        return model[at - length : at - 1].decode()

    if read("I") != 6 or text() != "WhisperSpec":
        raise ValueError("it is no Whisper model in CTranslate2's format 6")
    read("I")  # the revision of the specification
    for _ in range(read("I")):
        name = text()
        shape = tuple(read("I") for _ in range(read("B")))
        kind, size = read("B"), read("I")
        if kind == _FLOAT16:
            yield name, at, shape
        at += size
