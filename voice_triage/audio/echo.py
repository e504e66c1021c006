"""Takes the assistant's own voice out of the microphone (WebRTC AEC3)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voice_triage.pcm import Pcm


class EchoCanceller:
    """One instance for the whole session: what it has learned of the room is worth 15 dB. Not thread-safe."""

    def __init__(self, reference: Callable[[], Pcm] | None = None) -> None:
        """Live, ``reference`` tells what was really playing (LiveDevice.reference), in place of ``far``."""
        import pywebrtc_audio

        self._reference = reference

        self._aec = pywebrtc_audio.EchoCanceller(sample_rate=16000, num_channels=1)

    def process(self, mic: Pcm, far: Pcm) -> Pcm:
        """The microphone without the echo of ``far``; both int16[n] of one moment, n a multiple of 160."""
        far = far if self._reference is None else self._reference()
        if mic.shape != far.shape or mic.ndim != 1 or len(mic) % 160:
            raise ValueError(f"blocks of {mic.shape} and {far.shape}: must be equal multiples of 160")
        cleaned = self._aec.process(np.ascontiguousarray(mic, np.int16), np.ascontiguousarray(far, np.int16))
        return np.asarray(cleaned, np.int16)
