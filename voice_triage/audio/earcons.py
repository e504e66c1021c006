"""Short sounds that say what a lamp would: made of sines, told apart by pitch and shape."""

from __future__ import annotations

from typing import Literal

import numpy as np

from voice_triage.pcm import Pcm, from_float
from voice_triage.thresholds import RATE_HZ

Earcon = Literal["listening", "understood", "waiting", "emergency"]

QUIET_DBFS = -18.0
LOUD_DBFS = -9.0

# Peak level, then the tones of each: (pitch in Hz, seconds). Rising asks, falling closes, one low tone waits,
# and the emergency's fast high pair is like nothing else. None lies where most of a voice is.
_TONES: dict[Earcon, tuple[float, tuple[tuple[float, float], ...]]] = {
    "listening": (QUIET_DBFS, ((660.0, 0.07), (990.0, 0.10))),
    "understood": (QUIET_DBFS, ((1320.0, 0.05), (0.0, 0.03), (1320.0, 0.07))),
    "waiting": (QUIET_DBFS, ((440.0, 0.22),)),
    "emergency": (LOUD_DBFS, ((2093.0, 0.06), (1568.0, 0.06), (2093.0, 0.06), (1568.0, 0.06))),
}


def earcon(name: Earcon) -> Pcm:
    """The sound of that name, int16[n] of at most 0.25 s."""
    peak_dbfs, tones = _TONES[name]
    parts = [_tone(pitch_hz, seconds) for pitch_hz, seconds in tones]
    return from_float(np.concatenate(parts) * 10 ** (peak_dbfs / 20))


def _tone(pitch_hz: float, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One sine with soft ends (no clicks); 0 Hz is a rest."""
    n = round(seconds * RATE_HZ)
    if not pitch_hz:
        return np.zeros(n)
    edge = min(n // 3, round(0.012 * RATE_HZ))
    envelope = np.ones(n)
    envelope[:edge] = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
    envelope[-edge:] = envelope[:edge][::-1]
    return np.asarray(np.sin(2 * np.pi * pitch_hz * np.arange(n) / RATE_HZ) * envelope)
