"""JSON lines in, JSON lines out: understanding and decision alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from voice_triage.content import quoted
from voice_triage.errors import BadInput


def each_line(
    lines: Iterable[str], work: Callable[[dict[str, Any]], dict[str, Any]], show: Callable[[str], None]
) -> None:
    """Show ``work`` of each JSON object, in order. Raises BadInput with the line's number."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if _halves(line):
            raise BadInput(f"line {number}: is not text in UTF-8")
        try:
            row = json.loads(line, object_pairs_hook=_no_key_twice, parse_int=_whole)
            if not isinstance(row, dict):
                raise BadInput("must be a JSON object, in braces")
            result = work(row)
        except json.JSONDecodeError as error:
            raise BadInput(f"line {number}: no JSON: {error.msg} at column {error.colno}") from None
        except RecursionError:
            raise BadInput(f"line {number}: nested too deeply") from None
        except BadInput as error:
            raise BadInput(f"line {number}: {error}") from None
        text = json.dumps(result, ensure_ascii=False)
        # Half a pair, "\ud800", is a JSON string that no file can hold: it leaves as it came.
        show(json.dumps(result) if _halves(text) else text)


def _whole(digits: str) -> int:
    """Read a whole number; Python refuses those of thousands of digits."""
    try:
        return int(digits)
    except ValueError:
        raise BadInput("a number of too many digits") from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: the last would win, and might be the milder one."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"the key {quoted(twice)} stands twice")
    return row


def _halves(text: str) -> bool:
    """True for half a surrogate pair in it: a byte that was no UTF-8 (`standard_streams.py`) or an escape."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)
