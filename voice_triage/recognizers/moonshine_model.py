"""Moonshine's network and its words: sound in, tokens out. A transformer, run by ONNX Runtime."""

from __future__ import annotations

import importlib.util
import itertools
import logging
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from voice_triage.errors import Lacking, extra
from voice_triage.onnx import session
from voice_triage.recognizers.moonshine_tuning import DECODER, ENCODER, TUNING, numbers_kept, prepared
from voice_triage.recognizers.weights import check, in_package
from voice_triage.thresholds import (
    MOONSHINE_DRAFT_NEAR,
    MOONSHINE_DRAFT_TRIED,
    MOONSHINE_TOKENS_A_SECOND,
    RATE_HZ,
)

log = logging.getLogger(__name__)

Floats: TypeAlias = npt.NDArray[np.float32]
Memory: TypeAlias = dict[str, Floats]
"""Keys and values of the decoder's attention, one pair a layer for the words and one for the sound."""

PIECES = "tokenizer.bin"
SHA256 = {
    ENCODER: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    DECODER: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    PIECES: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""The quantised English model of moonshine-voice 0.0.48 to 0.0.73; later wheels come without it."""

_CURE = extra("moonshine")
_SPACE = "\u2581".encode()
"""What a piece begins with that begins a word."""
_START, _END, _VOCABULARY = 1, 2, 32768
"""Tokens before and after the words, and how many there are."""


class Model:
    """The network and its words."""

    def __init__(self, folder: Path | None, tuning: Path | None = TUNING) -> None:
        """Open the weights in ``folder``, else the package's, with what was learned. Raises Lacking."""
        folder = folder or in_package("moonshine_voice", "assets/tiny-en")
        if folder is None:
            raise Lacking("there is no Moonshine model here", _CURE)
        for name, sha256 in SHA256.items():
            check(folder / name, sha256, "Moonshine", _CURE)
        if importlib.util.find_spec("onnxruntime") is None:
            raise Lacking("Moonshine cannot be used (there is no onnxruntime)", _CURE)
        for learned in dict.fromkeys((tuning, None)):
            try:
                self._numbers, self._encoder, self._decoder = _opened(folder, learned)
                break
            except Exception as error:  # onnxruntime has no class of its own for what it cannot run
                if learned is None:
                    raise Lacking(f"Moonshine cannot be used ({error})", _CURE) from None
                log.warning("doing without what Moonshine has learned: %s", error)
        self._memory = {
            one.name: (one.shape[1], one.shape[3])
            for one in self._decoder.get_inputs()
            if one.name.startswith("past_key_values")
        }
        self._pieces = pieces_in((folder / PIECES).read_bytes())

    def transcribe(self, sound: Floats, draft: list[int]) -> tuple[list[int], list[float]]:
        """Return the likeliest tokens of float32[n], 16 kHz, and the log probability of each and of the end.

        ``draft`` is what was heard when there was less of it: as far as it still holds, it is confirmed in
        one step instead of one for each token (Leviathan 2023, speculative decoding); where it fails, what
        followed in it is tried again. The 8-bit sums of many tokens at once differ a little from those of
        each alone, so of two words as likely the other may win.
        """
        row = sound[None]
        inputs = {"input_values": row, "attention_mask": np.ones(row.shape, np.int64)}
        hidden = self._encoder.run(None, inputs)[0]
        most = int(len(sound) / RATE_HZ * MOONSHINE_TOKENS_A_SECOND) + 2
        draft = draft[:most]
        logits, memory = self._first(hidden, [_START, *draft])
        tokens: list[int] = []
        scores: list[float] = []
        at = 0
        while True:
            likeliest = int(logits[at].argmax())
            best = int(self._numbers[likeliest])
            scores.append(_log_probability(logits[at], likeliest))
            if best == _END or len(tokens) >= most:
                return tokens, scores
            tokens.append(best)
            if at < len(draft) and draft[at] == best:
                at += 1
                continue
            draft = _after(best, draft[at:])
            memory = {n: m[:, :, : len(tokens)] if "decoder" in n else m for n, m in memory.items()}
            logits, grown = self._run(hidden, [best, *draft], memory, cached=True)
            memory |= {name: part for name, part in grown.items() if "decoder" in name}
            at = 0

    def words(self, tokens: list[int]) -> list[slice]:
        """Return which of the tokens belong to each word."""
        begins = [at for at, one in enumerate(tokens) if at == 0 or self._pieces[one].startswith(_SPACE)]
        return [slice(at, end) for at, end in itertools.pairwise([*begins, len(tokens)])]

    def written(self, tokens: list[int]) -> str:
        """Return tokens as written English."""
        raw = b"".join(self._pieces[token] for token in tokens)
        return raw.decode("utf-8", "replace").replace(_SPACE.decode(), " ").strip()

    def _first(self, hidden: Floats, tokens: list[int]) -> tuple[Floats, Memory]:
        """Run the decoder without memory of earlier tokens."""
        lengths = {True: 0, False: hidden.shape[1]}
        empty = {
            name: np.zeros((1, heads, lengths["decoder" in name], width), np.float32)
            for name, (heads, width) in self._memory.items()
        }
        return self._run(hidden, tokens, empty, cached=False)

    def _run(
        self, hidden: Floats, tokens: list[int], memory: Memory, *, cached: bool
    ) -> tuple[Floats, Memory]:
        """Return the scores of what follows each token (tokens x kept pieces), and the memory."""
        inputs = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": hidden,
            "encoder_attention_mask": np.ones(hidden.shape[:2], np.int64),
            "use_cache_branch": np.array([cached]),
        }
        out = self._decoder.run(None, inputs | memory)
        return out[0][0], dict(zip(self._memory, out[1:], strict=True))


def _opened(folder: Path, tuning: Path | None) -> tuple[npt.NDArray[np.int64], Any, Any]:
    """Return the numbers of the pieces that it writes with, the encoder and the decoder."""
    with prepared(folder, tuning) if tuning else nullcontext(folder) as place:
        encoder, decoder = (session(place / name) for name in (ENCODER, DECODER))
    return numbers_kept(tuning) if tuning else np.arange(_VOCABULARY), encoder, decoder


def _after(token: int, draft: list[int]) -> list[int]:
    """Return what of a draft that failed may follow ``token``: from where it stands in it, or all but one."""
    near = draft[:MOONSHINE_DRAFT_NEAR]
    return draft[near.index(token) + 1 if token in near else 1 :][:MOONSHINE_DRAFT_TRIED]


def _log_probability(row: Floats, token: int) -> float:
    top = row.max()
    return float(row[token] - top - np.log(np.exp(row - top).sum()))


def pieces_in(data: bytes) -> list[bytes]:
    """Return the vocabulary of a tokenizer.bin: each piece after its length, in one byte or two."""
    pieces, at = [], 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length += (data[at] - 1) * 128
            at += 1
        pieces.append(data[at : at + length])
        at += length
    return pieces
