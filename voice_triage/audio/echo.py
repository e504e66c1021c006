"""Takes the assistant's own voice out of the microphone (WebRTC AEC3)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from voice_triage.audio.echo_path import without_echo
from voice_triage.pcm import Pcm
from voice_triage.thresholds import (
    ECHO_DITHER,
    ECHO_FLOOR_DBFS,
    ECHO_HOP,
    ECHO_KEPT_BLOCKS,
    ECHO_LATE,
    ECHO_LEARNED_FROM,
    ECHO_LOOKS,
    ECHO_MOST_DELAY,
    ECHO_PEAK,
    ECHO_PLAYED_RMS,
    ECHO_RINGS,
    ECHO_SILENT_RATIO,
    ECHO_SILENT_SAMPLES,
    ECHO_SOON,
    ECHO_SURE,
    ECHO_WINDOW,
    RATE_HZ,
)

LATE_BY = 128
"""Samples by which the canceller's output lags (8 ms): the untouched microphone is held back as much."""


class EchoDetector:
    """Tells whether what is played comes back at all: with headphones, or far apart, it does not."""

    def __init__(self) -> None:
        self.likeness = 0.0
        """Phase correlation of the microphone with what was played, at the best delay: 0 to 1."""
        self.absent = False
        """True once nothing comes back of what is played; an echo makes it False."""
        self._mic = np.zeros(ECHO_WINDOW, np.float32)
        self._far = np.zeros(ECHO_WINDOW, np.float32)
        self._fresh = 0
        self._clear_looks = 0
        self._needed = ECHO_SOON
        self._correlation = np.zeros(ECHO_MOST_DELAY)
        self._looks = 0

    def feed(self, mic: Pcm, far: Pcm) -> None:
        """Take one block of each."""
        self._mic = np.concatenate((self._mic[len(mic) :], mic.astype(np.float32)))
        self._far = np.concatenate((self._far[len(far) :], far.astype(np.float32)))
        self._fresh += len(mic)
        if self._fresh >= ECHO_HOP:
            self._fresh = 0
            self._judge()

    def _judge(self) -> None:
        # Only sound old enough to have come back counts.
        if self._silent():
            self.absent, self._needed = True, ECHO_SOON
        played = self._far[: ECHO_WINDOW - ECHO_MOST_DELAY]
        if np.mean(np.square(played)) < ECHO_PLAYED_RMS**2:
            return
        self._looks += 1
        weight = 1 / min(self._looks, ECHO_LOOKS)
        self._correlation += weight * (_phase_correlation(self._mic, played) - self._correlation)
        self.likeness = float(np.max(self._correlation))
        if self.likeness > ECHO_SURE:
            self.absent, self._needed = False, ECHO_LATE
        self._clear_looks = 0 if self.likeness > ECHO_PEAK else self._clear_looks + 1
        self.absent = self.absent or self._clear_looks >= self._needed

    def _silent(self) -> bool:
        """True when the microphone stays silent where an echo would have to be."""
        since = ECHO_WINDOW - 2 * ECHO_SILENT_SAMPLES
        level = _rms(self._far[since : since + ECHO_SILENT_SAMPLES])
        return level > ECHO_PLAYED_RMS and _rms(self._mic[since:]) < ECHO_SILENT_RATIO * level


def _rms(sound: npt.NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


def _phase_correlation(
    mic: npt.NDArray[np.float32], played: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """How much of the microphone is a copy of what was played, whatever its level, for each delay [8000]."""
    n = len(mic) + len(played)
    cross = np.fft.rfft(mic, n) * np.conj(np.fft.rfft(played, n))
    size = np.abs(cross)
    if not size.max() > 0:
        return np.zeros(ECHO_MOST_DELAY)
    return np.asarray(np.fft.irfft(cross / np.maximum(size, size.max() * 1e-9), n)[:ECHO_MOST_DELAY])


class EchoCanceller:
    """One instance for the whole session: what it has learned of the room is worth 15 dB. Not thread-safe."""

    def __init__(self, reference: Callable[[], Pcm] | None = None) -> None:
        """Live, ``reference`` tells what was really playing (LiveDevice.reference), in place of ``far``."""
        import pywebrtc_audio

        self.detector = EchoDetector()
        self._reference = reference
        self._aec = pywebrtc_audio.EchoCanceller(sample_rate=RATE_HZ, num_channels=1)
        random = np.random.default_rng(0)
        noise = random.standard_normal(ECHO_WINDOW) * 32768 * 10 ** (ECHO_FLOOR_DBFS / 20)
        self._floor = noise.astype(np.int16)
        # Numbers of the canceller's filter die away with the far-end into denormals: 2.9 ms a block, not 0.2.
        self._dither = random.integers(-ECHO_DITHER, ECHO_DITHER + 1, ECHO_WINDOW).astype(np.int16)
        self._at = 0
        self._quiet_for = ECHO_RINGS
        self._held = np.zeros(LATE_BY, np.int16)
        self._kept: deque[tuple[Pcm, Pcm]] = deque(maxlen=ECHO_KEPT_BLOCKS)

    def process(self, mic: Pcm, far: Pcm) -> Pcm:
        """The microphone without the echo of ``far``; both int16[n] of one moment, n a multiple of 160."""
        far = far if self._reference is None else self._reference()
        if mic.shape != far.shape or mic.ndim != 1 or len(mic) % 160:
            raise ValueError(f"blocks of {mic.shape} and {far.shape}: must be equal multiples of 160")
        self._kept.append((mic, far))
        self.detector.feed(mic, far)
        self._at = (self._at + len(mic)) % (ECHO_WINDOW - len(mic))
        sides = self._with(self._floor, mic), self._with(self._dither, far)
        cleaned = np.asarray(self._aec.process(*sides), np.int16)
        self._quiet_for = 0 if far.any() else self._quiet_for + len(far)
        # Where nothing comes back the canceller would only cut into the caller.
        untouched = np.concatenate((self._held, mic))
        self._held = untouched[len(mic) :]
        return untouched[: len(mic)] if self.detector.absent or self._quiet_for > ECHO_RINGS else cleaned

    def again(self, samples: int) -> Callable[[], Pcm]:
        """Return the work of hearing the last ``samples`` again, some 50 ms for each second played over.

        int16[samples], fewer where fewer were kept; to be done beside the loop, at any later time.
        """
        kept, wanted = list(self._kept), samples + ECHO_LEARNED_FROM
        far_away = self.detector.absent

        def work() -> Pcm:
            mic, far = (np.concatenate(side)[-wanted:] for side in zip(*kept, strict=True))
            return (mic if far_away else without_echo(mic, far))[-samples:]

        return work

    def _with(self, noise: Pcm, sound: Pcm) -> Pcm:
        noisy = sound.astype(np.int32) + noise[self._at : self._at + len(sound)]
        return np.asarray(np.clip(noisy, -32768, 32767), np.int16)
