"""Levels and forms of sound inside: int16 samples, mono, 16 kHz."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from voice_triage.thresholds import RATE_HZ

Pcm = npt.NDArray[np.int16]
"""Mono sound, one int16 a sample, 16 kHz unless a rate is named."""

FULL_SCALE = 32768.0
FRAME = 160
"""Samples in the frames that levels are measured over (10 ms)."""


def silence(seconds: float) -> Pcm:
    """So many seconds of nothing."""
    return np.zeros(max(0, round(seconds * RATE_HZ)), np.int16)


def from_float(samples: npt.NDArray[np.floating]) -> Pcm:
    """Samples of -1 to 1 as int16, clipped, never wrapped round."""
    return np.asarray(np.clip(np.rint(samples * FULL_SCALE), -32768, 32767), np.int16)


def to_float(pcm: Pcm) -> npt.NDArray[np.float32]:
    """The same sound as float32 of -1 to 1."""
    return pcm.astype(np.float32) / np.float32(FULL_SCALE)


def rms_dbfs(pcm: Pcm) -> float:
    """Level of the whole in dB below full scale; -120 for nothing."""
    if not pcm.size:
        return -120.0
    power = float(np.mean(np.square(pcm.astype(np.float64) / FULL_SCALE)))
    return max(-120.0, 10 * np.log10(power)) if power > 0 else -120.0


def _loud_frames(pcm: Pcm, below_peak_db: float) -> npt.NDArray[np.bool_]:
    """Which 10 ms frames [n] are within so many dB of the loudest one."""
    whole = pcm[: len(pcm) // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME)
    power = np.mean(np.square(whole), axis=1)
    if not power.size or power.max() <= 0:
        return np.zeros(len(power), np.bool_)
    return np.asarray(power > power.max() * 10 ** (-below_peak_db / 10))


def active_dbfs(pcm: Pcm) -> float:
    """Level of the speech in it: RMS over the 10 ms frames within 40 dB of the loudest; -120 for nothing."""
    loud = _loud_frames(pcm, 40.0)
    if not loud.any():
        return rms_dbfs(pcm)
    return rms_dbfs(pcm[: len(loud) * FRAME].reshape(-1, FRAME)[loud].reshape(-1))


def at_level(pcm: Pcm, dbfs: float) -> Pcm:
    """The same speech at an active level; silence stays silence."""
    now = active_dbfs(pcm)
    return pcm if now <= -100 else from_float(to_float(pcm) * 10 ** ((dbfs - now) / 20))


def speech_bounds(pcm: Pcm) -> tuple[int, int]:
    """Index of the first sample that is speech and of the one after the last; (0, 0) for silence."""
    loud = np.flatnonzero(_loud_frames(pcm, 45.0))
    if not loud.size:
        return (0, 0) if not np.any(pcm) else (0, len(pcm))
    return int(loud[0]) * FRAME, (int(loud[-1]) + 1) * FRAME


def trim(pcm: Pcm, keep_s: float = 0.03) -> Pcm:
    """Without the silence at both ends, but for a rest that keeps soft consonants whole."""
    start, end = speech_bounds(pcm)
    keep = round(keep_s * RATE_HZ)
    return pcm[max(0, start - keep) : end + keep].copy()


def resampled(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.float32]:
    """Mono float samples taken from ``rate_hz`` to 16 kHz."""
    if rate_hz == RATE_HZ:
        return samples
    import soxr

    out: npt.NDArray[np.float32] = soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)
    return out


def decode(source: str | os.PathLike[str] | BinaryIO) -> Pcm:
    """Any sound file as 16 kHz mono; raises soundfile.SoundFileError, or ValueError for no or mad samples."""
    import soundfile

    source = str(source) if isinstance(source, Path) else source
    samples, rate_hz = soundfile.read(source, dtype="float32", always_2d=True)
    if not len(samples):
        raise ValueError("has no samples")
    mono = samples.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        raise ValueError("has samples that are not numbers (NaN or infinite)")
    return from_float(resampled(mono, rate_hz))
