"""What the rash may be: the patterns that the findings point to, best fit first."""

from __future__ import annotations

from collections.abc import Mapping

from voice_triage.conditions import Condition, judge
from voice_triage.messages import Status
from voice_triage.protocol import Exemption, Pattern, Protocol


def likely_patterns(
    protocol: Protocol, statuses: Mapping[str, Status], excused: Mapping[str, Exemption]
) -> tuple[str, ...]:
    """Return the ids of the patterns with a pointer, by how many pointers hold, then in table order."""
    # An excused red flag points to what excused it, which comes first, and to nothing else.
    seen = {name: status for name, status in statuses.items() if name not in excused}
    first = [row.pattern for row in excused.values()]
    counts = {pattern.id: _count(pattern, seen) for pattern in protocol.patterns.values()}
    fitting = [name for name, count in counts.items() if count]
    fitting.sort(key=lambda name: -counts[name])  # stable: ties stay in table order
    return tuple(dict.fromkeys((*first, *fitting)))


def _count(pattern: Pattern, statuses: Mapping[str, Status]) -> int:
    """Return how many pointers hold; 0 when only supporting ones do or one speaks against it."""
    points = _holding(pattern.points, statuses)
    if not points or _holding(pattern.unless, statuses):
        return 0
    return points + _holding(pattern.supports, statuses)


def _holding(conditions: tuple[Condition, ...], statuses: Mapping[str, Status]) -> int:
    """Return how many of the conditions hold for certain."""
    return sum(judge(condition, statuses, possible=False).holds for condition in conditions)
