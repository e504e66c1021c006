"""Standard input and output, whatever the locale says: no letter that is read or shown ends the program.

An output that takes no more does, and is told from anything else that takes no more.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator

from voice_triage.errors import OutputGone


def show(line: str) -> None:
    """Write one line to standard output, at once. Raises OutputGone."""
    with _output():
        print(line, flush=True)


def flush() -> None:
    """Write what is still to be written. Raises OutputGone."""
    if sys.stdout:
        with _output():
            sys.stdout.flush()


def drop() -> None:
    """Let what cannot be written go, so that standard output closes without complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _output() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputGone(error) from None


def forgive_letters() -> None:
    r"""Show a letter that the output cannot as \xfc; take what the input cannot be as U+FFFD."""
    _set(sys.stdout, errors="backslashreplace")
    _set(sys.stdin, errors="replace")


def take_json_lines() -> None:
    """UTF-8 in and out, which is what JSON is.

    A byte that is none comes in as half a surrogate pair, which UTF-8 never is, so that its line can be told.
    """
    _set(sys.stdout, encoding="utf-8", errors="strict")
    _set(sys.stdin, encoding="utf-8", errors="surrogateescape")


def _set(stream: object, *, encoding: str | None = None, errors: str) -> None:
    # A program that is closed to the outside has none; a test may have put something else there.
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=errors)
