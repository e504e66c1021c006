"""Every mistake in the protocol file is refused by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from voice_triage import strict_yaml
from voice_triage.errors import BadContent
from voice_triage.protocol import FOLDER, Protocol

DATA = strict_yaml.load(FOLDER / "red_dots.yaml")
Change = Callable[[dict[str, Any]], object]


def row(data: dict[str, Any], section: str, name: str) -> dict[str, Any]:
    return next(item for item in data[section] if item["id"] == name)


MISTAKES: dict[str, tuple[Change, str]] = {
    "unknown section": (lambda d: d.update(rulez=[]), "x.yaml: unknown key 'rulez'; did you mean 'rules'"),
    "missing section": (lambda d: d.pop("rules"), "x.yaml: rules: the section is missing or empty"),
    "section no list": (lambda d: d.update(rules={}), "x.yaml: rules must be a list, not a mapping"),
    "no name": (lambda d: d.pop("protocol"), "x.yaml: the key 'protocol' is missing"),
    "sources a list": (lambda d: d.update(sources=[]), "x.yaml: sources: must be a mapping"),
    "source empty": (lambda d: d["sources"].update(nice_ng143=""), "nice_ng143 must be text, not empty text"),
    "row no mapping": (lambda d: d["rules"].append("fever"), "x.yaml: rules: row .*: must be a mapping"),
    "row without id": (lambda d: d["concepts"].append({"role": "sign"}), "the key 'id' is missing"),
    "id a number": (lambda d: d["concepts"].append({"id": 3, "role": "sign"}), "id must be text, not 3"),
    "concept twice": (
        lambda d: d["concepts"].append({"id": "fever", "role": "sign"}),
        "concepts: the id 'fever' stands here twice",
    ),
    "unknown key": (
        lambda d: row(d, "concepts", "fever").update(warnings=True),
        "x.yaml: concepts: fever: unknown key 'warnings'; did you mean 'warning'",
    ),
    "unknown role": (
        lambda d: row(d, "concepts", "fever").update(role="sing"),
        "concepts: fever: unknown role 'sing'; did you mean 'sign'",
    ),
    "warning a word": (
        lambda d: row(d, "concepts", "fever").update(warning="yes"),
        "concepts: fever: warning must be true or false, not 'yes'",
    ),
    "implies unknown": (
        lambda d: row(d, "concepts", "eyes").update(implies=["eye_involvment"]),
        "concepts: eyes: implies: unknown concept 'eye_involvment'; did you mean 'eye_involvement'",
    ),
    "implies a list in a list": (
        lambda d: row(d, "concepts", "eyes").update(implies=[["fever"]]),
        "concepts: eyes: implies: unknown concept",
    ),
    "implies itself": (
        lambda d: row(d, "concepts", "eyes").update(implies=["eyes"]),
        "concepts: eyes: implies 'eyes', which implies more",
    ),
    "denies unknown": (
        lambda d: row(d, "concepts", "whole_body").update(denies=["whole_body_rsh"]),
        "whole_body: denies: unknown concept 'whole_body_rsh'; did you mean 'whole_body_rash'",
    ),
    "denies what it does not imply": (
        lambda d: row(d, "concepts", "mouth").update(denies=["fever"]),
        "concepts: mouth: denies 'fever', which it does not imply",
    ),
    "unless unknown": (
        lambda d: row(d, "concepts", "long_standing").update(unless=["old_rash"]),
        "long_standing: unless: unknown concept 'old_rash'",
    ),
    "from_hours text": (
        lambda d: row(d, "concepts", "long_standing").update(from_hours="2 weeks"),
        "from_hours must be a number, not '2 weeks'",
    ),
    "from_hours negative": (
        lambda d: row(d, "concepts", "long_standing").update(from_hours=-1),
        "from_hours must be 0 or more",
    ),
    "no fever": (
        lambda d: row(d, "concepts", "fever").pop("from_celsius"),
        "concepts: exactly one must have 'from_celsius'",
    ),
    "two fevers": (
        lambda d: row(d, "concepts", "sweating").update(from_celsius=39),
        "concepts: exactly one must have 'from_celsius'",
    ),
    "for unknown group": (
        lambda d: row(d, "concepts", "no_urine").update({"for": "babies"}),
        "no_urine: for: unknown group 'babies'; did you mean 'baby'",
    ),
    "group without bounds": (lambda d: d["groups"].append({"id": "x"}), "needs one of under, over"),
    "group bound true": (
        lambda d: row(d, "groups", "adult").update(at_least=True),
        "groups: adult: at_least must be a number, not the truth value true",
    ),
    "group patient": (
        lambda d: row(d, "groups", "for_a_child").update(patient="kid"),
        "unknown patient 'kid'; allowed: self, child, other",
    ),
    "group named like a concept": (
        lambda d: d["groups"].append({"id": "fever", "under": 3}),
        "'fever' is a concept already",
    ),
    "flag unknown": (
        lambda d: row(d, "red_flags", "stiff_neck").update(id="stif_neck"),
        "red_flags: stif_neck: unknown id 'stif_neck'; did you mean 'stiff_neck'",
    ),
    "flag twice": (
        lambda d: d["red_flags"].append(row(d, "red_flags", "seizure")),
        "red_flags: the id 'seizure' stands here twice",
    ),
    "flag of another role": (
        lambda d: row(d, "red_flags", "seizure").update(id="fever"),
        "the concept 'fever' has the role sign, not red_flag",
    ),
    "flag without row": (
        lambda d: d["red_flags"].remove(row(d, "red_flags", "seizure")),
        "there is no row for 'seizure'",
    ),
    "unknown action": (
        lambda d: row(d, "red_flags", "seizure").update(action="phone"),
        "red_flags: seizure: unknown action 'phone'; allowed: call, go",
    ),
    "action null": (lambda d: row(d, "red_flags", "seizure").update(action=None), "'action' is missing"),
    "no source": (lambda d: row(d, "red_flags", "seizure").pop("source"), "the key 'source' is missing"),
    "unknown source": (
        lambda d: row(d, "red_flags", "seizure").update(source="rash_artikel"),
        "source names an unknown id 'rash_artikel'; did you mean 'rash_article'",
    ),
    "source twice": (
        lambda d: row(d, "red_flags", "seizure").update(source=["rash_article", "rash_article"]),
        "source names the same id twice",
    ),
    "unknown level": (
        lambda d: row(d, "rules", "fever_alone").update(level="urgnt"),
        "rules: fever_alone: unknown level 'urgnt'; did you mean 'urgent'",
    ),
    "rule of self care": (
        lambda d: row(d, "rules", "fever_alone").update(level="self_care"),
        "unknown level 'self_care'",
    ),
    "emergency without action": (
        lambda d: row(d, "rules", "fever_alone").update(level="emergency"),
        "rules: fever_alone: the key 'action' is missing",
    ),
    "action below emergency": (
        lambda d: row(d, "rules", "fever_alone").update(action="call"),
        "only an emergency has an action",
    ),
    "rule without when": (lambda d: row(d, "rules", "fever_alone").pop("when"), "the key 'when' is missing"),
    "unknown concept": (
        lambda d: row(d, "rules", "fever_alone").update(when="feever"),
        "rules: fever_alone: when: unknown concept 'feever'; did you mean 'fever'",
    ),
    "unknown concept deep down": (
        lambda d: row(d, "rules", "fever_alone").update(when={"all_of": [{"not": {"absent": "itsh"}}]}),
        "when: all_of: not: absent: unknown concept 'itsh'; did you mean 'itch'",
    ),
    "condition a number": (
        lambda d: row(d, "rules", "fever_alone").update(when=3),
        "when: must be a mapping",
    ),
    "condition unknown": (
        lambda d: row(d, "rules", "fever_alone").update(when={"anyof": ["fever"]}),
        "when: unknown key 'anyof'; did you mean 'any_of'",
    ),
    "condition empty": (
        lambda d: row(d, "rules", "fever_alone").update(when={"any_of": []}),
        "any_of must be a list of conditions",
    ),
    "condition no list": (
        lambda d: row(d, "rules", "fever_alone").update(when={"any_of": "fever"}),
        "any_of must be a list, not 'fever'",
    ),
    "two conditions in one": (
        lambda d: row(d, "rules", "fever_alone").update(when={"any_of": ["fever"], "not": "itch"}),
        "when: a condition is an id or a mapping with one of",
    ),
    "at_least too many": (
        lambda d: row(d, "rules", "fever_alone").update(when={"at_least": 2, "of": ["fever"]}),
        "at_least must be a whole number from 1 to 1",
    ),
    "at_least and more": (
        lambda d: row(d, "rules", "fever_alone").update(when={"at_least": 1, "of": ["fever"], "not": "itch"}),
        "at_least and of stand together and alone",
    ),
    "absent a list": (
        lambda d: row(d, "rules", "fever_alone").update(when={"absent": ["fever"]}),
        "when: absent: must be the id of a concept, not a list",
    ),
    "covered by nothing": (
        lambda d: row(d, "rules", "sepsis_sign_under_1").update(covered_by="two_sepsis_sign"),
        "covered_by 'two_sepsis_sign' is no other rule of its level; did you mean 'two_sepsis_signs'",
    ),
    "covered by a lower level": (
        lambda d: row(d, "rules", "sepsis_sign_under_1").update(covered_by="fever_alone"),
        "covered_by 'fever_alone' is no other rule of its level",
    ),
    "pattern without points": (lambda d: row(d, "patterns", "melanoma").pop("points"), "points must name"),
    "exception for no flag": (
        lambda d: row(d, "exceptions", "cherry_angioma").update(red_flag="fever"),
        "unknown red_flag 'fever'",
    ),
    "exception to no pattern": (
        lambda d: row(d, "exceptions", "cherry_angioma").update(pattern="cherry"),
        "unknown pattern 'cherry'",
    ),
    "exception without unknown": (
        lambda d: row(d, "exceptions", "cherry_angioma").update(without=["other_warning_sign"]),
        "without: unknown concept 'other_warning_sign'",
    ),
    "first aid for nothing": (
        lambda d: row(d, "first_aid", "shaking").update(causes=[]),
        "first_aid: shaking: causes must name what it is done for",
    ),
    "first aid for an unknown cause": (
        lambda d: row(d, "first_aid", "shaking").update(causes=["seizures"]),
        "first_aid: shaking: causes names an unknown id 'seizures'; did you mean 'seizure'",
    ),
    "first aid for a question that is no alarm": (
        lambda d: row(d, "first_aid", "unnamed").update(causes=["glass_test"]),
        "first_aid: unnamed: causes names an unknown id 'glass_test'",
    ),
    "first aid twice for a cause": (
        lambda d: row(d, "first_aid", "wounds").update(causes=["seizure"]),
        "first_aid: wounds: 'seizure' has a row already",
    ),
    "first aid of nothing": (
        lambda d: row(d, "first_aid", "shaking").update(do=[]),
        "first_aid: shaking: do must be a list of one to 5 ids of prompts under aid",
    ),
    "first aid too long to follow": (
        lambda d: row(d, "first_aid", "shaking").update(do=["sit_up"] * 6),
        "do must be a list of one to 5 ids",
    ),
    "nothing for who does not breathe": (
        lambda d: d["first_aid"].remove(row(d, "first_aid", "chest")),
        "first_aid: there is no row for 'not_breathing'",
    ),
    "no first aid for other causes": (
        lambda d: row(d, "first_aid", "going").pop("otherwise"),
        "first_aid: exactly one row must have 'otherwise: go'",
    ),
    "two first aids for other causes": (
        lambda d: row(d, "first_aid", "going").update(otherwise="call"),
        "first_aid: exactly one row must have 'otherwise: call'",
    ),
    "no mapping at all": (lambda d: d.clear(), "x.yaml: "),
}


@pytest.mark.parametrize("change, said", MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_refused_by_name(change: Change, said: str) -> None:
    data = copy.deepcopy(DATA)
    change(data)

    with pytest.raises(BadContent, match=said) as caught:
        Protocol.from_data(data, "x.yaml")

    assert "\n" not in str(caught.value) and "x.yaml" in str(caught.value)


def test_every_key_of_every_row_is_checked_for_type() -> None:
    """No value of a wrong type anywhere in the file gets through, or out as another error."""
    wrong: list[object] = [None, 3.5, {"a": 1}, [["fever"]], ""]
    tolerated = []
    for section in ("concepts", "groups", "red_flags", "rules", "exceptions", "patterns", "first_aid"):
        for index, item in enumerate(DATA[section]):
            for key in item:
                for value in wrong:
                    if isinstance(item[key], int | float) and value == 3.5:
                        continue
                    data = {**DATA, section: [*DATA[section]]}
                    data[section][index] = {**item, key: value}
                    try:
                        Protocol.from_data(data, "x.yaml")
                    except BadContent:
                        continue
                    tolerated.append((section, item["id"], key, value))

    assert tolerated == []
