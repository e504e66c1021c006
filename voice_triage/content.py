"""Reading rows of content files strictly: a mistake names file, row, key and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

from voice_triage.errors import BadContent

MAX_NUMBER = 1e9
"""Hours or years beyond this are a mistake; infinity and NaN are beyond it as well."""


def suggestion(word: object, allowed: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest allowed word, or the list of what is allowed."""
    names = list(allowed)
    near = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; allowed: {', '.join(names)}" if len(names) <= 60 else ""


class Row:
    """One mapping of a content file; each reader refuses what is not allowed. Raises BadContent."""

    def __init__(self, data: object, place: str, keys: Collection[str] | None) -> None:
        """``keys``: those allowed; None: any words."""
        self.place = place
        if not isinstance(data, dict):
            those = f" with the keys {', '.join(keys)}" if keys else ""
            self.refuse(f"must be a mapping{those}, not {kind(data)}")
        self.data: Mapping[Any, Any] = data
        for key in data:
            if keys is None and not isinstance(key, str):
                self.refuse(f"the key {quoted(key)} must be a word")
            if keys is not None and key not in keys:
                self.refuse(f"unknown key {quoted(key)}{suggestion(key, keys)}")

    def refuse(self, why: str) -> NoReturn:
        """Raise BadContent with the place of this row."""
        raise BadContent(f"{self.place}: {why}")

    def word(self, key: str, default: str | None = None) -> str:
        """Return the text under ``key``, not empty."""
        value = self.data.get(key, default)
        if value is None:
            self.refuse(f"the key '{key}' is missing")
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{key} must be text, not {kind(value)}")
        return value

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return the text under ``key``, one of ``allowed``."""
        value = self.word(key, default)
        if value not in allowed:
            self.refuse(f"unknown {key} {quoted(value)}{suggestion(value, allowed)}")
        return value

    def optional(self, key: str, allowed: Collection[str]) -> str | None:
        """Return the text under ``key``, one of ``allowed``, or None when the key is not there."""
        return self.choice(key, allowed) if key in self.data else None

    def flag(self, key: str) -> bool:
        """Return the true or false under ``key``; false when the key is not there."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key} must be true or false, not {kind(value)}")
        return value

    def rows(self, key: str) -> list[Any]:
        """Return the list under ``key``; empty when the key is not there."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.refuse(f"{key} must be a list, not {kind(value)}")
        return value

    def under(self, key: str, keys: Collection[str] | None) -> Row:
        """Return the mapping under ``key``, which must be there, as a row with these ``keys``."""
        if key not in self.data:
            self.refuse(f"the key '{key}' is missing")
        return Row(self.data[key], f"{self.place}: {key}", keys)

    def phrases(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return the list of phrases under ``key``, each word by word; it must be there and may be empty."""
        if key not in self.data:
            self.refuse(f"the key '{key}' is missing")
        for phrase in self.rows(key):
            if not isinstance(phrase, str) or not phrase.strip():
                self.refuse(f"{key} must list words, not {kind(phrase)}")
        return tuple(tuple(phrase.split()) for phrase in self.rows(key))

    def words(self, key: str) -> frozenset[str]:
        """Return the list of single words under ``key``; it must be there and may be empty."""
        phrases = self.phrases(key)
        for phrase in phrases:
            if len(phrase) > 1:
                self.refuse(f"{key} must list single words, not {quoted(' '.join(phrase))}")
        return frozenset(word for (word,) in phrases)

    def ids(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Return the list of ids under ``key`` (or the single one), each one of ``allowed``."""
        value = self.data.get(key, [])
        names = [value] if isinstance(value, str) else self.rows(key)
        for name in names:
            if not isinstance(name, str) or name not in allowed:
                self.refuse(f"{key} names an unknown id {quoted(name)}{suggestion(name, allowed)}")
        if len(set(names)) < len(names):
            self.refuse(f"{key} names the same id twice: {', '.join(names)}")
        return tuple(names)

    def amounts(self, key: str) -> dict[str, float]:
        """Return the words under ``key``, which must be there, with the number each stands for."""
        row = self.under(key, None)
        return {word: row.number(word) or 0 for word in row.data}

    def number(self, key: str) -> float | None:
        """Return the finite number, 0 or more, under ``key``, or None when the key is not there."""
        value = self.data.get(key)
        if value is None and key not in self.data:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"{key} must be a number, not {kind(value)}")
        if not 0 <= value <= MAX_NUMBER:
            self.refuse(f"{key} must be 0 or more and finite, not {kind(value)}")
        return value


def kind(value: object) -> str:
    """Return the plain name of what ``value`` is, for messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return quoted(value) if value.strip() else "empty text"
    return quoted(value)[1:-1]


def quoted(value: object) -> str:
    """Return ``value`` in quotes on one line: control characters escaped, cut after 60 characters."""
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits
        text = "a huge number"
    text = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:60])
    return f"'{text}'"
