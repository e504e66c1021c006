"""The small checks of a scenario file's values; each names the file and the key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from voice_triage.errors import BadInput

_EMPTY = ", and nothing stands here (leave the key out)"
"""A key with nothing after it may be a line that was lost, and would then be an expectation unchecked."""


class Checks:
    """What the values of the file at ``path`` may be. Each raises BadInput where they are something else."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _fail(self, key: str, problem: str) -> NoReturn:
        raise BadInput(f"{self.path}: {key + ': ' if key else ''}{problem}")

    def _open_mapping(self, data: Any, key: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            self._fail(key, f"must be keys with values{_EMPTY if data is None else ''}")
        return {str(name): value for name, value in data.items()}

    def _mapping(self, data: Any, key: str, allowed: tuple[str, ...]) -> dict[str, Any]:
        row = self._open_mapping(data, key)
        for name in row:
            self._known(name, allowed, key, "key")
        return row

    def _known(self, name: str, allowed: Collection[str], key: str, what: str) -> None:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f" (allowed: {', '.join(sorted(allowed))})"
            self._fail(key, f"unknown {what} '{name}'{hint}")

    def _list(self, data: Any, key: str) -> list[Any]:
        if not isinstance(data, list):
            self._fail(key, f"must be a list{_EMPTY if data is None else ''}")
        return list(data)

    def _text(self, data: Any, key: str, *, empty: bool = False) -> str:
        if not isinstance(data, str):
            self._fail(key, f"must be text, not {data!r} (put it in quotes)")
        if not data.strip() and not empty:
            self._fail(key, "must not be empty")
        return str(data)

    def _number(self, data: Any, key: str, *, least: float, most: float = 1e9) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float) or not least <= data <= most:
            self._fail(key, f"must be a number from {least:g} to {most:g}, not {data!r}")
        return float(data)

    def _truth(self, data: Any, key: str) -> bool:
        if not isinstance(data, bool):
            self._fail(key, f"must be true or false, not {data!r}")
        return bool(data)

    def _choice(self, data: Any, key: str, allowed: tuple[str, ...]) -> str:
        if data not in allowed:
            self._fail(key, f"must be one of {', '.join(allowed)}, not {data!r}")
        return str(data)

    def _ids(self, data: Any, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        ids = tuple(self._text(one, key) for one in self._list(data, key))
        for one in ids:
            for part in one.split("+"):
                self._known(part, known, key, what)
        return ids

    def _patterns(self, data: Any, key: str) -> tuple[str, ...]:
        patterns = tuple(self._text(one, key) for one in self._list(data, key))
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                self._fail(key, f"'{pattern}' is no regular expression: {error}")
        return patterns

    def _file(self, data: Any, key: str) -> Path:
        path = self.path.parent / self._text(data, key)
        if not path.is_file():
            self._fail(key, f"no such file: {path}")
        return path
