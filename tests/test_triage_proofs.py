"""Proofs over the whole decision table: monotone, no red flag lost, nothing soothing lowers it.

The level is the highest of what the rows give, one by one (test_level_is_the_highest_of_its_rows checks that
this is so), so a property that holds of every row over all states of that row's concepts holds of every state
of the whole table: 4 to the power of 100 states are covered without walking them.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage.conditions import Condition
from voice_triage.messages import Status
from voice_triage.protocol import LEVELS, Protocol, Rule
from voice_triage.triage import Case, assess

FULL = Protocol.load()
BARE = dataclasses.replace(FULL, patterns={}, warning_signs=())
"""The same table without patterns and missing signs: neither has a say in the level, and it is quicker."""
STEPS: tuple[Status, ...] = ("absent", "unsure", "present")
"""No, not sure, yes: along these the level may never fall."""

DESCRIBING = [name for name, row in FULL.concepts.items() if row.role in ("describing", "location")]
RAISING = [name for name in FULL.concepts if name not in DESCRIBING] + ["pinprick_dots", "vomiting"]

AGES = (None, 0.5, 1.0, 6.0, 17.9, 18.0, 45.0, 65.0, 65.5, 90.0)
"""One from each class of age that any row tells apart, and the bounds."""
HOURS = (None, 24.0, 335.0, 336.0, 2000.0)
EXEMPT = {"non_blanching_rash": cast(Status, "present"), "long_standing": cast(Status, "present")}

BASES = {
    "nothing known": Case(),
    "baby": Case(0.5, "child", {}, 24.0),
    "child": Case(6.0, "child", {"itch": "absent"}, 24.0),
    "adult": Case(45.0, "self", {"itch": "absent"}, 24.0),
    "adult, for weeks": Case(45.0, "self", {}, 2000.0),
    "old": Case(70.0, "other", {}, 24.0),
    "long illness": Case(45.0, "self", {"chronic_condition": "present"}, 24.0),
    "cherry angioma": Case(45.0, "self", EXEMPT, 2000.0),
    "cherry angioma, glass unsure": Case(45.0, "self", {**EXEMPT, "non_blanching_rash": "unsure"}, 2000.0),
}
"""What the pairs are laid over."""


def rank(protocol: Protocol, case: Case) -> int:
    return LEVELS.index(assess(protocol, case).level)


def with_findings(case: Case, findings: dict[str, Status]) -> Case:
    return Case(case.age_years, case.patient, {**case.findings, **findings}, case.duration_hours)


def only(rule: Rule) -> Protocol:
    """The table with this one rule and nothing else."""
    alone = dataclasses.replace(rule, covered_by=None)
    return dataclasses.replace(BARE, rules=(alone,), red_flags={}, exceptions=())


def say(capsys: pytest.CaptureFixture[str], what: str, size: int, began: float) -> None:
    """Print the size and time of a proof, also when it passes."""
    with capsys.disabled():
        print(f"\n  proved: {what}: {size} cases in {time.perf_counter() - began:.1f} s", end="")


def atoms(condition: Condition, kind: str = "present") -> Iterator[tuple[str, str]]:
    """Yield the name of each concept in a condition and how it is looked at."""
    if condition.kind in ("present", "absent"):
        yield condition.concept, condition.kind if kind == "present" else "not"
    for part in condition.parts:
        yield from atoms(part, "not" if condition.kind == "not" else kind)


def test_no_row_wants_a_warning_sign_absent() -> None:
    """A row that held because a warning sign is not there would fall silent when it appears."""
    against = {
        name for rule in FULL.rules for name, kind in atoms(rule.when) if kind != "present"
    }  # fmt: skip

    assert against == {"itch", "long_standing"}


@pytest.mark.parametrize("rule", FULL.rules, ids=lambda rule: rule.id)
def test_rule_is_monotone_over_all_states_of_its_concepts(
    rule: Rule, capsys: pytest.CaptureFixture[str]
) -> None:
    protocol = only(rule)
    concepts = [name for name in dict.fromkeys(rule.when.concepts()) if name in FULL.concepts]
    raising = [name for name in concepts if name in RAISING]
    began, size = time.perf_counter(), 0
    timeless = not {"itch", "long_standing"} & set(concepts)
    bases = [Case(age, None, {}, hours) for age in AGES for hours in (HOURS[:1] if timeless else HOURS)]
    if not any(name in FULL.groups for name in rule.when.concepts()):
        bases = [base for base in bases if base.age_years is None]
    for base in bases:
        ranks: dict[tuple[Status | None, ...], int] = {}
        for state in itertools.product((None, *STEPS), repeat=len(concepts)):
            said = {name: status for name, status in zip(concepts, state, strict=True) if status is not None}
            ranks[state] = rank(protocol, with_findings(base, said))
        for state, before in ranks.items():
            for place in (concepts.index(name) for name in raising):
                status = state[place]
                if status in STEPS[:2]:
                    worse = STEPS[STEPS.index(status) + 1]
                    assert ranks[(*state[:place], worse, *state[place + 1 :])] >= before, (base, state)
        size += len(ranks)
    if size > 1000:
        say(capsys, f"{rule.id} is monotone", size, began)


def test_exception_ends_with_every_other_sign_alone_and_in_any_state() -> None:
    """Its `without` is a plain "none of these", so one by one is all there is to try."""
    (row,) = FULL.exceptions
    base = BASES["cherry angioma"]
    excluded = [part.concept for part in row.without if part.kind == "present"]

    assert all(part.kind in ("present", "absent") for part in row.without)
    assert {*FULL.warning_signs, "pinprick_dots", "vomiting"} - {row.red_flag} <= set(excluded)
    for name in excluded:
        levels = [assess(BARE, with_findings(base, {name: status})).level for status in STEPS]
        assert levels == ["routine", "emergency", "emergency"], name


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_monotone_over_all_pairs(base: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """No to unsure to yes on either of two signs, whatever the other is, never lowers the level."""
    began, size = time.perf_counter(), 0
    for first, second in itertools.combinations([name for name in RAISING if name not in base.findings], 2):
        grid = {
            (a, b): rank(BARE, with_findings(base, {first: STEPS[a], second: STEPS[b]}))
            for a in range(3)
            for b in range(3)
        }
        size += len(grid)
        for (a, b), level in grid.items():
            assert a == 2 or grid[a + 1, b] >= level, (first, STEPS[a], second, STEPS[b])
            assert b == 2 or grid[a, b + 1] >= level, (first, STEPS[a], second, STEPS[b])
    say(capsys, "monotone over all pairs", size, began)


@settings(max_examples=400, deadline=None)
@given(
    said=st.dictionaries(st.sampled_from(list(FULL.concepts)), st.sampled_from(STEPS), max_size=40),
    sign=st.sampled_from(RAISING),
    age=st.sampled_from(AGES),
    patient=st.sampled_from((None, "self", "child", "other")),
    hours=st.sampled_from(HOURS),
)
def test_monotone_in_any_state(
    said: dict[str, Status], sign: str, age: float | None, patient: str | None, hours: float | None
) -> None:
    """The same in crowded states, drawn at random: a check on the row-by-row argument."""
    case = Case(age, patient, said, hours)

    ranks = [rank(BARE, with_findings(case, {sign: status})) for status in STEPS]

    assert ranks == sorted(ranks)


def test_level_is_the_highest_of_its_rows() -> None:
    """What lets the proofs go row by row: no row changes what another gives."""
    tables = [only(rule) for rule in FULL.rules]
    tables.append(dataclasses.replace(BARE, rules=()))  # the red flags and the exception
    signs = ["fever", "sweating", "severe_headache", "painful_rash", "mouth_involvement", "stiff_neck"]
    signs += ["blisters", "non_blanching_rash"]
    for number, state in enumerate(itertools.product(STEPS, repeat=len(signs))):
        case = Case(
            45.0, None, dict(zip(signs, state, strict=True)), 2000.0 if state[0] == "absent" else 24.0
        )
        if number % 16 == 0 or state.count("absent") > 5:
            assert rank(BARE, case) == max(rank(table, case) for table in tables), case


@pytest.mark.parametrize("flag", FULL.red_flags)
def test_red_flag_is_an_emergency_whatever_else(flag: str) -> None:
    """One other finding of any kind and status, any age, patient and duration: the red flag stands."""
    others: list[dict[str, Status]] = [{}]
    others += [{name: status} for name in FULL.concepts if name != flag for status in STEPS]
    for base in BASES.values():
        for other in others:
            case = with_findings(base, {**other, flag: "present"})
            decision = assess(BARE, case)
            excused = flag == "non_blanching_rash" and case.age_years == 45.0 and decision.level == "routine"
            if not excused:
                assert decision.level == "emergency" and flag in decision.reasons, case
                assert decision.action == "call" or FULL.red_flags[flag].action == "go", case


@pytest.mark.parametrize("age", AGES)
def test_exception_holds_only_for_an_adult_after_weeks(age: float | None) -> None:
    """All ages, patients, durations and what was said of the duration."""
    statuses: tuple[Status | None, ...] = (None, *STEPS)
    for hours, patient in itertools.product(HOURS, (None, "self", "child", "other")):
        for lasting, new in itertools.product(statuses, statuses):
            said: dict[str, Status] = {"non_blanching_rash": "present"}
            said |= {"long_standing": lasting} if lasting else {}
            said |= {"new_rash": new} if new else {}
            weeks = lasting == "present" if hours is None else hours >= 336 and lasting in (None, "present")
            holds = age is not None and age >= 18 and patient != "child" and weeks and new in (None, "absent")

            level = assess(BARE, Case(age, patient, said, hours)).level

            assert level == ("routine" if holds else "emergency"), (age, patient, said, hours)


@pytest.mark.parametrize("base", [case for case in BASES.values() if "long_standing" not in case.findings])
def test_describing_never_lowers(base: Case) -> None:
    """Where the rash is, what it looks like and what came before never lower what a sign has raised."""
    # These two are what the specification lets count: not long-standing, and pinpricks that do not itch.
    words = [name for name in DESCRIBING if name not in ("long_standing", "itch")]
    for sign, status in itertools.product(RAISING, STEPS[1:]):
        case = with_findings(base, {sign: status})
        before = rank(BARE, case)
        for word, said in itertools.product(words, STEPS):
            if word not in case.findings:
                assert rank(BARE, with_findings(case, {word: said})) >= before, (case, word, said)


def test_not_known_changes_nothing_that_no_would_not() -> None:
    """A sign not yet asked about gives the same level as one that is not there, and is listed as missing."""
    for base in BASES.values():
        for sign in RAISING:
            bare = assess(FULL, base)
            denied = assess(FULL, with_findings(base, {sign: "absent"}))
            if sign not in base.findings:
                assert (bare.level, bare.reasons) == (denied.level, denied.reasons), (base, sign)
                assert sign not in denied.missing


def test_unsure_never_gives_an_emergency_and_never_vanishes() -> None:
    """Any pair of unsure signs: never more than urgent, and urgent where one of them alone would be."""
    urgent = set(FULL.red_flags) | {
        rule.when.concept for rule in FULL.rules if rule.level == "urgent" and rule.when.kind == "present"
    }
    for first, second in itertools.combinations(RAISING, 2):
        level = assess(BARE, Case(findings={first: "unsure", second: "unsure"})).level

        assert level != "emergency"
        assert level == "urgent" or not {first, second} & urgent, (first, second)


def test_self_care_only_if_nothing_else() -> None:
    """Everything denied, or only described, is home care; any one sign that stands alone is not."""
    alone = set(FULL.red_flags) | {rule.when.concept for rule in FULL.rules if rule.when.kind == "present"}
    denied: dict[str, Status] = dict.fromkeys(RAISING, "absent")
    described: dict[str, Status] = {
        name: "present" for name in DESCRIBING if name not in ("whole_body", "pinprick_dots")
    }  # fmt: skip

    assert assess(FULL, Case()).reasons == () and assess(FULL, Case()).level == "self_care"
    assert assess(FULL, Case(findings=denied)).level == "self_care"
    assert assess(FULL, Case(findings=described)).level == "self_care"
    for base in BASES.values():
        for sign, status in itertools.product(alone, ("unsure", "present")):
            assert assess(BARE, with_findings(base, {sign: cast(Status, status)})).level != "self_care"


def test_action_and_reasons_fit_the_level() -> None:
    """Every pair of signs: an emergency has an action, the rest none; only self care has no reasons."""
    for first, second in itertools.combinations(RAISING, 2):
        for statuses in itertools.product(STEPS[1:], repeat=2):
            decision = assess(BARE, Case(70.0, None, dict(zip((first, second), statuses, strict=True)), 24.0))

            assert (decision.action is not None) == (decision.level == "emergency")
            assert bool(decision.reasons) == (decision.level != "self_care")
            assert len(set(decision.reasons)) == len(decision.reasons)
