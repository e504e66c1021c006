"""Keys as an alternative to speech: a typed line is taken like an utterance."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading


class Keys:
    """Reads lines from a terminal in a thread; where standard input is no terminal, nothing is read."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        try:
            terminal = sys.stdin is not None and sys.stdin.isatty()
        except ValueError:  # closed
            terminal = False
        if terminal:
            # A daemon: nothing can wake a thread out of reading, and it holds nothing.
            threading.Thread(target=self._read, name="keys", daemon=True).start()

    def line(self) -> str:
        """The next typed line, or "" when there is none."""
        try:
            return self._lines.get_nowait().strip()
        except queue.Empty:
            return ""

    def __enter__(self) -> Keys:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def _read(self) -> None:
        encoding = sys.stdin.encoding or "utf-8"
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone
            for line in sys.stdin.buffer:  # one wrong byte must not end all typing
                self._lines.put(line.decode(encoding, "replace"))
