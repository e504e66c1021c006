"""PocketSphinx, which works everywhere: its wheel carries the acoustic model, we bring the language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers import sphinx_files
from voice_triage.recognizers.cepstral_mean import CepstralMean
from voice_triage.recognizers.contract import Beside, PhraseSource
from voice_triage.recognizers.dictionary import acoustic_model
from voice_triage.recognizers.steps import Steps
from voice_triage.thresholds import RATE_HZ, SPHINX_AGAIN_S, SPHINX_SEARCH, SPHINX_SETTLED_S, SPHINX_SHARE


class PocketSphinxRecognizer:
    """Streaming recogniser; raises Lacking when the pocketsphinx package is not usable."""

    name = "pocketsphinx"
    step_s = 0.0

    def __init__(self, phrases: PhraseSource, *, cache: Path | None = None) -> None:
        model = acoustic_model()
        import pocketsphinx

        recipe = sphinx_files.Recipe(phrases, SPHINX_SHARE)
        with sphinx_files.prepared(recipe, model, cache) as files:
            config = pocketsphinx.Config(
                hmm=str(model / "en-us"),
                dict=str(files.dictionary),
                lm=str(files.language_model),
                loglevel="FATAL",
                **SPHINX_SEARCH,
            )
            self._decoder: Any = pocketsphinx.Decoder(config)
        self._mean = CepstralMean(self._decoder, SPHINX_SETTLED_S)
        self._again_after = [round(seconds * RATE_HZ) for seconds in SPHINX_AGAIN_S]
        self._open = False
        self._heard: list[Pcm] = []
        self._samples = self._decoded = 0
        self._steps = Steps()
        self._partial = ""

    def beside(self, start: Beside | None) -> None:
        """Ignored: a block takes a few milliseconds."""

    def expect(self, question: str | None) -> None:
        """Ignored: one model serves all questions, so that red flags are heard at every one of them."""

    def new_caller(self) -> None:
        """Forget the voice of the last caller."""
        self._end()
        self._decoder.reinit_feat()  # the estimate of the noise lives there
        self._mean.forget()

    def start(self) -> None:
        """Begin a new utterance."""
        self._end()
        self._mean.apply()
        self._decoder.start_utt()
        self._open = True

    def accept(self, block: Pcm) -> Hypothesis:
        """Hear a block; returns the partial result."""
        if not self._open:
            self.start()
        steps = self._steps.take(block)
        for step in steps:
            self._hear(step)
        if steps:
            self._partial = self._text()
        return Hypothesis(self._partial)

    def pause(self) -> None:
        """Nothing is due: each block gave its result."""

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; returns the final result."""
        if not self._open:
            return Hypothesis("")
        for rest in self._steps.end():
            self._hear(rest)
        text = ""
        if self._heard:
            sound = np.concatenate(self._heard)
            if not (self._mean.settled or checked or self._decoded == self._samples):
                self._hear_again(sound)
            self._decoder.end_utt()
            self._open = False
            text = self._text()
            if text:
                self._mean.learn(sound)
        self._end()
        return Hypothesis(text)

    def close(self) -> None:
        """Drop the utterance; the decoder's memory goes with this object."""
        self._end()

    def _hear(self, block: Pcm) -> None:
        self._decoder.process_raw(block.tobytes())
        self._heard.append(block.copy())
        self._samples += len(block)
        if not self._mean.settled and any(self._decoded < at <= self._samples for at in self._again_after):
            self._hear_again(np.concatenate(self._heard))

    def _hear_again(self, sound: Pcm) -> None:
        """Decode a whole utterance with the mean that its own sound gives."""
        self._decoded = self._samples
        self._decoder.end_utt()
        self._mean.apply(sound)
        self._decoder.start_utt()
        for step in self._heard:
            self._decoder.process_raw(step.tobytes())

    def _end(self) -> None:
        if self._open:
            self._decoder.end_utt()
        self._open = False
        self._heard = []
        self._samples = self._decoded = 0
        self._steps.end()
        self._partial = ""

    def _text(self) -> str:
        best = self._decoder.hyp()
        return best.hypstr.strip() if best is not None else ""
