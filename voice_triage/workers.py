"""Worker processes that end when the command does, however it ends: by a signal, an error, or killed."""

from __future__ import annotations

import atexit
import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from voice_triage.ending import ending_signals, signals_end

T = TypeVar("T")

GRACE_S = 2.0
"""How long a worker may take to tidy up; then it is killed."""


@contextlib.contextmanager
def workers(count: int, work: Callable[..., T], given: Iterable[tuple[Any, ...]]) -> Iterator[Iterator[T]]:
    """What ``work`` makes of each tuple, in order, in so many processes; none of them is left after it.

    ``work`` is ended by SystemExit; what tidies up at the end of a process does so then.
    """
    # Engines hold threads and C state that a fork would tear: spawn.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = concurrent.futures.ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
    try:
        with _ctrl_c_waits():
            results = pool.map(_Stoppable(work), given)
        yield results
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _end(set(multiprocessing.active_children()) - others)
        raise
    finally:
        pool.shutdown()


class _Stoppable:
    """The work in a worker, where what ends a piece of work ends the process, too."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work

    def __call__(self, given: tuple[Any, ...]) -> Any:
        try:
            with signals_end():
                return self._work(*given)
        except SystemExit as ended:
            # The pool would take it for a result and go on with the next piece.
            _leave(ended.code if isinstance(ended.code, int) else 1)


def _leave(status: int) -> None:
    """End this process as one that has come to its end does."""
    for one in ending_signals():
        signal.signal(one, signal.SIG_IGN)  # a second one must not tear it
    atexit._run_exitfuncs()
    os._exit(status)


@contextlib.contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Hold Ctrl-C back for a moment; processes begun meanwhile never get it.

    A terminal sends it to all of them, and one that is still importing would show a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In a new worker: the parent alone heeds Ctrl-C, and when it is gone the worker goes, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Between two pieces of work, too, where the pool would swallow a SystemExit.
    for number in ending_signals():
        signal.signal(number, lambda number, frame: _leave(128 + number))
    if parent := multiprocessing.parent_process():  # every worker has one
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def _end(processes: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """End them in order, and by force who does not."""
    children = list(processes)
    for one in children:
        one.terminate()
    until = time.monotonic() + GRACE_S
    for one in children:
        one.join(max(0.0, until - time.monotonic()))
    for one in children:
        if one.is_alive():
            one.kill()
    # Of two that wait for a process only one learns of its end, and the pool's own thread may be that one.
    until = time.monotonic() + GRACE_S
    while any(one.is_alive() for one in children) and time.monotonic() < until:
        time.sleep(0.01)
