"""The sums of a transformer's layer (Vaswani 2017), as BERT has them, and how its weights are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voice_triage.errors import BadContent

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix kept as bytes: a quarter of the memory, and read sooner than floats beyond the cache."""

    values: NDArray[np.int8]
    """inputs x outputs."""
    scale: Floats
    """outputs: what one step of a byte is worth."""

    def applied(self, x: Floats) -> Floats:
        """Rows of inputs, as rows of outputs."""
        out: Floats = x @ self.values.astype(np.float32) * self.scale
        return out

    def whole(self) -> Floats:
        """The matrix in floats, outputs x inputs."""
        return (self.values * self.scale).T


Weights = Mapping[str, Any]
"""By name: floats, or a matrix :class:`Packed`."""


def layer(x: Floats, w: Weights, at: str, heads: int) -> Floats:
    """One layer, whose weights are named ``at``: hidden states, pieces x width, of the next."""
    x = normed(x + _attended(x, w, at, heads), w, at + "n1")
    return normed(x + linear(gelu(linear(x, w, at + "f1")), w, at + "f2"), w, at + "n2")


def _attended(x: Floats, w: Weights, at: str, heads: int) -> Floats:
    """Self-attention of one layer."""
    length, width = x.shape

    def each(name: str) -> Floats:
        return linear(x, w, at + name).reshape(length, heads, -1).transpose(1, 0, 2)

    query, key, value = each("q"), each("k"), each("v")
    weights = softmax(query @ key.transpose(0, 2, 1) / np.float32((width / heads) ** 0.5))
    return linear((weights @ value).transpose(1, 0, 2).reshape(length, width), w, at + "o")


def linear(x: Floats, w: Weights, name: str) -> Floats:
    """The weights and bias of a name, applied."""
    weight = w[name + ".w"]
    out: Floats = (weight.applied(x) if isinstance(weight, Packed) else x @ weight.T) + w[name + ".b"]
    return out


def normed(x: Floats, w: Weights, name: str) -> Floats:
    """Layer normalisation."""
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
    out: Floats = centred / spread * w[name + ".w"] + w[name + ".b"]
    return out


def gelu(x: Floats) -> Floats:
    """The tanh form (Hendrycks 2016)."""
    half = np.float32(0.5)
    out: Floats = half * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))
    return out


def softmax(x: Floats) -> Floats:
    """Probabilities of the last axis."""
    grown = np.exp(x - x.max(-1, keepdims=True))
    out: Floats = grown / grown.sum(-1, keepdims=True)
    return out


def whole(arrays: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """One array as floats; bytes are scaled by row."""
    scale = arrays.get(name + ".scale")
    values = arrays[name].astype(np.float32)
    return values if scale is None else values * scale.astype(np.float32)[..., None]


def ready(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The arrays of a file as the sums above take them: matrices of bytes stay bytes."""
    names = [name for name in arrays if not name.endswith(".scale")]
    return {name: _packed(arrays, name) if name.endswith(".w") else whole(arrays, name) for name in names}


def _packed(arrays: Mapping[str, NDArray[Any]], name: str) -> Packed | Floats:
    scale = arrays.get(name + ".scale")
    if scale is None:
        return whole(arrays, name)
    return Packed(np.ascontiguousarray(arrays[name].T), scale.astype(np.float32))


def stored(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays of a file of weights, and what belongs to them. Raises BadContent when it is damaged."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            arrays = {name: file[name] for name in file.files if name != "names"}
            return arrays, json.loads(bytes(file["names"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise BadContent(f"{path.name}: damaged ({error}); install the program again") from None
