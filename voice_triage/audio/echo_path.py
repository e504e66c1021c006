"""Takes the assistant's voice out of sound that was kept, for whom can wait: suppresses nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import Pcm, from_float, to_float
from voice_triage.thresholds import (
    ECHO_CHANGES,
    ECHO_FADES_S,
    ECHO_PARTS,
    ECHO_PASSES,
    ECHO_STEP,
    RATE_HZ,
)

Complex = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]


def without_echo(mic: Pcm, far: Pcm) -> Pcm:
    """``mic`` without the echo of ``far``, both int16[n] of the same time, 16 kHz.

    The way from loudspeaker to microphone is learned by a Kalman filter in the frequency domain, part by part
    (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014), which learns little while the caller speaks too.
    AEC3 suppresses what it is not sure of, and with it the first words of who speaks over the assistant.
    """
    heard = np.flatnonzero(far)
    if not len(heard):
        return mic
    begin = heard[0]
    end = min(len(mic), heard[-1] + ECHO_PARTS * ECHO_STEP)
    steps = -(-(end - begin) // ECHO_STEP)
    near, played = np.zeros(steps * ECHO_STEP), np.zeros(steps * ECHO_STEP)
    near[: end - begin] = to_float(mic[begin:end])
    played[: end - begin] = to_float(far[begin:end])
    path = _Path()
    for _ in range(ECHO_PASSES):
        left = path.through(near.reshape(steps, ECHO_STEP), played.reshape(steps, ECHO_STEP))
    out = mic.copy()
    out[begin:end] = from_float(left.reshape(-1)[: end - begin].astype(np.float32))
    return out


class _Path:
    """What is known of the way: a response for each part [parts, step + 1], and how unsure each is."""

    def __init__(self) -> None:
        self.response: Complex = np.zeros((ECHO_PARTS, ECHO_STEP + 1), np.complex128)
        late_s = np.arange(ECHO_PARTS) * ECHO_STEP / RATE_HZ
        faded = np.exp(-6.9 * late_s / ECHO_FADES_S)
        self.unsure: Floats = np.ones((ECHO_PARTS, ECHO_STEP + 1)) * faded[:, None]

    def through(self, near: Floats, played: Floats) -> Floats:
        """``near`` [steps, ECHO_STEP] without what ``played`` leaves in it; learns from it step by step."""
        sent: Complex = np.zeros((ECHO_PARTS, ECHO_STEP + 1), np.complex128)
        caller: Floats = np.full(ECHO_STEP + 1, 1e-3)
        before, silence, left = np.zeros(ECHO_STEP), np.zeros(ECHO_STEP), np.empty_like(near)
        for at, (mic, far) in enumerate(zip(near, played, strict=True)):
            sent = np.roll(sent, 1, axis=0)
            sent[0] = np.fft.rfft(np.concatenate((before, far)))
            before = far
            left[at] = mic - np.fft.irfft(np.sum(self.response * sent, axis=0))[ECHO_STEP:]
            error = np.fft.rfft(np.concatenate((silence, left[at])))
            caller = 0.5 * (caller + np.abs(error) ** 2)
            power = np.abs(sent) ** 2
            gain = self.unsure / (np.sum(self.unsure * power, axis=0) + caller + 1e-10)
            update = np.fft.irfft(gain * np.conj(sent) * error, axis=1)
            update[:, ECHO_STEP:] = 0
            self.response += np.fft.rfft(update, axis=1)
            kept = np.maximum(1 - 0.5 * gain * power, 0)
            grown = (1 - ECHO_CHANGES**2) * np.abs(self.response) ** 2
            self.unsure = ECHO_CHANGES**2 * kept * self.unsure + grown
        return left
