"""A room in virtual time: a caller, noise and the assistant's echo, in place of sound devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import Pcm, from_float, speech_bounds, to_float
from voice_triage.thresholds import BLOCK, RATE_HZ

SPEECH_DBFS = -26.0
"""Usual level of speech at a microphone (ITU-T P.56); callers' voices are rendered at it."""

NOISE_S = 30
"""Length of the noise loops: long enough that no pattern is learned from them."""

REVERB_S = 0.25
"""Time in which the tail of the room falls by 60 dB."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Noise:
    """Sound that goes on all the time, looped."""

    pcm: Pcm
    snr_db: float
    """How far below the caller's speech it is."""


@dataclass(frozen=True, slots=True)
class Echo:
    """How much of the assistant's voice gets from the loudspeaker into the microphone."""

    delay_ms: float = 40.0
    gain_db: float = -10.0
    """Level at the microphone relative to the level it is played at."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where in the microphone's sound a caller's words lie, in samples."""

    start: int
    end: int
    """One after the last sample that is speech: latency is counted from here."""


def coloured_noise(kind: Literal["white", "pink"], seed: int = 0) -> Pcm:
    """Half a minute of seamless noise at -26 dBFS; the same seed gives the same noise."""
    n = NOISE_S * RATE_HZ
    white = np.random.default_rng(seed).standard_normal(n)
    if kind == "pink":
        spectrum = np.fft.rfft(white)
        # Flat below 50 Hz: rooms have no endless rumble, and it would eat the level.
        spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 50.0))
        white = np.fft.irfft(spectrum, n)
    return from_float(white / np.sqrt(np.mean(np.square(white))) * 10 ** (SPEECH_DBFS / 20))


class Room:
    """Gives, for each far-end block, the microphone block of the same moment; no real time passes."""

    def __init__(
        self,
        noise: Noise | None = None,
        echo: Echo | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self._position = 0
        self._speech: list[tuple[int, Pcm]] = []
        self._last = Spoken(0, 0)
        self._noise = _scaled_noise(noise, seed)
        self._echo = _EchoPath(echo, seed) if echo else None

    @property
    def position(self) -> int:
        """Samples of microphone sound given out so far."""
        return self._position

    @property
    def now_s(self) -> float:
        """The same in seconds."""
        return self._position / RATE_HZ

    @property
    def talking(self) -> bool:
        """True while words of the caller are still to come or being said."""
        return self._last.end > self._position

    def say(self, pcm: Pcm, delay_s: float = 0.0) -> Spoken:
        """Have the caller say int16[n], from now plus the delay; words said at the same time overlap."""
        at = self._position + max(0, round(delay_s * RATE_HZ))
        start, end = speech_bounds(pcm)
        self._speech.append((at, pcm))
        spoken = Spoken(at + start, at + end)
        if spoken.end >= self._last.end:
            self._last = spoken
        return spoken

    def exchange(self, far: Pcm) -> Pcm:
        """One block out, one block in: int16[320] each."""
        if far.shape != (BLOCK,):
            raise ValueError(f"far-end block of {far.shape}: must be {BLOCK} samples")
        mic = self._caller()
        if self._noise is not None:
            mic += np.take(self._noise, np.arange(self._position, self._position + BLOCK), mode="wrap")
        if self._echo is not None:
            mic += self._echo.heard(far)
        self._position += BLOCK
        return from_float(mic)

    def cut(self) -> None:
        """Nothing is held back between the player and the room."""

    def _caller(self) -> Floats:
        """The caller's part of the block [320] at the present position."""
        out = np.zeros(BLOCK, np.float32)
        here = self._position
        for at, pcm in self._speech:
            low, high = max(at, here), min(at + len(pcm), here + BLOCK)
            if low < high:
                out[low - here : high - here] += to_float(pcm[low - at : high - at])
        self._speech = [(at, pcm) for at, pcm in self._speech if at + len(pcm) > here + BLOCK]
        return out


def _scaled_noise(noise: Noise | None, seed: int) -> Floats | None:
    """The loop at its level, begun at a place the seed chooses; None for no noise."""
    if noise is None or not np.any(noise.pcm):
        return None
    loop = to_float(noise.pcm)
    level = 10 ** ((SPEECH_DBFS - noise.snr_db) / 20) / np.sqrt(np.mean(np.square(loop, dtype=np.float64)))
    return np.roll(loop, int(np.random.default_rng(seed).integers(len(loop)))) * np.float32(level)


class _EchoPath:
    """Loudspeaker, air and walls: a touch of distortion, a delay and a decaying tail, block by block."""

    DRIVE = 1.5
    """Gentle saturation of a small loudspeaker: what a purely linear canceller cannot undo."""

    def __init__(self, echo: Echo, seed: int) -> None:
        response = _impulse_response(echo, seed)
        self._size = int(2 ** np.ceil(np.log2(len(response) + BLOCK)))
        self._spectrum = np.fft.rfft(response, self._size)
        self._pending: npt.NDArray[np.float64] = np.zeros(self._size)
        self._silent_for = self._size

    def heard(self, far: Pcm) -> Floats:
        """The echo [320] at the microphone while ``far`` is played."""
        self._silent_for = 0 if np.any(far) else self._silent_for + BLOCK
        if self._silent_for > self._size:
            return np.zeros(BLOCK, np.float32)
        driven = np.tanh(self.DRIVE * to_float(far)) / self.DRIVE
        self._pending += np.fft.irfft(np.fft.rfft(driven, self._size) * self._spectrum, self._size)
        out = self._pending[:BLOCK].astype(np.float32)
        self._pending = np.concatenate((self._pending[BLOCK:], np.zeros(BLOCK)))
        return out


def _impulse_response(echo: Echo, seed: int) -> npt.NDArray[np.float64]:
    """Direct sound and a reverberant tail of equal energy [n], scaled to the echo's gain."""
    delay = max(0, round(echo.delay_ms / 1000 * RATE_HZ))
    tail_n = max(1, round(REVERB_S * RATE_HZ))
    decay = np.exp(-6.9 * np.arange(tail_n) / tail_n)
    tail = np.random.default_rng(seed + 1).standard_normal(tail_n) * decay
    tail[0] = 0.0
    energy = np.sqrt(np.sum(np.square(tail)))
    response = np.zeros(delay + tail_n)
    response[delay:] = tail / energy if energy > 0 else tail
    response[delay] = 1.0
    return np.asarray(response / np.sqrt(np.sum(np.square(response))) * 10 ** (echo.gain_db / 20))
