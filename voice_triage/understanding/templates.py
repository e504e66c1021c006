"""Hassil templates to plain alternatives. docs/grammars.md is the manual of the syntax."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voice_triage.errors import BadContent

MAX_ALTERNATIVES = 40_000
"""A template that unfolds into more is split in two by its author."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A group of alternatives that stands alone between spaces; "" among them when it may be left out."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Parts of a template: one after another, or one of them."""

    items: tuple[str | _Group, ...]
    one_of: bool


@cache
def unfold(template: str, where: str) -> tuple[str, ...]:
    """All alternatives of a template; references to rules stay as <name>. Raises BadContent."""
    texts = dict.fromkeys(
        " ".join(text.split()) for text in _unfold(_parsed(template, where), where, template)
    )
    if "" in texts:
        raise BadContent(f"{where}: the template '{template}' matches nothing at all")
    return tuple(texts)


def sample(template: str, where: str, count: int, chooser: random.Random) -> tuple[str, ...]:
    """At most ``count`` alternatives of a template, however many there are. Raises BadContent."""
    expression = _parsed(template, where)
    texts = (" ".join(_pick(expression, chooser).split()) for _ in range(2 * count))
    return tuple(dict.fromkeys(text for text in texts if text))[:count]


def words(template: str, where: str) -> frozenset[str]:
    """Every word of a template, references to rules and lists included. Raises BadContent."""
    return frozenset(_words(_parsed(template, where)))


def _parsed(template: str, where: str) -> str | _Group:
    """A template as hassil reads it: texts, and groups of them. Raises BadContent."""
    from hassil import expression  # here: it takes a tenth of a second, and a kept grammar does without
    from hassil.errors import HassilError
    from hassil.parse_expression import parse_sentence
    from hassil.parser import ParseError

    def plain(item: Any) -> str | _Group:
        if isinstance(item, expression.RuleReference):
            return f"<{item.rule_name}>"
        if isinstance(item, expression.ListReference):
            return f"{{{item.list_name}}}"
        if isinstance(item, expression.TextChunk):
            return item.original_text
        if isinstance(item, expression.Permutation):
            raise BadContent(f"{where}: the template '{template}' uses ';', which is not taken here")
        return _Group(tuple(map(plain, item.items)), isinstance(item, expression.Alternative))

    try:
        return plain(parse_sentence(template).expression)
    except (HassilError, ParseError, ValueError, AssertionError) as error:
        raise BadContent(f"{where}: cannot read the template '{template}': {error}") from None


def _pick(item: str | _Group, chooser: random.Random) -> str:
    """One text of an expression, each of its alternatives as likely."""
    if isinstance(item, str):
        return item
    if item.one_of:
        return _pick(chooser.choice(item.items), chooser)
    return "".join(_pick(part, chooser) for part in item.items)


def _words(item: str | _Group) -> Iterator[str]:
    if isinstance(item, str):
        yield from item.split()
    else:
        for part in item.items:
            yield from _words(part)


def _unfold(item: str | _Group, where: str, template: str) -> list[str]:
    """The texts one expression stands for."""
    if isinstance(item, str):
        return [item]
    if item.one_of:
        return [text for part in item.items for text in _unfold(part, where, template)]
    texts = [""]
    for part in item.items:
        texts = [before + after for before in texts for after in _unfold(part, where, template)]
        if len(texts) > MAX_ALTERNATIVES:
            raise BadContent(f"{where}: '{template}' has more than {MAX_ALTERNATIVES} alternatives")
    return texts


@cache
def parts(template: str, where: str) -> tuple[tuple[str | Choice, ...], ...]:
    """A template for spotting: groups stay groups, unless a gap is inside or letters touch them."""
    whole = _parsed(template, where)
    items = (whole,) if isinstance(whole, str) or whole.one_of else whole.items
    rows: list[tuple[str | Choice, ...]] = [()]
    for number, item in enumerate(items):
        if isinstance(item, _Group) and item.one_of and not _touched(items, number):
            texts = tuple(dict.fromkeys(" ".join(t.split()) for t in _unfold(item, where, template)))
            plain = tuple(t for t in texts if "{" not in t)
            options: list[str | Choice] = [Choice(plain)] if plain else []
            options += [t for t in texts if "{" in t]
        else:
            options = list(_unfold(item, where, template))
        rows = [_joined(row, option) for row in rows for option in options]
        if len(rows) > MAX_ALTERNATIVES:
            raise BadContent(f"{where}: '{template}' has more than {MAX_ALTERNATIVES} alternatives")
    return tuple(rows)


def _joined(row: tuple[str | Choice, ...], option: str | Choice) -> tuple[str | Choice, ...]:
    """One part more; texts that follow one another are one text."""
    if row and isinstance(row[-1], str) and isinstance(option, str):
        return (*row[:-1], row[-1] + option)
    return (*row, option)


def _touched(items: tuple[str | _Group, ...], number: int) -> bool:
    """True when letters touch the group, as in (he|she)_is."""
    before = items[number - 1] if number else None
    after = items[number + 1] if number + 1 < len(items) else None
    return not (_spaced(before, -1) and _spaced(after, 0))


def _spaced(item: str | _Group | None, side: int) -> bool:
    """True when a neighbour of a group ends or begins with a space."""
    return item is None or (isinstance(item, str) and item[side].isspace())


class Rules:
    """The word classes of rules.yaml, each unfolded into plain word sequences."""

    def __init__(self, rows: Mapping[str, list[str]]) -> None:
        self._rows = rows
        self._members: dict[str, tuple[str, ...]] = {}

    def members(self, name: str, where: str, inside: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The plain phrases the rule stands for. Raises BadContent: unknown rule, rule inside itself."""
        if name in self._members:
            return self._members[name]
        if name not in self._rows:
            raise BadContent(f"{where}: there is no rule <{name}> in rules.yaml")
        if name in inside:
            raise BadContent(f"rules.yaml: <{name}> refers to itself")
        texts: dict[str, None] = {}
        for template in self._rows[name]:
            for text in unfold(template, f"rules.yaml: {name}"):
                texts.update(dict.fromkeys(self.fill(text, where, (*inside, name))))
        if len(texts) > MAX_ALTERNATIVES:
            raise BadContent(f"rules.yaml: <{name}> has more than {MAX_ALTERNATIVES} members")
        self._members[name] = tuple(texts)
        return self._members[name]

    def fill(self, text: str, where: str, inside: tuple[str, ...] = ()) -> list[str]:
        """Replace each <rule> in text by each of its members."""
        texts = [""]
        for word in text.split():
            options = self.members(word[1:-1], where, inside) if word[0] == "<" else (word,)
            texts = [f"{before} {after}".strip() for before in texts for after in options]
        return texts
