"""The decision on single cases: the vignettes of tests/triage/, the JSON form, the mutants."""

from __future__ import annotations

import copy
import importlib.machinery
import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage_table import Vignette, load_vignettes

from voice_triage import strict_yaml, triage
from voice_triage.errors import BadInput
from voice_triage.protocol import FOLDER, Protocol
from voice_triage.triage import Case

PROTOCOL = Protocol.load()
VIGNETTES = load_vignettes()
MUTATE = Path(__file__).parent.parent / "scripts" / "mutate"


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette.id)
def test_vignette_is_decided_as_written(vignette: Vignette) -> None:
    assert list(vignette.failures(PROTOCOL)) == []


def test_every_concept_stands_in_some_vignette() -> None:
    named = {concept for vignette in VIGNETTES for concept in vignette.case["findings"]}

    assert set(PROTOCOL.concepts) - named == set()


@pytest.fixture(scope="module")
def mutate() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("mutate", str(MUTATE))
    spec = importlib.util.spec_from_loader("mutate", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_every_broken_guard_in_the_code_is_noticed_by_a_vignette(mutate: ModuleType) -> None:
    assert [name for name, catcher in mutate.code_outcomes() if catcher is None] == []


def test_every_broken_table_is_noticed_by_a_vignette(mutate: ModuleType) -> None:
    """A row, guard or part of a condition that can go unnoticed is one that no vignette exercises."""
    data, table = strict_yaml.load(FOLDER / "red_dots.yaml"), list(VIGNETTES)

    survived = [name for name, mutant in mutate.mutants(data) if mutate.caught_by(mutant, table) is None]

    assert survived == []


def test_that_a_sign_is_absent_says_nothing_of_what_it_implies() -> None:
    """ "Not again and again" is no word that nobody felt sick: a row that wants that absent must not hold."""
    data = copy.deepcopy(strict_yaml.load(FOLDER / "red_dots.yaml"))
    rule = {"id": "x", "level": "routine", "when": {"absent": "vomiting"}, "source": "rash_article"}
    data["rules"].append(rule)
    protocol = Protocol.from_data(data, "test")

    assert triage.assess(protocol, Case(findings={"vomiting": "absent"})).level == "routine"
    assert triage.assess(protocol, Case(findings={"frequent_vomiting": "absent"})).level == "self_care"


def test_case_from_json_takes_everything() -> None:
    case = triage.case_from_json(
        PROTOCOL,
        {"age_months": 18, "patient": "child", "findings": {"fever": "present"}, "duration_hours": 24},
    )

    assert case == triage.Case(1.5, "child", {"fever": "present"}, 24.0)


def test_case_from_json_takes_nulls_as_not_known() -> None:
    case = triage.case_from_json(
        PROTOCOL,
        {"age_years": None, "age_months": None, "patient": None, "findings": {}, "duration_hours": None},
    )

    assert case == triage.Case()


@pytest.mark.parametrize(
    "years, months, age", [(0, 8, 8 / 12), (4, 3, 4.25), (4, 51, 4.25), (1, 12, 1), (0.5, 6, 0.5)]
)
def test_case_from_json_takes_both_ages_where_they_agree(years: float, months: float, age: float) -> None:
    case = triage.case_from_json(PROTOCOL, {"findings": {}, "age_years": years, "age_months": months})

    assert case.age_years == age


BAD_CASES = {
    "no object": ([], "a list"),
    "text": ("fever", "'fever'"),
    "no findings": ({"age_years": 4}, "findings"),
    "unknown key": ({"findings": {}, "agee_years": 4}, "did you mean 'age_years'"),
    "unknown concept": (
        {"findings": {"feverr": "present"}},
        "unknown concept 'feverr'; did you mean 'fever'",
    ),
    "unknown status": ({"findings": {"fever": "yes"}}, "present, absent, unsure"),
    "status null": ({"findings": {"fever": None}}, "present, absent, unsure"),
    "status list": ({"findings": {"fever": ["present"]}}, "a list"),
    "status bool": ({"findings": {"fever": True}}, "truth value"),
    "findings list": ({"findings": ["fever"]}, "a list"),
    "findings null": ({"findings": None}, "nothing"),
    "age text": ({"findings": {}, "age_years": "4"}, "age_years must be a number"),
    "age bool": ({"findings": {}, "age_years": True}, "age_years must be a number"),
    "age negative": ({"findings": {}, "age_years": -1}, "0 or more"),
    "age NaN": ({"findings": {}, "age_years": math.nan}, "finite"),
    "age infinite": ({"findings": {}, "age_years": math.inf}, "finite"),
    "age huge": ({"findings": {}, "age_years": 10**400}, "finite"),
    "age 131": ({"findings": {}, "age_years": 131}, "at most 130"),
    "months negative": ({"findings": {}, "age_months": -0.5}, "0 or more"),
    "ages that differ": ({"findings": {}, "age_years": 4, "age_months": 12}, "contradict each other"),
    "duration list": ({"findings": {}, "duration_hours": [1]}, "duration_hours must be a number"),
    "duration NaN": ({"findings": {}, "duration_hours": math.nan}, "finite"),
    "duration negative": ({"findings": {}, "duration_hours": -3}, "0 or more"),
    "duration huge": ({"findings": {}, "duration_hours": 10**5000}, "finite, not a huge number"),
    "patient unknown": ({"findings": {}, "patient": "dog"}, "self, child, other"),
    "patient list": ({"findings": {}, "patient": ["self"]}, "self, child, other"),
}


@pytest.mark.parametrize("data, said", BAD_CASES.values(), ids=BAD_CASES)
def test_bad_case_is_refused_in_one_line(data: object, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        triage.case_from_json(PROTOCOL, data)

    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
odd_cases = st.fixed_dictionaries(
    {"findings": st.dictionaries(st.sampled_from([*PROTOCOL.concepts, "x"]), json_values, max_size=3)},
    optional={key: json_values for key in ("age_years", "age_months", "patient", "duration_hours", "other")},
)


@given(json_values | odd_cases)
def test_any_json_gives_a_case_or_bad_input(data: object) -> None:
    try:
        case = triage.case_from_json(PROTOCOL, data)
    except BadInput as error:
        assert "\n" not in str(error)
    else:
        assert triage.assess(PROTOCOL, case).level in ("self_care", "routine", "urgent", "emergency")


def test_decision_to_json_has_the_contracts_form() -> None:
    decision = triage.assess(PROTOCOL, triage.Case(4, "child", {"non_blanching_rash": "present"}, 24))

    shown = triage.decision_to_json(decision)

    assert list(shown) == ["level", "action", "reasons", "patterns", "missing"]
    assert shown["level"] == "emergency" and shown["action"] == "call"
    assert shown["reasons"] == ["non_blanching_rash"] and shown["patterns"][0] == "petechiae"
    assert "stiff_neck" in shown["missing"] and "non_blanching_rash" not in shown["missing"]


def test_missing_is_in_asking_order() -> None:
    asked = [name for question in PROTOCOL.questions for name in question.asks_for]
    missing = triage.assess(PROTOCOL, triage.Case()).missing

    positions = [asked.index(name) for name in missing if name in asked]

    assert positions == sorted(positions) and missing[0] == "difficulty_breathing"
