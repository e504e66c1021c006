"""The phrases that tell a value without a number, or what a number near them is about."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, apart


def marks(spots: Sequence[Spot[Phrase]], about: str) -> list[Spot[Phrase]]:
    """The words that tell what a number near them is about."""
    return [
        s for s in spots if (s.payload.kind, s.payload.name, s.payload.value) == ("value", "about", about)
    ]


def longest(spots: Sequence[Spot[Phrase]], name: str) -> list[Spot[Phrase]]:
    """The phrases of a kind of value, without those that share a word with a longer one."""
    found = [s for s in spots if s.payload.kind == "value" and s.payload.name == name]
    return apart(sorted(found, key=lambda s: s.start - s.end))
