"""Noise that stays as it is (a fan, a kettle, rain) turned down, for a second look at the same sound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_triage.thresholds import DENOISE_FLOOR, DENOISE_SNR_DB

Floats = npt.NDArray[np.float32]

WINDOW, HOP = 512, 128
"""Samples of a frame (32 ms at 16 kHz), and from one to the next."""
SMOOTH = 0.7
"""Share of the frames before in the power of which the noise is taken."""
QUIETEST = 0.2
"""So many of the frames hold no speech: their loudest is the noise, at each frequency."""
MORE = 1.2
"""The noise is on average so much louder than that."""
MEMORY = 0.96
"""Weight of the frame before in the signal-to-noise ratio (Ephraim and Malah 1984, "decision directed"):
without it what is left of the noise tinkles."""


def noisy(sound: Floats) -> bool:
    """True when noise stands less than ``DENOISE_SNR_DB`` below the speech; ``sound`` float32[n], 16 kHz."""
    usable = len(sound) - len(sound) % HOP
    levels = np.mean(np.square(sound[:usable].reshape(-1, HOP)), axis=1)
    if not len(levels):
        return False
    quiet, loud = np.quantile(levels, (0.1, 0.95))
    return bool(loud < quiet * 10 ** (DENOISE_SNR_DB / 10)) if quiet > 0 else False


def cleaned(sound: Floats) -> Floats:
    """Return the sound with steady noise turned down by 6 dB at most; float32[n], 16 kHz, same length."""
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    padded = np.pad(sound, (WINDOW, WINDOW + HOP))
    starts = np.arange(0, len(padded) - WINDOW, HOP)
    spectra = np.fft.rfft(padded[starts[:, None] + np.arange(WINDOW)] * window, axis=1)
    power = np.square(np.abs(spectra))
    gains = _gains(power, _noise(power))
    frames = np.fft.irfft(spectra * gains, axis=1) * window
    out, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for start, frame in zip(starts, frames, strict=True):
        out[start : start + WINDOW] += frame
        weight[start : start + WINDOW] += window**2
    out /= np.maximum(weight, 1e-3)
    return out[WINDOW : WINDOW + len(sound)].astype(np.float32)


def _noise(power: Floats) -> Floats:
    """Power of the noise at each frequency."""
    smooth = power.copy()
    for at in range(1, len(smooth)):
        smooth[at] = SMOOTH * smooth[at - 1] + (1 - SMOOTH) * power[at]
    inner = smooth[WINDOW // HOP : -(WINDOW // HOP) - 1]
    quiet: Floats = MORE * np.quantile(inner if len(inner) else smooth, QUIETEST, axis=0) + 1e-9
    return quiet


def _gains(power: Floats, noise: Floats) -> Floats:
    """Wiener gains frame by frame."""
    ratio = power / noise
    gains, gain, last = np.empty_like(power), np.ones(power.shape[1]), ratio[0]
    for at, now in enumerate(ratio):
        prior = MEMORY * gain**2 * last + (1 - MEMORY) * np.maximum(now - 1, 0)
        gain, last = prior / (1 + prior), now
        gains[at] = np.maximum(gain, DENOISE_FLOOR)
    return gains
