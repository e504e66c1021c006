"""One direction of live sound each: device blocks on one side, int16[320] at 16 kHz on the other."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import Any

import numpy as np

from voice_triage.audio.pace import Pace
from voice_triage.audio.portaudio import Backend, Kind, Samples, Stream, Want
from voice_triage.pcm import Pcm
from voice_triage.thresholds import BLOCK, RATE_HZ

STALL_S = 0.75
"""A device that has asked for nothing this long is lost, though it says it is active (a suspended one does).

One that has ended is known at once. At 0.25 s a busy machine lost its devices five times a minute.
"""

START_S = 1.5
"""How long a device may take to begin."""

HELD_S = 5.0
"""Microphone sound kept while the session is busy: an answer is not lost to a slow recogniser."""

AHEAD_BLOCKS = 4
"""Blocks kept ready for the loudspeaker: 80 ms of the session being late is not heard."""

MOST_BLOCKS = 50

MOST_PLAYED = 300
"""Device blocks of what was played that are kept for the echo canceller (6 s: more than the microphone's)."""

BEHIND_BLOCKS = 2
"""Blocks the reference waits for the microphone: callbacks are up to 20 ms apart from one another."""


class _Resampler:
    """int16 mono from one rate to another, without seams between blocks."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream: Any = None
        if from_hz != to_hz:
            import soxr

            self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16", quality="MQ")

    def take(self, pcm: Pcm) -> Pcm:
        return pcm if self._stream is None else np.asarray(self._stream.resample_chunk(pcm), np.int16)


class _Direction(ABC):
    """What the two have in common: a stream that may be lost and opened again."""

    kind: Kind

    def __init__(self, backend: Backend, want: Want) -> None:
        self.want = want
        self.troubles = 0
        """Times the device said that sound was lost between it and us."""
        self._backend = backend
        self._stream: Stream | None = None
        self._lock = threading.Condition()
        self._last_callback = 0.0
        self._pace = Pace(RATE_HZ)
        self.swallowed_s = 0.0
        """Sound the devices lost without a word, put back as silence."""

    @property
    def alive(self) -> bool:
        """False when it was never opened, has ended, or has gone quiet."""
        stream = self._stream
        return stream is not None and time.monotonic() - self._last_callback < STALL_S and stream.active

    def open(self) -> None:
        """Open or open again; Lacking when it cannot, OSError when it never begins."""
        self.close()
        self._clear()
        self._pace = Pace(RATE_HZ)
        began = time.monotonic()
        stream = self._backend.open(self.kind, self.want, self._callback)
        self._prepare(stream)
        with self._lock:
            going = self._lock.wait_for(lambda: self._last_callback > began, START_S)
        if not going:
            stream.close()
            raise OSError("the device does not begin")
        self._stream = stream

    def close(self) -> None:
        """Give the device back."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _callback(self, data: Samples, trouble: bool) -> None:
        with self._lock:
            self._last_callback = time.monotonic()
            self.troubles += trouble
            # Counted in 16 kHz samples, whatever the device's rate: a callback is always 20 ms.
            missing = self._pace.feed(BLOCK, self._last_callback)
            self.swallowed_s += missing / RATE_HZ
            self._pass(data, missing)
            self._lock.notify_all()

    @abstractmethod
    def _pass(self, data: Samples, missing: int) -> None:
        """Take or fill a device block, before which so many samples (16 kHz) were lost; under the lock."""

    @abstractmethod
    def _prepare(self, stream: Stream) -> None:
        """Take over the rate of a stream that was just opened."""

    @abstractmethod
    def _clear(self) -> None:
        """Drop what is held."""


class Microphone(_Direction):
    """Collects sound in the device's own thread, gives it out in blocks."""

    kind: Kind = "input"

    def __init__(self, backend: Backend, want: Want = None) -> None:
        super().__init__(backend, want)
        self.overruns = 0
        """Device blocks thrown away because nobody fetched them for five seconds."""
        self._chunks: deque[Samples] = deque()
        self._held = 0
        self._ready = np.zeros(0, np.int16)
        self._resampler = _Resampler(RATE_HZ, RATE_HZ)
        self._rate_hz = RATE_HZ

    def read(self, timeout_s: float) -> Pcm | None:
        """The next int16[320]; None when the device gave too little in that time."""
        deadline = time.monotonic() + timeout_s
        while len(self._ready) < BLOCK:
            with self._lock:
                if not self._chunks:
                    self._lock.wait_for(lambda: bool(self._chunks), max(0.0, deadline - time.monotonic()))
                chunks, self._held = list(self._chunks), 0
                self._chunks.clear()
            if not chunks:
                return None
            mono = [np.rint(chunk.mean(axis=1)).astype(np.int16) for chunk in chunks]
            self._ready = np.concatenate((self._ready, self._resampler.take(np.concatenate(mono))))
        block, self._ready = self._ready[:BLOCK], self._ready[BLOCK:]
        return block

    @property
    def waiting_s(self) -> float:
        """Sound recorded and not yet fetched."""
        return self._held / self._rate_hz + len(self._ready) / RATE_HZ

    def _pass(self, data: Samples, missing: int) -> None:
        if missing:
            lost = round(missing * self._rate_hz / RATE_HZ)
            self._chunks.append(np.zeros((lost, data.shape[1]), np.int16))
            self._held += lost
        self._chunks.append(data.copy())
        self._held += len(data)
        while self._held > HELD_S * self._rate_hz:
            self._held -= len(self._chunks.popleft())
            self.overruns += 1

    def _prepare(self, stream: Stream) -> None:
        self._rate_hz = stream.rate_hz
        self._resampler = _Resampler(stream.rate_hz, RATE_HZ)

    def _clear(self) -> None:
        with self._lock:
            self._chunks.clear()
            self._held = 0
        self._ready = np.zeros(0, np.int16)


class Loudspeaker(_Direction):
    """Takes blocks, feeds them to the device in its own thread, and can fall silent at once."""

    kind: Kind = "output"

    def __init__(self, backend: Backend, want: Want = None) -> None:
        super().__init__(backend, want)
        self.underruns = 0
        """Device blocks that went without sound while speech was under way."""
        self.overruns = 0
        """Blocks thrown away because a second of sound was waiting already."""
        self._queue: deque[Pcm] = deque()
        self._queued = 0
        self._sounding = False
        self._resampler = _Resampler(RATE_HZ, RATE_HZ)
        self._rate_hz = RATE_HZ
        self._latency_s = 0.0
        self._played: deque[Pcm] = deque(maxlen=MOST_PLAYED)
        self._reference = np.zeros(0, np.int16)
        self._back = _Resampler(RATE_HZ, RATE_HZ)

    def write(self, block: Pcm) -> None:
        """Hand over int16[320]. Silent blocks are where the two clocks are brought together again."""
        silent = not block.any()
        ahead = self._queued * RATE_HZ / self._rate_hz / BLOCK
        if (silent and ahead > AHEAD_BLOCKS + 1) or ahead > MOST_BLOCKS:
            self.overruns += not silent
            return
        pcm = self._resampler.take(block)
        repeats = 2 if silent and ahead < AHEAD_BLOCKS - 1 else 1
        with self._lock:
            for _ in range(repeats):
                self._queue.append(pcm)
                self._queued += len(pcm)
            self._sounding = not silent

    def cut(self) -> int:
        """Silence within about 10 ms; the count of samples (16 kHz) that were handed over and never heard."""
        with self._lock:
            unheard = self._queued / self._rate_hz + self._latency_s
        self._clear()
        stream = self._stream
        if stream is not None:
            self._forget_unplayed()
            self._last_callback = time.monotonic() + STALL_S  # starting again may take its time
            try:
                stream.restart()
            except OSError:
                self.close()
        return round(unheard * RATE_HZ)

    def _forget_unplayed(self) -> None:
        """What lay in the device's buffer when it was thrown away is no sound that can come back."""
        unplayed = round(self._latency_s * self._rate_hz)
        with self._lock:
            self._pace.unheard(round(self._latency_s * RATE_HZ))
            while unplayed and self._played:
                last = self._played.pop()
                if len(last) > unplayed:
                    self._played.append(last[: len(last) - unplayed])
                unplayed = max(0, unplayed - len(last))

    def reference(self, waiting_s: float = 0.0) -> Pcm:
        """The int16[320] that was going out when the next block of the microphone was recorded.

        What was really played, gaps of a busy session included, so that the echo's delay stands still;
        ``waiting_s`` is the microphone's backlog. Drifting clocks are brought together in the silences.
        """
        with self._lock:
            played = list(self._played)
            self._played.clear()
        if played:
            self._reference = np.concatenate((self._reference, self._back.take(np.concatenate(played))))
        behind = (len(self._reference) / RATE_HZ - waiting_s) * RATE_HZ / BLOCK
        if behind > BEHIND_BLOCKS + 2 and not self._reference[: 2 * BLOCK].any():
            self._reference = self._reference[BLOCK:]
        if len(self._reference) < BLOCK or (behind < 1 and not self._reference[:BLOCK].any()):
            self._reference = np.concatenate((np.zeros(BLOCK, np.int16), self._reference))
        block, self._reference = self._reference[:BLOCK], self._reference[BLOCK:]
        return block

    def _pass(self, data: Samples, missing: int) -> None:
        if missing:
            self._played.append(np.zeros(round(missing * self._rate_hz / RATE_HZ), np.int16))
        filled = 0
        while filled < len(data) and self._queue:
            first = self._queue[0]
            part = first[: len(data) - filled]
            data[filled : filled + len(part)] = part[:, None]
            filled += len(part)
            if len(part) == len(first):
                self._queue.popleft()
            else:
                self._queue[0] = first[len(part) :]
        self._queued -= filled
        data[filled:] = 0
        self.underruns += filled < len(data) and self._sounding
        self._played.append(data[:, 0].copy())

    def _prepare(self, stream: Stream) -> None:
        self._rate_hz, self._latency_s = stream.rate_hz, stream.latency_s
        self._resampler = _Resampler(RATE_HZ, stream.rate_hz)
        self._back = _Resampler(stream.rate_hz, RATE_HZ)

    def _clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._queued = 0
            self._sounding = False
