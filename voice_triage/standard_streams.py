"""Standard input and output, whatever the locale says: no letter that is read or shown ends the program."""

from __future__ import annotations

import io
import sys


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
