"""The semantic second look: a small transformer that reads the whole utterance at once.

It is the six layers of all-MiniLM-L6-v2 (Wang 2020, MiniLM; Reimers 2019, Sentence-BERT), tuned by
``scripts/train_network`` on ``tests/sentences``; per concept one attention over the words, after
Mullenbach 2018 (CAML). The rules know what they were told; this finds what was said in words nobody
foresaw. :mod:`voice_triage.understanding.weighing` lets each correct the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_triage.errors import BadContent
from voice_triage.understanding.transformer import (
    Floats,
    Packed,
    gelu,
    layer,
    linear,
    normed,
    ready,
    softmax,
    stored,
    whole,
)
from voice_triage.understanding.values_network import FROM, Part

MAX_PIECES = 110
"""Word pieces it reads at once; it was tuned on utterances no longer than that."""
WINDOW, STRIDE = 60, 45
"""Words: a longer utterance is read in parts that overlap."""
MAX_PARTS = 12
"""About 550 words: what was said before them is left to the rules."""
_PARTS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network makes of one utterance."""

    statuses: Floats
    """concepts x 4: the probability of not said, present, absent, unsure."""
    answer: Floats
    """4: no answer, yes, no, unsure."""
    command: Floats
    """1 + the commands: no command, then each in the order of ``Network.commands``."""
    directed: float
    """How likely the caller says it, not others or a television: device-directed speech (Mallidi 2018)."""
    attention: Floats
    """concepts x words: where each concept was read; rows add up to 1 at most."""
    parts: tuple[Part, ...]
    """What the values are read from."""

    def words_of(self, concept: int) -> tuple[int, int]:
        """The words, from start to end, that speak of a concept."""
        row = self.attention[concept]
        if not row.size:
            return 0, 0
        best = start = end = int(row.argmax())
        floor = row[best] / 5
        while start > 0 and best - start < 5 and row[start - 1 : start].max() > floor:
            start -= 1
        while end + 1 < row.size and end - best < 5 and row[end + 1] > floor:
            end += 1
        return start, end + 1


