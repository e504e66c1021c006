"""Signals that end a command end it as Ctrl-C does: devices are given back, a summary is written."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_NAMES = ("SIGTERM", "SIGHUP")
"""SIGHUP: the terminal's window was closed. Windows has none."""


def ending_signals() -> list[int]:
    """The signals that end a command; one that is ignored from the start (nohup) stays ignored."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return [one for one in numbers if signal.getsignal(one) != signal.SIG_IGN]


@contextlib.contextmanager
def signals_end() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise SystemExit, with the status that a shell shows for them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = ending_signals()

    def end(number: int, frame: object) -> None:
        for one in heeded:
            signal.signal(one, signal.SIG_IGN)  # a second one must not tear the summary
        raise SystemExit(128 + number)

    before = {one: signal.signal(one, end) for one in heeded}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and the signals that end a command wait until what is done here is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", *_NAMES) if hasattr(signal, name)]
    heeded = [one for one in numbers if callable(signal.getsignal(one))]
    came: list[int] = []
    before = {one: signal.signal(one, lambda number, frame: came.append(number)) for one in heeded}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if came:  # not where what was done here failed: that is told
        signal.raise_signal(came[0])
