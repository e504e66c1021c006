"""What can be measured of a microphone, a loudspeaker and the way between them; int16 mono, 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import FRAME, FULL_SCALE, Pcm, from_float, rms_dbfs
from voice_triage.thresholds import RATE_HZ

SWEEP_HZ = (300.0, 6000.0)
SWEEP_S = 0.8
"""What every loudspeaker and microphone can do, telephone headsets included."""
SWEEP_DBFS = -14.0
CLEAR = 8.0
"""An echo's correlation peak stands out of the rest by this factor; noise alone reaches about 5."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """How the microphone hears the loudspeaker."""

    delay_ms: float
    gain_db: float
    """Level of what came back, against what was played."""
    clarity: float
    """Correlation peak over its usual size elsewhere; below CLEAR nothing was heard."""

    @property
    def heard(self) -> bool:
        """True when the microphone hears the loudspeaker."""
        return self.clarity >= CLEAR


def noise_floor_dbfs(pcm: Pcm) -> float:
    """Level of the quietest tenth of the 10 ms frames: the room without what happens in it."""
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    if not len(frames):
        return -120.0
    power = np.mean(np.square(frames.astype(np.float64)), axis=1)
    quietest = np.argsort(power)[: max(1, len(power) // 10)]
    return rms_dbfs(frames[quietest].reshape(-1))


def clipping_ratio(pcm: Pcm) -> float:
    """Share of the samples that lie at full scale, 0 to 1; a lone peak that just touches it is none."""
    if len(pcm) < 2:
        return 0.0
    full = np.abs(pcm.astype(np.int32)) >= 32_700
    beside = np.zeros(len(full), bool)
    beside[1:] |= full[:-1]
    beside[:-1] |= full[1:]
    return float(np.mean(full & beside))


def dead(pcm: Pcm) -> bool:
    """True when the samples never move: muted in software, or no permission. Real microphones always hiss."""
    return not pcm.size or int(np.ptp(pcm.astype(np.int32))) <= 1


def sweep() -> Pcm:
    """A rising tone from 300 to 6000 Hz with soft ends: its echo stands out of any noise."""
    t = np.arange(round(SWEEP_S * RATE_HZ)) / RATE_HZ
    low, high = SWEEP_HZ
    octaves = np.log(high / low)
    phase = 2 * np.pi * low * SWEEP_S / octaves * (np.exp(t / SWEEP_S * octaves) - 1)
    edge = min(len(t) // 4, round(0.03 * RATE_HZ))
    envelope = np.ones(len(t))
    envelope[:edge] = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
    envelope[-edge:] = envelope[:edge][::-1]
    return from_float(np.asarray(np.sin(phase) * envelope * np.sqrt(2) * 10 ** (SWEEP_DBFS / 20)))


def echo_delay(played: Pcm, recorded: Pcm) -> EchoPath:
    """Find ``played`` in ``recorded`` (which begins when playing began) by cross-correlation."""
    near, far = recorded.astype(np.float64) / FULL_SCALE, played.astype(np.float64) / FULL_SCALE
    if not np.any(near) or not np.any(far) or len(near) < len(far):
        return EchoPath(0.0, -120.0, 0.0)
    strength = np.abs(_correlation(near, far))
    peak = int(np.argmax(strength))
    # The peak against what is usual away from it: a sweep's own side lobes stay within 20 ms.
    around = round(0.02 * RATE_HZ)
    rest = np.concatenate((strength[: max(0, peak - around)], strength[peak + around :]))
    usual = float(np.sqrt(np.mean(np.square(rest)))) if rest.size else 0.0
    clarity = float(strength[peak]) / max(usual, 1e-12)
    # By its power an echo in the noise is nothing; by its peak one with reverberation is too little.
    by_peak = 20 * np.log10(max(float(strength[peak]) / float(np.sum(np.square(far))), 1e-6))
    gain_db = max(_gain_db(near, far, peak), by_peak)
    return EchoPath(peak * 1000 / RATE_HZ, float(gain_db), min(clarity, 9999.0))


def _correlation(near: npt.NDArray[np.float64], far: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Cross-correlation for the delays 0 to len(near) - len(far) samples, by FFT."""
    size = 1 << (len(near) + len(far) - 1).bit_length()
    product = np.fft.rfft(near, size) * np.conj(np.fft.rfft(far, size))
    return np.asarray(np.fft.irfft(product, size)[: len(near) - len(far) + 1])


def _gain_db(near: npt.NDArray[np.float64], far: npt.NDArray[np.float64], start: int) -> float:
    """Level of the recording where the echo lies, less the noise around it, against what was played."""
    inside = np.mean(np.square(near[start : start + len(far)]))
    outside = near[:start]  # before the echo; what follows is its reverberation
    noise = np.mean(np.square(outside)) if outside.size >= 80 else 0.0
    power = max(float(inside - noise), 1e-12)
    return float(10 * np.log10(power / np.mean(np.square(far))))
