"""The features Whisper hears: logarithmic mel spectrogram, 80 bands, one frame every 10 ms."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_triage.thresholds import RATE_HZ

_WINDOW, _HOP, _BANDS = 400, 160, 80
Frames = npt.NDArray[np.float32]
"""Shape [80, frames]."""


@lru_cache(maxsize=1)
def _filters() -> Frames:
    """Return Slaney's mel filters, shape [80, 201]: linear up to 1 kHz, then 27 bands to the octave."""
    corner_hz, step_hz, step_log = 1000.0, 200.0 / 3, np.log(6.4) / 27
    corner = corner_hz / step_hz
    top = corner + np.log(RATE_HZ / 2 / corner_hz) / step_log
    mels = np.linspace(0.0, top, _BANDS + 2)
    hertz = np.where(
        mels < corner, mels * step_hz, corner_hz * np.exp(step_log * (np.maximum(mels, corner) - corner))
    )
    bins = np.linspace(0.0, RATE_HZ / 2, _WINDOW // 2 + 1)
    slopes = hertz[:, None] - bins[None, :]
    width = np.diff(hertz)
    rising, falling = -slopes[:-2] / width[:-1, None], slopes[2:] / width[1:, None]
    area = 2.0 / (hertz[2:] - hertz[:-2])
    filters: Frames = (np.maximum(0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)
    return filters


def log_mel(sound: npt.NDArray[np.floating[Any]], seconds: float) -> Frames:
    """Return the features of ``sound`` (16 kHz, -1 to 1), padded with silence or cut to ``seconds``."""
    length = int(seconds * RATE_HZ)
    sound = np.pad(sound[:length], (0, max(0, length - len(sound))))
    padded = np.pad(sound, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][: length // _HOP]
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    logs = np.log10(np.maximum(_filters() @ power.T.astype(np.float32), 1e-10))
    scaled: Frames = ((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
    return scaled
