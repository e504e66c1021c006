"""The assistant's side of the sound: queued segments, given out block by block, cut within one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_triage.pcm import Pcm, from_float, to_float
from voice_triage.thresholds import BLOCK, FADE_S, RATE_HZ

KNEE = 0.7
"""Peaks above this part of full scale are rounded off, so that "louder" never clips hard."""

CEILING = 0.99

QUIETEST, LOUDEST = 0.1, 4.0
"""How far the volume goes: however often "quieter" is said, an emergency must still be heard."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was taken out of the caller's ears."""

    segment: str
    """Id of the segment that was being heard."""
    heard: int
    """Samples of it that were heard before the fade."""
    length: int
    dropped: tuple[str, ...] = ()
    """Ids that had not begun."""


@dataclass(slots=True)
class _Segment:
    id: str
    pcm: Pcm
    position: int = 0


class Player:
    """A queue of PCM segments; ``next_block`` is the far-end signal, whatever plays it."""

    def __init__(self) -> None:
        self._queue: deque[_Segment] = deque()
        self._tail: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._volume = 1.0
        self._duck = 1.0
        self._gain = 1.0
        self._finished: list[str] = []
        self._over: npt.NDArray[np.float32] = np.zeros(0, np.float32)

    @property
    def playing(self) -> bool:
        """True while a segment is waiting or sounding (the fade after a cut does not count)."""
        return bool(self._queue)

    @property
    def segment(self) -> str | None:
        """Id of the segment that is next or sounding."""
        return self._queue[0].id if self._queue else None

    @property
    def volume(self) -> float:
        """Factor on everything played, ``QUIETEST`` to ``LOUDEST``; changes within one block."""
        return self._volume

    @volume.setter
    def volume(self, factor: float) -> None:
        self._volume = min(LOUDEST, max(QUIETEST, float(factor)))

    def duck(self, gain: float = 0.0) -> None:
        """Turn down while a voice is being confirmed; ``duck(1.0)`` turns up again."""
        self._duck = min(1.0, max(0.0, float(gain)))

    def say(self, pcm: Pcm, segment: str = "", pause_s: float = 0.0) -> None:
        """Queue int16[n], with so much silence after it; an empty one is finished at once in its turn."""
        if pause_s > 0:
            pcm = np.concatenate((pcm, np.zeros(round(pause_s * RATE_HZ), np.int16)))
        self._queue.append(_Segment(segment, np.asarray(pcm, np.int16)))

    def overlay(self, pcm: Pcm) -> None:
        """Play int16[n] from the next block on, over whatever is said: nothing waits for it."""
        self._over = to_float(pcm)

    def cut(self) -> Cut | None:
        """Drop the queue; the next block holds only a fade. None when nothing was playing."""
        # What follows is heard at full volume from its first sample, ducked or not.
        gain, self._duck, self._gain = self._gain, 1.0, self._volume
        self._over = np.zeros(0, np.float32)
        if not self._queue:
            return None
        first, *rest = self._queue
        if first.position:  # what has not begun needs no fade
            self._tail = self._faded(first, gain)
        self._queue.clear()
        return Cut(first.id, first.position, len(first.pcm), tuple(s.id for s in rest))

    def take_finished(self) -> tuple[str, ...]:
        """Ids of segments given out whole since the last call, in order."""
        finished, self._finished = tuple(self._finished), []
        return finished

    def next_block(self) -> Pcm:
        """The next int16[320] for the loudspeaker; zeros when there is nothing to say."""
        fade, self._tail = self._tail, np.zeros(0, np.float32)
        out = np.zeros(BLOCK, np.float32)
        filled = len(fade)
        while filled < BLOCK and self._queue:
            filled += self._take(out[filled:])
        self._drop_finished()
        target = self._volume * self._duck
        start = len(fade)
        out[start:] *= np.linspace(self._gain, target, BLOCK - start, dtype=np.float32)
        self._gain = target
        out[:start] = fade
        over, self._over = self._over[:BLOCK], self._over[BLOCK:]
        out[: len(over)] += over * np.float32(self._volume)
        return from_float(_limited(out))

    def _take(self, room: npt.NDArray[np.float32]) -> int:
        """Copy what fits of the first segment into ``room``; the count of samples."""
        self._drop_finished()
        if not self._queue:
            return 0
        first = self._queue[0]
        part = first.pcm[first.position : first.position + len(room)]
        room[: len(part)] = to_float(part)
        first.position += len(part)
        return len(part)

    def _drop_finished(self) -> None:
        while self._queue and self._queue[0].position >= len(self._queue[0].pcm):
            self._finished.append(self._queue.popleft().id)

    @staticmethod
    def _faded(segment: _Segment, gain: float) -> npt.NDArray[np.float32]:
        """What comes next of the segment [up to 320], falling to nothing."""
        n = min(BLOCK, max(0, round(FADE_S * RATE_HZ)))
        tail = to_float(segment.pcm[segment.position : segment.position + n]) * np.float32(gain)
        ramp = np.cos(np.linspace(0, np.pi / 2, n, dtype=np.float32)) ** 2
        return np.asarray(tail * ramp[: len(tail)], np.float32)


def _limited(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Peaks above the knee pressed under full scale; what is below it is untouched."""
    size = np.abs(samples)
    if not size.size or size.max() <= KNEE:
        return samples
    over = np.maximum(size - KNEE, 0)
    pressed = KNEE + (CEILING - KNEE) * np.tanh(over / (CEILING - KNEE))
    return np.where(size > KNEE, np.sign(samples) * pressed, samples).astype(np.float32)
