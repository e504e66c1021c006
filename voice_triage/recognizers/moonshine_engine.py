"""Moonshine tiny through ONNX Runtime: a streaming recogniser that hears the words so far anew as they grow.

Unlike Whisper it pads nothing, so what it costs follows the length of the sound (Jeffries 2024, "Moonshine:
Speech Recognition for Live Transcription and Voice Commands"): that makes partial results affordable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from voice_triage.errors import Lacking
from voice_triage.messages import Hypothesis
from voice_triage.recognizers.contract import Samples
from voice_triage.recognizers.steps import Steps
from voice_triage.recognizers.weights import check, in_package
from voice_triage.recognizers.written import plain, sensible
from voice_triage.thresholds import (
    MOONSHINE_HOPELESS,
    MOONSHINE_LEAST_S,
    MOONSHINE_LONGEST_S,
    MOONSHINE_STEP_S,
    MOONSHINE_STEP_SHARE,
    MOONSHINE_TOKENS_A_SECOND,
    QUIET_RMS,
    RATE_HZ,
)

Floats: TypeAlias = npt.NDArray[np.float32]
Memory: TypeAlias = dict[str, Floats]
"""Keys and values of the decoder's attention, one pair a layer for the words and one for the sound."""

ENCODER, DECODER, PIECES = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
SHA256 = {
    ENCODER: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    DECODER: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    PIECES: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""The quantised English model of moonshine-voice 0.0.48 to 0.0.73; later wheels come without it."""

_CURE = "Run: pip install 'voice-triage[moonshine]'"
_CUT = (0.4, 0.85)
"""Where in sound that has grown too long the quietest place is looked for."""
_QUIET = RATE_HZ // 10
"""Samples (0.1 s) whose energy is compared for that."""
_START, _END = 1, 2
"""Tokens before and after the words."""


class MoonshineRecognizer:
    """Streaming recogniser; raises Lacking without onnxruntime or the weights of moonshine-voice."""

    name = "moonshine"

    def __init__(self, model: Path | None = None) -> None:
        """Take the weights in the folder ``model``, else those of the package."""
        self._model = Model(model)
        self._steps = Steps()
        self._heard: list[Samples] = []
        self._samples = self._fresh = 0
        self._draft: list[int] = []
        self._before = self._text = ""
        self._forget()

    def expect(self, question: str | None) -> None:
        """Ignored: it knows all of English."""

    def new_caller(self) -> None:
        """Nothing is learnt of a voice."""
        self._forget()

    def start(self) -> None:
        """Begin a new utterance."""
        self._forget()

    def accept(self, block: Samples) -> Hypothesis:
        """Hear a block; returns the partial result."""
        for step in self._steps.take(block):
            self._take(step)
            least = MOONSHINE_LEAST_S if self._fresh == self._samples else MOONSHINE_STEP_S
            if self._fresh >= max(least * RATE_HZ, MOONSHINE_STEP_SHARE * self._samples):
                self._hear()
        return Hypothesis(self._text)

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; returns the final result."""
        for rest in self._steps.end():
            self._take(rest)
        if self._fresh:
            self._hear()
        text = self._text
        self._forget()
        return Hypothesis(text, final=True)

    def close(self) -> None:
        """Drop the utterance; the model goes with this object."""
        self._forget()

    def _take(self, step: Samples) -> None:
        self._heard.append(step.copy())
        self._samples += len(step)
        self._fresh += len(step)

    def _hear(self) -> None:
        """Hear what there is; the words of the older part of long speech are settled."""
        sound = np.concatenate(self._heard)
        if len(sound) > MOONSHINE_LONGEST_S * RATE_HZ:
            at = _quietest(sound)
            settled, _ = self._words(sound[:at], self._draft)
            self._before, self._draft = f"{self._before} {settled}".strip(), []
            sound = sound[at:]
            self._heard, self._samples = [sound], len(sound)
        words, self._draft = self._words(sound, self._draft)
        self._text = f"{self._before} {words}".strip()
        self._fresh = 0

    def _words(self, pcm: Samples, draft: list[int]) -> tuple[str, list[int]]:
        """Return the words of a piece of sound, and their tokens."""
        sound = pcm.astype(np.float32) / np.float32(32768)
        if float(np.sqrt(np.mean(sound**2))) * 32768 < QUIET_RMS:
            return "", []
        tokens, score = self._model.transcribe(sound, draft)
        return sensible(plain(self._model.written(tokens))) if score >= MOONSHINE_HOPELESS else "", tokens

    def _forget(self) -> None:
        self._steps.end()
        self._heard, self._draft = [], []
        self._samples = self._fresh = 0
        self._before = self._text = ""


class Model:
    """The network and its words."""

    def __init__(self, folder: Path | None) -> None:
        folder = folder or in_package("moonshine_voice", "assets/tiny-en")
        if folder is None:
            raise Lacking("there is no Moonshine model here", _CURE)
        for name, sha256 in SHA256.items():
            check(folder / name, sha256, "Moonshine", _CURE)
        try:
            import onnxruntime
        except (ImportError, OSError) as error:
            raise Lacking(f"Moonshine cannot be used ({error})", _CURE) from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3

        def opened(name: str) -> Any:
            return onnxruntime.InferenceSession(str(folder / name), options, ["CPUExecutionProvider"])

        try:
            self._encoder, self._decoder = opened(ENCODER), opened(DECODER)
        except Exception as error:  # onnxruntime has no class of its own for what it cannot run
            raise Lacking(f"Moonshine cannot be used ({error})", _CURE) from None
        self._memory = {
            one.name: (one.shape[1], one.shape[3])
            for one in self._decoder.get_inputs()
            if one.name.startswith("past_key_values")
        }
        self._pieces = _pieces((folder / PIECES).read_bytes())

    def transcribe(self, sound: Floats, draft: list[int]) -> tuple[list[int], float]:
        """Return the likeliest tokens of float32[n], 16 kHz, and their mean log probability.

        ``draft`` is what was heard when there was less of it: as far as it still holds, it is confirmed in
        one step instead of one for each token (Leviathan 2023, speculative decoding).
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
            best = int(logits[at].argmax())
            scores.append(_log_probability(logits[at], best))
            if best == _END or len(tokens) >= most:
                return tokens, float(np.mean(scores))
            tokens.append(best)
            if at < len(draft) and draft[at] == best:
                at += 1
                continue
            if draft:
                memory = {n: m[:, :, : at + 1] if "decoder" in n else m for n, m in memory.items()}
            draft, at = [], 0
            logits, grown = self._run(hidden, [best], memory, cached=True)
            memory |= {name: part for name, part in grown.items() if "decoder" in name}

    def written(self, tokens: list[int]) -> str:
        """Return tokens as written English."""
        raw = b"".join(self._pieces[token] for token in tokens)
        return raw.decode("utf-8", "replace").replace("\u2581", " ").strip()

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
        """Return the scores of what follows each token (tokens x vocabulary), and the memory."""
        inputs = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": hidden,
            "encoder_attention_mask": np.ones(hidden.shape[:2], np.int64),
            "use_cache_branch": np.array([cached]),
        }
        out = self._decoder.run(None, inputs | memory)
        return out[0][0], dict(zip(self._memory, out[1:], strict=True))


def _quietest(sound: Samples) -> int:
    """Return the sample in the middle of the quietest tenth of a second."""
    low, high = (int(len(sound) * share) for share in _CUT)
    power = np.cumsum(np.square(sound[low:high].astype(np.float64)))
    return low + int(np.argmin(power[_QUIET:] - power[:-_QUIET])) + _QUIET // 2


def _log_probability(row: Floats, token: int) -> float:
    top = row.max()
    return float(row[token] - top - np.log(np.exp(row - top).sum()))


def _pieces(data: bytes) -> list[bytes]:
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
