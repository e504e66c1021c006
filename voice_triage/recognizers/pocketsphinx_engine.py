"""PocketSphinx, the embedded default: its wheel carries the acoustic model, we bring the language model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voice_triage.messages import Hypothesis
from voice_triage.recognizers import sphinx_files
from voice_triage.recognizers.contract import PhraseSource, Samples
from voice_triage.recognizers.dictionary import acoustic_model

_STEP = 320
"""Samples given to the decoder at once, so that results do not depend on the block length."""


@dataclass(frozen=True, slots=True)
class Search:
    """Settings of the decoder; docs/recognizers.md has the measurements behind them."""

    share: float = 0.5
    """Part of the language model that comes from the grammars; the rest is everyday English."""
    options: tuple[tuple[str, Any], ...] = (
        ("lw", 9.0),
        ("wip", 0.02),
        ("beam", 1e-60),
        ("wbeam", 1e-40),
        ("pbeam", 1e-60),
        ("fwdflat", False),
        ("bestpath", False),
        ("pl_window", 5),
    )


class PocketSphinxRecognizer:
    """Streaming recogniser; raises Lacking when the pocketsphinx package is not usable."""

    name = "pocketsphinx"

    def __init__(
        self, phrases: PhraseSource, *, cache: Path | None = None, search: Search | None = None
    ) -> None:
        model = acoustic_model()
        import pocketsphinx

        search = search or Search()
        recipe = sphinx_files.Recipe.of(phrases, search.share)
        with sphinx_files.prepared(recipe, model, cache) as files:
            options = dict(search.options)
            config = pocketsphinx.Config(
                hmm=str(model / "en-us"),
                dict=str(files.dictionary),
                lm=str(files.language_model),
                loglevel="FATAL",
                **options,
            )
            self._decoder: Any = pocketsphinx.Decoder(config)
        self._unknown_voice = self._decoder.get_cmn(False)
        self._open = False
        self._heard = False
        self._rest: Samples = np.zeros(0, np.int16)
        self._partial = ""

    def expect(self, question: str | None) -> None:
        """Ignored: one model for all questions measured as good (docs/recognizers.md)."""

    def new_caller(self) -> None:
        """Forget the cepstral mean that was adapted to the last caller."""
        self._end()
        # The noise estimate and the cepstral mean both live in the front end.
        self._decoder.reinit_feat()
        self._decoder.set_cmn(self._unknown_voice)

    def start(self) -> None:
        """Begin a new utterance."""
        self._end()
        self._decoder.start_utt()
        self._open = True

    def accept(self, block: Samples) -> Hypothesis:
        """Hear a block; returns the partial result."""
        if not self._open:
            self.start()
        pending = np.concatenate((self._rest, block)) if len(self._rest) else block
        whole = len(pending) - len(pending) % _STEP
        for at in range(0, whole, _STEP):
            self._decoder.process_raw(pending[at : at + _STEP].tobytes())
            self._heard = True
        self._rest = pending[whole:].copy()
        if whole:
            self._partial = self._text()
        return Hypothesis(self._partial)

    def finish(self) -> Hypothesis:
        """End the utterance; returns the final result."""
        if not self._open:
            return Hypothesis("", final=True)
        if len(self._rest):
            self._decoder.process_raw(self._rest.tobytes())
            self._heard = True
        heard = self._heard
        self._end()
        return Hypothesis(self._text() if heard else "", final=True)

    def close(self) -> None:
        """Drop the decoder's utterance; its memory goes with this object."""
        self._end()

    def _end(self) -> None:
        if self._open:
            self._decoder.end_utt()
        self._open = False
        self._heard = False
        self._rest = self._rest[:0]
        self._partial = ""

    def _text(self) -> str:
        best = self._decoder.hyp()
        return best.hypstr.strip() if best is not None else ""
