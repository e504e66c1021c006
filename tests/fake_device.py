"""A sound device that is nowhere: opened, refused, lost and ticked by the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from voice_triage.errors import Lacking
from voice_triage.pcm import Pcm
from voice_triage.thresholds import BLOCK

SILENT = np.zeros(BLOCK, np.int16)


class FakeStream:
    """A device under the test's thumb: ``tick`` is one callback."""

    latency_s = 0.05

    def __init__(self, block: Callable[[Any, bool], None], rate_hz: int, channels: int) -> None:
        self.block, self.rate_hz, self.channels = block, rate_hz, channels
        self.active, self.closed, self.restarts = True, False, 0
        self.tick()

    def tick(self, samples: Pcm | None = None, trouble: bool = False) -> np.ndarray:
        data = np.zeros((self.rate_hz // 50, self.channels), np.int16)
        if samples is not None:
            data[:] = samples[:, None]
        self.block(data, trouble)
        return data

    def restart(self) -> None:
        self.restarts += 1

    def close(self) -> None:
        self.closed, self.active = True, False


class FakeBackend:
    """Opens fake streams, or refuses."""

    def __init__(self, rate_hz: int = 16000, channels: int = 1) -> None:
        self.form = (rate_hz, channels)
        self.opened: dict[str, list[FakeStream]] = {"input": [], "output": []}
        self.refuse: set[str] = set()
        self.refreshed = 0

    def open(self, kind: str, want: object, block: Callable[[Any, bool], None]) -> FakeStream:
        if kind in self.refuse:
            raise Lacking(f"no {kind}", "plug it in")
        # The first callback comes from the device's thread, after open has returned.
        stream = FakeStream.__new__(FakeStream)
        FakeStream.__init__(stream, block, *self.form)
        self.opened[kind].append(stream)
        return stream

    def refresh(self) -> None:
        self.refreshed += 1
