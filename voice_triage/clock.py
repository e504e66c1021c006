"""The time of a session, and the work it has done beside the loop.

Live, time passes by itself. In a replay it is counted in blocks, and the computing time of each
block is added, so that a latency read from a replay is one a person would have met.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from voice_triage.messages import Hypothesis
from voice_triage.thresholds import WORKERS

Work = Callable[[], Hypothesis]


class Clock(Protocol):
    """What a session asks of time; all values in seconds since the session began."""

    def tick(self, seconds: float) -> None:
        """One block of ``seconds`` begins."""

    def now_s(self) -> float:
        """The time now, with the computing done so far."""

    def start(self, work: Work) -> Callable[[], Hypothesis | None]:
        """Begin ``work`` beside the loop; the returned function gives its result once it is due.

        Where it fails the result is marked so, and ``failures`` gives the error.
        """

    def failures(self) -> list[Exception]:
        """What has failed of the work since the last time."""

    def pause(self, seconds: float) -> None:
        """Let a block of ``seconds`` pass of which no device keeps the time."""

    def close(self) -> None:
        """Let go of threads."""


class Failures:
    """Does work that may fail, and keeps what did."""

    def __init__(self) -> None:
        self._errors: queue.SimpleQueue[Exception] = queue.SimpleQueue()

    def done(self, work: Work) -> Hypothesis:
        """What the work gives; marked as failed where it raises, which is kept."""
        try:
            return work()
        except Exception as error:  # whatever a C library throws, the conversation goes on
            self._errors.put(error)
            return Hypothesis("", failed=True)

    def taken(self) -> list[Exception]:
        """What has failed since the last time."""
        return [self._errors.get() for _ in range(self._errors.qsize())]


class RealClock:
    """Wall time and ``WORKERS`` threads: a look at the whole must not wait for one at a part."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._failures = Failures()
        self._closed = False
        self._waiting: queue.SimpleQueue[tuple[Work, list[Hypothesis]] | None] = queue.SimpleQueue()
        for _ in range(WORKERS):  # daemons: an engine that hangs must not keep the program from ending
            threading.Thread(target=self._serve, name="second-opinion", daemon=True).start()

    def tick(self, seconds: float) -> None:
        """Nothing to do: real time passes by itself."""

    def now_s(self) -> float:
        """Seconds since the session began."""
        return time.monotonic() - self._began

    def start(self, work: Work) -> Callable[[], Hypothesis | None]:
        """Run ``work`` in a worker thread."""
        result: list[Hypothesis] = []
        self._waiting.put((work, result))
        return lambda: result[0] if result else None

    def failures(self) -> list[Exception]:
        """What has failed since the last time."""
        return self._failures.taken()

    def pause(self, seconds: float) -> None:
        """Wait so long."""
        time.sleep(seconds)

    def close(self) -> None:
        """Wait for nothing; a second opinion nobody needs any more may be lost."""
        self._closed = True
        for _ in range(WORKERS):
            self._waiting.put(None)

    def _serve(self) -> None:
        while (asked := self._waiting.get()) is not None and not self._closed:
            work, result = asked
            result.append(self._failures.done(work))


class VirtualClock:
    """Time counted in blocks. ``compute_s`` is all computing time so far, in CPU seconds.

    A block that takes longer to compute than it lasts makes the loop lag, as it would live; the
    lag is worked off in later blocks. CPU time is used, so that a busy machine changes nothing.
    """

    def __init__(self) -> None:
        self.compute_s = 0.0
        self._blocks_s = 0.0
        self._lag_s = 0.0
        self._block_s = 0.0
        self._mark = time.process_time()
        self._failures = Failures()

    def tick(self, seconds: float) -> None:
        """Close the block before and begin one of ``seconds``."""
        cost = self._cost()
        self.compute_s += cost
        self._lag_s = max(0.0, self._lag_s + cost - self._block_s)
        self._blocks_s += self._block_s
        self._block_s = seconds
        self._mark = time.process_time()

    def now_s(self) -> float:
        """The end of the current block, plus what computing has cost."""
        return self._blocks_s + self._block_s + self._lag_s + self._cost()

    def start(self, work: Work) -> Callable[[], Hypothesis | None]:
        """Do ``work`` now, but give its result only when it would have been ready on a second core."""
        asked_s, before = self.now_s(), time.process_time()
        result = self._failures.done(work)
        took_s = time.process_time() - before
        self.compute_s += took_s
        self._mark += took_s
        return lambda: result if self.now_s() >= asked_s + took_s else None

    def failures(self) -> list[Exception]:
        """What has failed since the last time."""
        return self._failures.taken()

    def pause(self, seconds: float) -> None:
        """Nothing to do: the blocks are counted."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _cost(self) -> float:
        return time.process_time() - self._mark
