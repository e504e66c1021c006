"""What PocketSphinx subtracts from a voice: the mean of its cepstra, learnt from the caller's own speech.

The decoder's built-in mean fits few voices and takes many seconds of speech to adapt; the first words of
a caller, which may be the red flag, are heard with the wrong one (docs/recognizers.md has the figures).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import Pcm
from voice_triage.thresholds import VOICE_MEMORY_FRAMES

_FRAME = 160
_NOTHING = "nothingtosearch"
"""A grammar of silence alone: the decoder searches even what it was to give features of, and so finds nothing
in it in a fiftieth of the time (6 s of speech: 12 ms instead of 520)."""


class CepstralMean:
    """The mean for one caller; ``settled`` once enough speech was heard."""

    def __init__(self, decoder: Any, settled_after_s: float) -> None:
        self._decoder = decoder
        self._unknown_voice: str = decoder.get_cmn(False)
        self._words = decoder.current_search()
        decoder.add_word(_NOTHING, "SIL", False)
        decoder.add_jsgf_string(_NOTHING, f"#JSGF V1.0; grammar g; public <g> = {_NOTHING};")
        self._settled_frames = settled_after_s * 100
        self.forget()

    def forget(self) -> None:
        """Go back to an unknown voice."""
        self._mean: npt.NDArray[np.float64] | None = None
        self._frames = 0.0

    @property
    def settled(self) -> bool:
        """True when the mean rests on enough speech to stay as it is during an utterance."""
        return self._frames >= self._settled_frames

    def apply(self, pcm: Pcm | None = None) -> None:
        """Give the decoder, between utterances, the mean with that of ``pcm`` in it."""
        mean = self._mean if pcm is None else self._with(pcm)
        text = self._unknown_voice if mean is None else ",".join(f"{value:.4f}" for value in mean)
        self._decoder.set_cmn(text)

    def learn(self, pcm: Pcm) -> None:
        """Take a finished utterance into account."""
        self._mean = self._with(pcm)
        self._frames = min(self._frames + len(pcm) / _FRAME, VOICE_MEMORY_FRAMES)

    def _with(self, pcm: Pcm) -> npt.NDArray[np.float64]:
        """Return the mean over earlier speech and ``pcm``."""
        self._decoder.activate_search(_NOTHING)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm.tobytes(), True, True)  # features only, but end_utt searches them
        self._decoder.end_utt()
        self._decoder.activate_search(self._words)
        new = np.array([float(value) for value in self._decoder.get_cmn(False).split(",")])
        if self._mean is None:
            return new
        frames = len(pcm) / _FRAME
        mixed: npt.NDArray[np.float64] = (self._mean * self._frames + new * frames) / (self._frames + frames)
        return mixed