class Network:
    """Weights of one language, ready to read."""

    def __init__(self, arrays: dict[str, NDArray[Any]], names: dict[str, Any]) -> None:
        self.concepts: tuple[str, ...] = tuple(names["concepts"])
        self.commands: tuple[str, ...] = tuple(names["commands"])
        self._questions = {name: at for at, name in enumerate(names["questions"])}
        self._pieces = {piece: at for at, piece in enumerate(names["pieces"])}
        self._longest = max(map(len, self._pieces))
        self.heads = int(names["heads"])
        self.layers = int(names["layers"])
        # Most of the weights are those of pieces nobody says: they stay bytes, and are made whole when read.
        self._embeddings = {name: arrays[name] for name in ("we", "we.scale") if name in arrays}
        self._w = ready({name: array for name, array in arrays.items() if name not in self._embeddings})
        self._word_pieces = lru_cache(maxsize=4096)(self._split)
        # A red flag is looked for in the same words that are read for their meaning, of what either engine
        # may have heard: some twenty texts, each block anew.
        self._readings = lru_cache(maxsize=64)(self._read)

    def read(self, words: Sequence[str], question: str | None) -> Reading:
        """Read words as :class:`Lexicon` splits them; ``question`` is the one that was open, or None.

        About 10 ms for twenty words on one core, and never more than for 550.
        """
        return self._readings(tuple(words), question)

    def _read(self, words: tuple[str, ...], question: str | None) -> Reading:
        if len(words) <= WINDOW:
            return self._read_part(words, question)
        starts = range(0, len(words) - WINDOW + STRIDE, STRIDE)[-MAX_PARTS:]
        parts = [self._read_part(words[at : at + WINDOW], question, at) for at in starts]
        surest = np.stack([part.statuses for part in parts])[..., 0].argmin(0)
        every = np.arange(len(self.concepts))
        attention = np.zeros((len(self.concepts), len(words)), np.float32)
        for number, at in enumerate(starts):
            mine = surest == number
            attention[mine, at : at + WINDOW] = parts[number].attention[mine]

        def loudest(rows: list[Floats]) -> Floats:
            return min(rows, key=lambda row: float(row[0]))

        return Reading(
            np.stack([part.statuses for part in parts])[surest, every],
            loudest([part.answer for part in parts]),
            loudest([part.command for part in parts]),
            max(part.directed for part in parts),
            attention,
            tuple(one for part in parts for one in part.parts),
        )

    def _read_part(self, words: Sequence[str], question: str | None, start: int = 0) -> Reading:
        """Read as much as the network takes at once."""
        ids = [self._pieces["[CLS]"]]
        owner: list[int] = []
        for at, word in enumerate(words):
            if (start, at, word) == (0, 1, ","):
                continue  # typed, "no, he's fine": what it has learned are the words of recognisers
            pieces = self._word_pieces(word)
            if len(owner) + len(pieces) > MAX_PIECES:
                break
            ids.extend(pieces)
            owner.extend([at] * len(pieces))
        ids.append(self._pieces["[SEP]"])
        hidden, early = self._encode(ids, self._questions.get(question or "", self._questions["other"]))
        part = Part(start, start + np.asarray(owner, np.int64), early)
        return self._heads_of(hidden, owner, len(words), part)

    def _encode(self, ids: list[int], question: int) -> tuple[Floats, Floats]:
        """The last hidden states, and those from which values are read: pieces x width each."""
        w = self._w
        x = (
            whole({name: rows[ids] for name, rows in self._embeddings.items()}, "we")
            + w["pe"][: len(ids)]
            + w["te"][0]
        )
        x[0] += w["qe"][question]
        x = early = normed(x, w, "eln")
        for number in range(self.layers):
            early = x if number == FROM else early
            x = layer(x, w, f"layers.{number}.", self.heads)
        return x, early

    def _heads_of(self, hidden: Floats, owner: list[int], total: int, part: Part) -> Reading:
        """What each concept, the answer and the command read from the hidden states."""
        w, inner = self._w, hidden[1:-1]
        if not owner:
            inner, owner, total = hidden[:1], [0], 1
        attention = softmax(w["query"] @ inner.T)
        seen = np.concatenate(
            [attention @ inner, np.broadcast_to(hidden[0], (len(attention), hidden.shape[1]))], 1
        )
        count = len(self.concepts)
        statuses = np.einsum("ch,csh->cs", seen[:count], w["W"]) + w["bias"]
        statuses = statuses + linear(gelu(linear(seen[:count], w, "S1")), w, "S2")
        by_word = np.zeros((count, total), np.float32)
        np.add.at(by_word.T, owner, attention[:count].T)
        return Reading(
            softmax(statuses),
            softmax(linear(seen[count], w, "Wa")),
            softmax(linear(seen[count + 1], w, "Wc")),
            float(1 / (1 + np.exp(-linear(seen[count + 2], w, "Wd")[0]))),
            by_word,
            (part,),
        )

    @property
    def width(self) -> int:
        """Numbers in the state of a piece."""
        return int(self._w["qe"].shape[1])

    def weights(self, name: str) -> tuple[Floats, Floats]:
        """The weights and the bias of a name: scripts/train_values goes on from them."""
        weight = self._w[name + ".w"]
        return weight.whole() if isinstance(weight, Packed) else weight, self._w[name + ".b"]

    def forget(self) -> None:
        """Forget the words that were read."""
        self._word_pieces.cache_clear()
        self._readings.cache_clear()

    def _split(self, word: str) -> tuple[int, ...]:
        """A word as pieces of the vocabulary, the longest first (WordPiece, Wu 2016)."""
        out: list[int] = []
        for part in _PARTS.findall(word.replace("_", " ")):
            start = 0
            while start < len(part):
                for end in range(min(len(part), start + self._longest), start, -1):
                    piece = self._pieces.get(("##" if start else "") + part[start:end])
                    if piece is not None:
                        out.append(piece)
                        start = end
                        break
                else:
                    out.append(self._pieces["[UNK]"])
                    break
        return tuple(out)


@lru_cache
def load(language: str) -> Network | None:
    """The network of a language; None where it has none. Raises BadContent when its file is damaged."""
    path = Path(__file__).with_name(f"network_{language}.npz")
    if not path.is_file():
        return None
    arrays, names = stored(path)
    try:
        return Network(arrays, names)
    except (KeyError, ValueError) as error:
        raise BadContent(f"{path.name}: damaged ({error}); install the program again") from None
