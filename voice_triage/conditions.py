"""The conditions that rows of the protocol are made of: what they look like and when they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from voice_triage.content import Row, kind, quoted, suggestion
from voice_triage.errors import BadContent

KEYS = ("all_of", "any_of", "at_least", "of", "absent", "not")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over the findings; ``kind`` is present, absent, all_of, any_of, at_least or not."""

    kind: str
    concept: str = ""
    """The concept or group that present and absent look at."""
    count: int = 0
    """How many of the parts at_least needs."""
    parts: tuple[Condition, ...] = ()

    def concepts(self) -> tuple[str, ...]:
        """Every concept or group named anywhere in this condition, in order."""
        own = (self.concept,) if self.concept else ()
        return own + tuple(name for part in self.parts for name in part.concepts())


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds, and the ids that made it hold, in the order of the row."""

    holds: bool
    because: tuple[str, ...] = ()


_FAILS = Verdict(False)


def judge(condition: Condition, statuses: Mapping[str, str], *, possible: bool) -> Verdict:
    """Judge ``condition``; with ``possible`` an `unsure` finding may be either way.

    What is not known (no key) fulfils neither present nor absent. `not` asks whether its part is
    established, so doubt leaves it fulfilled: it stands only in rows that it would otherwise lower.
    """
    if condition.kind in ("present", "absent"):
        status = statuses.get(condition.concept)
        holds = status == condition.kind or (possible and status == "unsure")
        if not holds:
            return _FAILS
        return Verdict(True, (condition.concept,) if condition.kind == "present" else ())
    if condition.kind == "not":
        return Verdict(not judge(condition.parts[0], statuses, possible=False).holds)
    held = [
        verdict for part in condition.parts if (verdict := judge(part, statuses, possible=possible)).holds
    ]
    needed = {"all_of": len(condition.parts), "any_of": 1}.get(condition.kind, condition.count)
    if len(held) < needed:
        return _FAILS
    return Verdict(True, tuple(name for verdict in held for name in verdict.because))


def parse_condition(data: object, place: str, known: Collection[str]) -> Condition:
    """Build a condition from a row's data. Raises BadContent naming ``place`` and what is allowed."""
    if isinstance(data, str):
        return Condition("present", _known(data, place, known))
    row = Row(data, place, KEYS)
    if "at_least" in row.data or "of" in row.data:
        return _counted(row, known)
    if len(row.data) != 1:
        row.refuse(f"a condition is an id or a mapping with one of {', '.join(KEYS)}")
    key, value = next(iter(row.data.items()))
    if key == "absent":
        return Condition("absent", _known(value, f"{place}: absent", known))
    if key == "not":
        return Condition("not", parts=(parse_condition(value, f"{place}: not", known),))
    return Condition(key, parts=_parts(row, key, known))


def _counted(row: Row, known: Collection[str]) -> Condition:
    """Build {at_least: n, of: [...]}."""
    parts = _parts(row, "of", known)
    count = row.data.get("at_least")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= len(parts):
        row.refuse(f"at_least must be a whole number from 1 to {len(parts)}, the length of its list")
    if len(row.data) != 2:
        row.refuse("at_least and of stand together and alone")
    return Condition("at_least", count=count, parts=parts)


def _parts(row: Row, key: str, known: Collection[str]) -> tuple[Condition, ...]:
    """Build the conditions in the list under ``key``, at least one."""
    parts = tuple(parse_condition(item, f"{row.place}: {key}", known) for item in row.rows(key))
    if not parts:
        row.refuse(f"{key} must be a list of conditions")
    return parts


def _known(name: object, place: str, known: Collection[str]) -> str:
    """Return ``name`` if it is a known concept or group."""
    if not isinstance(name, str):
        raise BadContent(f"{place}: must be the id of a concept, not {kind(name)}")
    if name not in known:
        raise BadContent(f"{place}: unknown concept {quoted(name)}{suggestion(name, known)}")
    return name
