"""How much memory this process uses, and whether it grows."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from pathlib import Path

import numpy as np


def resident_mb() -> float:
    """Memory in use now; what Python or the allocator only hold back is given up first. Linux; else 0."""
    if sys.platform != "linux":
        return 0.0
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def growth_mb_per_hour(samples: list[tuple[float, float]]) -> float:
    """Slope of a line through (seconds, MB); 0 for fewer than three samples."""
    if len(samples) < 3:
        return 0.0
    seconds, megabytes = np.array(samples).T
    return float(np.polyfit(seconds, megabytes, 1)[0] * 3600)
