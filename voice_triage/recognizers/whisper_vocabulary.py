"""The pieces of words that Whisper may write: of its 51,864 those that callers say, a quarter.

Each step of its search weighs every piece against every way that is open: with a quarter of them 400
sentences take 0.26 s each instead of 0.35, and are heard as well. ``scripts/tune_whisper`` lists them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

EMBEDDINGS = "decoder/embeddings/weight"
"""A row for each piece, in the order of vocabulary.txt; the last layer uses the same."""
_LISTS = ("lang_ids", "suppress_ids", "suppress_ids_begin")
"""Of pieces, in config.json."""
Pieces = npt.NDArray[np.uint16]
"""Those that are kept, by their numbers in Whisper's own vocabulary; ascending, since CTranslate2 takes what
stands before the special ones for text."""


class Vocabulary:
    """Between text and the numbers that the model knows pieces by."""

    def __init__(self, tokenizer: Any, pieces: Pieces | None) -> None:
        """Take the tokenizer of the whole vocabulary; without ``pieces`` all of it is kept."""
        self._tokenizer = tokenizer
        self._pieces: Sequence[int] = range(2**16) if pieces is None else pieces.tolist()
        self._places = {piece: at for at, piece in enumerate(self._pieces)}

    def read(self, text: str) -> list[int]:
        """Return the numbers of a text; what is not kept is left out."""
        whole = self._tokenizer.encode(text, add_special_tokens=False).ids
        return [self._places[piece] for piece in whole if piece in self._places]

    def special(self, *names: str) -> list[int]:
        """Return the numbers of such as ``<|startoftranscript|>``. Raises KeyError where one is not kept."""
        return [self._places[self._tokenizer.token_to_id(name)] for name in names]

    def write(self, numbers: Sequence[int]) -> str:
        """Return the text of what the model wrote."""
        written: str = self._tokenizer.decode([self._pieces[number] for number in numbers])
        return written


def pieces_of(tuning: Path | None) -> Pieces | None:
    """Return those that the file of what Whisper has learned keeps; None for all."""
    if tuning is None:
        return None
    with np.load(tuning) as learned:
        pieces: Pieces | None = learned.get("pieces")
        return pieces


def reduced(files: Mapping[str, bytes], at: int, shape: Sequence[int], pieces: Pieces) -> dict[str, bytes]:
    """Return a model's files with no pieces but these; its embeddings of ``shape`` are ``at`` that byte.

    Before them stand rows and columns (4 bytes each), the kind (1) and the size in bytes (4).
    """
    model, (rows, columns) = files["model.bin"], shape
    embeddings = np.frombuffer(model, np.float16, rows * columns, at).reshape(rows, columns)
    fewer = embeddings[pieces].tobytes()
    head = struct.pack("<II", len(pieces), columns) + model[at - 5 : at - 4] + struct.pack("<I", len(fewer))
    lines = files["vocabulary.txt"].split(b"\n")
    places = {int(piece): number for number, piece in enumerate(pieces)}
    config = {
        name: [places[one] for one in value if one in places] if name in _LISTS else value
        for name, value in json.loads(files["config.json"]).items()
    }
    return {
        "model.bin": model[: at - 13] + head + fewer + model[at + embeddings.nbytes :],
        "vocabulary.txt": b"\n".join(lines[piece] for piece in pieces) + b"\n",
        "config.json": json.dumps(config).encode(),
    }
