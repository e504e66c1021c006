"""From a case to a decision, row by row of the protocol's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voice_triage.conditions import Verdict, judge
from voice_triage.messages import Action, Level, Status
from voice_triage.protocol import LEVELS, Exemption, Protocol, Rule
from voice_triage.triage.case import Case, Decision
from voice_triage.triage.facts import statuses_of
from voice_triage.triage.patterns import likely_patterns

CEILING_OF_DOUBT: Level = "urgent"
"""What an unsure finding can give at most: an emergency question answered "not sure" is urgent."""


@dataclass(frozen=True, slots=True)
class Met:
    """A row of the tables that holds, and the level it gives."""

    level: Level
    action: Action | None
    parts: tuple[str, ...]
    """The concepts that made it hold."""


def assess(protocol: Protocol, case: Case) -> Decision:
    """Decide how soon help is needed. Pure; what is not known changes nothing but ``missing``.

    Every row that holds gives its level and the highest wins. `unsure` is read as "possible": a row that
    holds only if an unsure finding is true gives its level too, but never more than urgent.
    """
    statuses = statuses_of(protocol, case)
    excused = {row.red_flag: row for row in protocol.exceptions if _excuses(row, statuses)}
    met = [*_red_flags(protocol, statuses, excused), *_rules(protocol, statuses)]
    level = max((row.level for row in met), key=LEVELS.index, default=LEVELS[0])
    decisive = [row for row in met if row.level == level]
    action: Action | None = None
    if level == "emergency":
        decisive.sort(key=lambda row: row.action != "call")  # stable: calls first
        action = decisive[0].action
    return Decision(
        level=level,
        action=action,
        reasons=_reasons(decisive, level),
        patterns=likely_patterns(protocol, statuses, excused),
        missing=_missing(protocol, case, statuses),
    )


def _excuses(row: Exemption, statuses: Mapping[str, Status]) -> bool:
    """True when the exception is known to hold and nothing against it is present or unsure."""
    if statuses.get(row.red_flag) not in ("present", "unsure"):
        return False
    if any(judge(part, statuses, possible=True).holds for part in row.without):
        return False
    return judge(row.when, statuses, possible=False).holds


def _red_flags(
    protocol: Protocol, statuses: Mapping[str, Status], excused: Mapping[str, Exemption]
) -> Iterator[Met]:
    """Yield a row for each red flag that is present or unsure."""
    for flag in protocol.red_flags.values():
        status = statuses.get(flag.id)
        if flag.id in excused:
            exemption = excused[flag.id]
            because = judge(exemption.when, statuses, possible=False).because
            concepts = tuple(name for name in because if name in protocol.concepts)
            yield Met(exemption.level, None, (flag.id, *concepts))
        elif status == "present":
            yield Met("emergency", flag.action, (flag.id,))
        elif status == "unsure":
            yield Met(CEILING_OF_DOUBT, None, (flag.id,))


def _rules(protocol: Protocol, statuses: Mapping[str, Status]) -> Iterator[Met]:
    """Yield a row for each rule that holds or may hold, but for those another one covers."""
    verdicts = {rule.id: _certainty(rule, statuses) for rule in protocol.rules}
    for rule in protocol.rules:
        level, verdict = verdicts[rule.id]
        if not verdict.holds or (
            rule.covered_by and verdicts[rule.covered_by][1].holds and verdicts[rule.covered_by][0] == level
        ):
            continue
        yield Met(level, rule.action if level == "emergency" else None, _specific(protocol, verdict.because))


def _certainty(rule: Rule, statuses: Mapping[str, Status]) -> tuple[Level, Verdict]:
    """Return the level given, lowered when only an unsure finding fulfils the rule, and the verdict."""
    certain = judge(rule.when, statuses, possible=False)
    if certain.holds or "unsure" not in statuses.values():
        return rule.level, certain
    doubtful = min(rule.level, CEILING_OF_DOUBT, key=LEVELS.index)
    return doubtful, judge(rule.when, statuses, possible=True)


def _specific(protocol: Protocol, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out concepts that another part implies: frequent vomiting says more than vomiting."""
    implied = {
        name for part in parts if part in protocol.concepts for name in protocol.concepts[part].implies
    }
    return tuple(dict.fromkeys(part for part in parts if part not in implied))


def _reasons(decisive: list[Met], level: Level) -> tuple[str, ...]:
    """Join the parts of each row; below emergency, without combinations that have a part enough alone."""
    alone = {row.parts[0] for row in decisive if len(row.parts) == 1}
    reasons = [
        "+".join(row.parts)
        for row in decisive
        if level == "emergency" or len(row.parts) == 1 or alone.isdisjoint(row.parts)
    ]
    return tuple(dict.fromkeys(reasons))


def _missing(protocol: Protocol, case: Case, statuses: Mapping[str, Status]) -> tuple[str, ...]:
    """Return the warning signs not yet known, in asking order, but for those of other age groups."""
    unknown = [name for name in protocol.warning_signs if name not in statuses]
    if case.age_years is None:
        return tuple(unknown)
    audiences = {name: protocol.concepts[name].audience for name in unknown}
    return tuple(name for name, group in audiences.items() if group is None or group in statuses)
