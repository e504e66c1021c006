"""Notices sound that a device lost, by the clock."""

from __future__ import annotations

from collections import deque


class Pace:
    """Notices sound that a device swallowed (PortAudio does not say how much), by the clock.

    A microphone that loses 40 ms makes every echo come 40 ms early, which the echo canceller, unlike a late
    one, does not follow. Callbacks come late but never early, so the least lag of half a second is the truth.
    """

    WINDOW = 25
    GAP_S = 0.008
    DRIFT_S = 0.0002
    """What two good clocks may differ by in a window: followed, not mended."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._began: float | None = None
        self._counted = 0
        self._lags: deque[float] = deque(maxlen=self.WINDOW)
        self._usual: float | None = None

    def feed(self, samples: int, now_s: float) -> int:
        """Count a callback of so many samples; the count of samples that are missing before it."""
        if self._began is None:
            self._began = now_s
        self._counted += samples
        self._lags.append(now_s - self._began - self._counted / self._rate_hz)
        if len(self._lags) < self.WINDOW:
            return 0
        least = min(self._lags)
        if self._usual is None:
            self._usual = least
        gap_s = least - self._usual
        if gap_s < self.GAP_S:
            self._usual += min(gap_s, self.DRIFT_S / self.WINDOW)
            return 0
        missing = round(gap_s * self._rate_hz)
        self.unheard(-missing)
        return missing

    def unheard(self, samples: int) -> None:
        """Take back samples that were counted and thrown away by the device (or, negative, add some)."""
        self._counted -= samples
        self._lags.clear()
