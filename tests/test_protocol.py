"""The protocol file: what it holds, and that it is a file that can be read."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from voice_triage import strict_yaml
from voice_triage.dialogue import Dialogue, State
from voice_triage.dialogue.first_aid import first_aid
from voice_triage.errors import BadContent
from voice_triage.messages import GROWN_UP, Heard, Meaning, Value
from voice_triage.protocol import FOLDER, Protocol
from voice_triage.understanding import Interpreter
from voice_triage.understanding.grammar import load as load_grammar

DATA = strict_yaml.load(FOLDER / "red_dots.yaml")
PROTOCOL = Protocol.load()
WITH_SOURCES = (
    *PROTOCOL.red_flags.values(), *PROTOCOL.rules, *PROTOCOL.exceptions, *PROTOCOL.patterns.values(),
    *PROTOCOL.first_aid,
)  # fmt: skip

CALLS = """difficulty_breathing difficulty_speaking difficulty_swallowing facial_swelling seizure
    drowsy_or_unresponsive confusion stiff_neck light_sensitivity non_blanching_rash purpuric_rash
    mottled_or_blue_skin bulging_fontanelle unusual_cry""".split()
GOES = "whole_body_rash open_wounds no_urine".split()
OTHERS = """painful_rash eye_involvement mouth_involvement genital_involvement fever sweating rapid_heartbeat
    rapid_breathing lethargy chronic_condition recent_infection severe_headache vomiting
    frequent_vomiting cold_hands_feet leg_pain parental_concern not_feeding neck_pain frequent_diarrhea
    dizziness pinprick_dots pus warm_or_inflamed_skin sore_throat swollen_glands joint_pain
    unexplained_bruising nosebleeds persistent_spot changing_spot bleeding_spot blisters one_sided
    rough_rash new_medicine spreading_rash not_improving scaly_patches itch blanching_rash raised_bumps
    welts dry_skin rough_skin few_spots long_standing new_rash heat_or_sweating_exposure
    contact_exposure insect_exposure injury_or_scratching straining pregnancy darker_skin
    low_vision_no_helper face eyes mouth neck chest back abdomen arms armpits hands groin genitals
    buttocks thighs legs ankles feet whole_body""".split()
PATTERNS = """cherry_angioma petechiae meningitis_sepsis leukocytoclastic_vasculitis schamberg extravasation
    insect_bites rheumatic_fever melanoma heat_rash keratosis_pilaris contact_dermatitis atopic_dermatitis
    psoriasis rosacea chickenpox_shingles rubella scarlet_fever skin_infection medicine_reaction""".split()


def test_holds_every_id_of_the_specification() -> None:
    assert set(PROTOCOL.concepts) >= {*CALLS, *GOES, *OTHERS}
    assert {flag.id for flag in PROTOCOL.red_flags.values() if flag.action == "call"} == set(CALLS)
    assert {flag.id for flag in PROTOCOL.red_flags.values() if flag.action == "go"} == set(GOES)
    assert list(PROTOCOL.patterns) == PATTERNS


def test_every_row_has_a_source() -> None:
    assert all(row.source and set(row.source) <= set(PROTOCOL.sources) for row in WITH_SOURCES)


def test_every_source_is_used() -> None:
    assert {name for row in WITH_SOURCES for name in row.source} == set(PROTOCOL.sources)


def test_every_group_is_used() -> None:
    used = {concept.audience for concept in PROTOCOL.concepts.values()}
    for rule in (*PROTOCOL.rules, *PROTOCOL.exceptions):
        used |= set(rule.when.concepts())
    for pattern in PROTOCOL.patterns.values():
        for condition in (*pattern.points, *pattern.supports, *pattern.unless):
            used |= set(condition.concepts())

    assert set(PROTOCOL.groups) - used == set()


def test_warning_signs_are_what_can_make_it_urgent() -> None:
    """A sign of an urgent rule that is no warning sign would neither be missed nor end the exception."""
    raising = set(PROTOCOL.red_flags)
    for rule in PROTOCOL.rules:
        if rule.level in ("urgent", "emergency"):
            raising |= {name for name in rule.when.concepts() if name in PROTOCOL.concepts}
    describing = {"pinprick_dots", "itch", "vomiting", "long_standing"}
    risks = {"chronic_condition", "recent_infection"}

    assert raising - describing - risks == set(PROTOCOL.warning_signs)


def test_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PROTOCOL.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        PROTOCOL.red_flags["stiff_neck"] = None  # type: ignore[index]


def test_a_new_row_needs_no_python() -> None:
    data = copy.deepcopy(DATA)
    data["concepts"].append({"id": "tick_bite", "role": "sign", "warning": True})
    data["rules"].append({"id": "tick", "level": "routine", "when": "tick_bite", "source": "rash_article"})

    protocol = Protocol.from_data(data, "test")

    assert "tick_bite" in protocol.warning_signs and protocol.rules[-1].id == "tick"


def test_from_where_on_it_is_a_fever_stands_in_the_protocol() -> None:
    """38.0 C, in what is understood and in what is asked, and another number without any Python."""
    data = copy.deepcopy(DATA)
    next(one for one in data["concepts"] if one["id"] == "fever")["from_celsius"] = 39.0
    other = Protocol.from_data(data, "test")
    for protocol, degrees, status in (
        (PROTOCOL, 38.0, "present"), (PROTOCOL, 37.9, "absent"),
        (other, 38.9, "absent"), (other, 39.0, "present"),
    ):  # fmt: skip
        words, dialogue = f"it's {degrees}", Dialogue.at(protocol, State("fever"))
        heat = Value("temperature", "celsius", degrees, words)
        dialogue.handle(Heard(Meaning(words, values=(heat,))))
        meaning = Interpreter(load_grammar("en"), protocol=protocol).interpret(words, "fever")

        assert dialogue.findings["fever"].status == status
        assert [one.status for one in meaning.findings if one.concept == "fever"] == [status]


def test_one_age_makes_a_grown_up() -> None:
    assert PROTOCOL.groups["adult"].at_least == PROTOCOL.groups["baby_or_child"].under == GROWN_UP


def test_a_new_red_flag_needs_no_python_for_its_first_aid() -> None:
    data = copy.deepcopy(DATA)
    data["concepts"].append({"id": "tick_bite", "role": "red_flag", "warning": True})
    data["red_flags"].append({"id": "tick_bite", "action": "go", "source": "rash_article"})
    without = Protocol.from_data(data, "test")
    own = {"id": "tick", "causes": ["tick_bite"], "do": ["sit_up"], "source": "own_advice"}
    data["first_aid"].insert(0, own)

    protocol = Protocol.from_data(data, "test")

    assert first_aid(protocol, ("seizure", "tick_bite"), "call") == ("aid.sit_up",)
    assert first_aid(without, ("tick_bite",), "go")[0] == "aid.go_now"
    assert first_aid(without, ("tick_bite",), "call")[0] == "aid.say_sepsis"


def test_who_does_not_breathe_has_first_aid_of_the_table() -> None:
    """Before all that was announced, and with a source."""
    chest = first_aid(PROTOCOL, ("not_breathing", "difficulty_breathing"), "call")

    assert chest == ("aid.press_flat", "aid.press_hard", "aid.press_on")
    assert chest == PROTOCOL.first_aid[0].do and PROTOCOL.first_aid[0].source == ("british_red_cross",)


def test_unknown_protocol_names_the_known_ones() -> None:
    with pytest.raises(BadContent, match="red_dotz.yaml: there is no such protocol; did you mean 'red_dots'"):
        Protocol.load("red_dotz")


@pytest.mark.parametrize(
    "text, said",
    [
        ("concepts: []\nconcepts: []\n", "bad.yaml: line 2: the key 'concepts' stands here twice"),
        ("concepts: [\n", "bad.yaml: line 2"),
        ("- fever\n", "bad.yaml: must be a mapping"),
        ("a: &a [1]\nb: *a\n", "bad.yaml: line 2: aliases"),
        ("", "bad.yaml: must be a mapping with the keys protocol"),
    ],
    ids=["duplicate key", "broken", "list", "alias", "empty"],
)
def test_broken_file_is_refused_by_name(
    text: str, said: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    monkeypatch.setattr("voice_triage.protocol.FOLDER", tmp_path)

    with pytest.raises(BadContent, match=said):
        Protocol.load("bad")


def test_the_file_is_utf_8(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"protocol: \xff\n")
    monkeypatch.setattr("voice_triage.protocol.FOLDER", tmp_path)

    with pytest.raises(BadContent, match="bad.yaml: not a text file in UTF-8"):
        Protocol.load("bad")
