"""Keeps the sound libraries' own complaints off the user's terminal.

ALSA and PortAudio write to standard error from C whenever a device stumbles, through captions and screen
readers alike. What matters in it is found out and said by the device itself.
"""

from __future__ import annotations

import os
import re
import sys
import threading

NOISE = re.compile(rb"^(?:ALSA lib |Expression '|Cannot connect to server|jack server |JackShmReadWrite)")


class LibraryNoise:
    """While it is held, lines of ALSA, PortAudio and JACK vanish from standard error; all others pass."""

    def __init__(self) -> None:
        self._kept: int | None = None
        self._reader: threading.Thread | None = None

    def hold(self) -> None:
        """Put a sieve in front of standard error; does nothing where there is none."""
        if self._kept is not None:
            return
        try:
            sys.stderr.flush()
            self._kept = os.dup(2)
            source, sink = os.pipe()
            os.dup2(sink, 2)
            os.close(sink)
        except (OSError, ValueError, AttributeError):
            return
        arguments = (source, os.dup(self._kept))
        self._reader = threading.Thread(target=_sieve, args=arguments, name="library-noise", daemon=True)
        self._reader.start()

    def release(self) -> None:
        """Give standard error back; everything written before has been passed on by then."""
        kept, self._kept = self._kept, None
        if kept is None:
            return
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # a closed standard error has nothing to pass on
        os.dup2(kept, 2)
        os.close(kept)
        if self._reader is not None:
            # A child process may hold the other end open: then the thread ends with it.
            self._reader.join(timeout=0.5)


def _sieve(source: int, target: int) -> None:
    """Pass on every line that is not noise; an unfinished line passes as it is at the end."""
    rest = b""
    while part := os.read(source, 4096):
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if not NOISE.match(line):
                _write(target, line + b"\n")
    if rest and not NOISE.match(rest):
        _write(target, rest)
    os.close(source)
    os.close(target)


def _write(target: int, line: bytes) -> None:
    try:
        os.write(target, line)
    except OSError:
        pass  # nobody reads standard error any more
