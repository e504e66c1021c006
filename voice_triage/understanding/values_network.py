"""Which number is the age, the time or the temperature, and whom it is about: two more layers of the network.

They go on from the first two layers of :mod:`voice_triage.understanding.network` and were tuned by
``scripts/train_values`` on ``tests/sentences``. Each number, with its unit, is judged by the mean of the
states of its words; whom it is about by one attention over all of them.
:mod:`voice_triage.understanding.figures` weighs it against the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_triage.errors import BadContent
from voice_triage.understanding.transformer import Floats, gelu, layer, linear, ready, softmax, stored

FROM = 2
"""Layers of the network before its states are read here."""
KINDS = ("", "age", "duration", "temperature")
"""What a number may be; the first: none of these, or not the patient's."""
PATIENTS = (None, "self", "child", "other")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an utterance as the network has read it."""

    start: int
    """Its first word."""
    owner: NDArray[np.int64]
    """pieces: the word, counted from the first of the utterance, that each is of."""
    states: Floats
    """1 + pieces + 1 x width, after ``FROM`` layers."""


@dataclass(frozen=True, slots=True)
class Span:
    """A number or a phrase that may tell a value: words from start to end."""

    start: int
    end: int
    unit: str = ""
    """The unit it was said in, or ``age phrase`` and ``duration phrase``."""


@dataclass(frozen=True, slots=True)
class ValuesReading:
    """What the network makes of the values of an utterance."""

    kinds: Floats
    """spans x KINDS: what each span is, as probabilities."""
    patient: Floats
    """PATIENTS: not said, self, child, other, as probabilities."""


class ValuesNetwork:
    """Weights of one language, ready to read."""

    def __init__(self, weights: dict[str, Any], units: Sequence[str], heads: int) -> None:
        self._w = weights
        self._units = {name: at for at, name in enumerate(units)}
        self._heads = heads
        self._layers = sorted({name.split(".")[1] for name in weights if name.startswith("layers.")})

    def read(self, parts: Sequence[Part], spans: Sequence[Span]) -> ValuesReading:
        """Read what the spans are, and whom it is about, from what the network has made of the parts."""
        kinds = np.zeros((len(spans), len(KINDS)), np.float32)
        kinds[:, 0] = 1.0
        patient = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
        for part in parts:
            states = part.states
            for number in self._layers:
                states = layer(states, self._w, f"layers.{number}.", self._heads)
            told = self._patient(states)
            patient = told if told[0] < patient[0] else patient
            for at, span in enumerate(spans):
                inside = (part.owner >= span.start) & (part.owner < span.end)
                if inside.any() and part.start <= span.start:  # the last part that holds it
                    kinds[at] = self._kind(states[1:-1][inside].mean(0), span)
        return ValuesReading(kinds, patient)

    def _kind(self, state: Floats, span: Span) -> Floats:
        state = state + self._w["unit"][self._units.get(span.unit, 0)]
        return softmax(linear(gelu(linear(state, self._w, "hidden")), self._w, "kind"))

    def _patient(self, states: Floats) -> Floats:
        inner = states[1:-1] if len(states) > 2 else states[:1]
        seen = softmax(inner @ self._w["query"]) @ inner
        return softmax(linear(np.concatenate([seen, states[0]]), self._w, "patient"))


def origin(arrays: Mapping[str, NDArray[Any]]) -> str:
    """A digest of what the states that values are read from depend on, but for the word pieces."""
    layers = tuple(f"layers.{at}." for at in range(FROM))
    names = [name for name in sorted(arrays) if name.startswith(("eln.", "te", "pe", "qe", *layers))]
    return sha256(b"".join(arrays[name].tobytes() for name in names)).hexdigest()


@lru_cache
def load(language: str) -> ValuesNetwork | None:
    """The network of a language; None where it has none. Raises BadContent when its file is damaged."""
    path = Path(__file__).with_name(f"values_{language}.npz")
    if not path.is_file():
        return None
    arrays, names = stored(path)
    try:
        return ValuesNetwork(ready(arrays), names["units"], int(names["heads"]))
    except (KeyError, ValueError) as error:
        raise BadContent(f"{path.name}: damaged ({error}); install the program again") from None
