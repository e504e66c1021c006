"""What a command says of itself where it would else be silent for longer than a moment."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

MOMENT_S = 2.0
READING = "reading the grammars anew, some seconds"


@contextlib.contextmanager
def told_if_long(what: str) -> Iterator[None]:
    """Say on the terminal what takes so long, once it has; in a pipe the line is kept for a mistake."""

    def tell() -> None:
        if sys.stderr and sys.stderr.isatty():
            with contextlib.suppress(OSError, ValueError):  # closed meanwhile
                print(f"voice-triage: {what}", file=sys.stderr, flush=True)

    timer = threading.Timer(MOMENT_S, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
