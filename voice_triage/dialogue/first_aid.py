"""What to do while waiting for help: ids of prompts, from the protocol's table."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.protocol import Protocol


def first_aid(protocol: Protocol, causes: Sequence[str], action: str | None) -> tuple[str, ...]:
    """Return the prompts for the most pressing of ``causes``: the table's order first."""
    for row in protocol.first_aid:
        if not set(row.causes).isdisjoint(causes):
            return row.do
    otherwise = action or "call"
    return next(row.do for row in protocol.first_aid if row.otherwise == otherwise)
