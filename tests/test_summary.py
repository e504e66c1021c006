"""The clinician's summary: everything said, with its words; the decision; no name; three formats."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from voice_triage import summary
from voice_triage.dialogue import Dialogue
from voice_triage.errors import BadInput, Lacking
from voice_triage.messages import Event, Finding, Heard, Meaning, Silence, Value
from voice_triage.protocol import Protocol
from voice_triage.wording import Wording

PROTOCOL = Protocol.load()
WORDING = Wording.load(country="US")
BEGAN = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)
OPENING = Heard(
    Meaning(
        "my daughter is four and has had a fever since yesterday",
        findings=(Finding("fever", "present", "a fever"),),
        values=(
            Value("patient", "", "child", "my daughter"),
            Value("age", "years", 4, "four"),
            Value("temperature", "celsius", 39.2, "thirty nine two"),
            Value("duration", "hours", 24, "since yesterday"),
        ),
    )
)
OPENING_WITHOUT_SIGNS = Heard(
    Meaning(
        "my daughter is four, since yesterday",
        values=(
            Value("patient", "", "child", "my daughter"),
            Value("age", "years", 4, "four"),
            Value("duration", "hours", 24, "since yesterday"),
        ),
    )
)
BREATHING = Heard(Meaning("x", findings=(Finding("difficulty_breathing", "present", "she can't *breathe*"),)))


def told(*events: Event) -> dict[str, Any]:
    dialogue = Dialogue(PROTOCOL)
    dialogue.start()
    for event in events:
        dialogue.handle(event)
    return summary.summary(dialogue, WORDING, BEGAN)


def test_an_emergency_with_the_words_that_said_it() -> None:
    found = told(OPENING, BREATHING)

    assert found["level"] == "emergency" and found["action"] == "call"
    assert found["red_flags"] == ["difficulty_breathing"]
    assert found["age"] == {"value": 4, "unit": "years", "words": "four"}
    assert found["began"] == "2026-11-23T09:30:00+00:00"
    assert {
        "concept": "difficulty_breathing",
        "called": "trouble breathing",
        "words": "she can't *breathe*",
    } in found["present"]
    assert found["advised"][0] == "Call 9 1 1 now."
    assert "stiff_neck" in found["not_known"]


def test_only_the_first_aid_that_was_given_was_advised() -> None:
    """A health record must not name five blows that nobody was told to give, nor leave out the chest."""
    stopped = told(OPENING, BREATHING, Heard(Meaning("stop", command="stop")))
    pressing = told(OPENING, BREATHING, Heard(Meaning("she isn't breathing", told=("not_breathing",))))
    withdrawn = told(OPENING, BREATHING, Heard(Meaning("no", answer="no")))
    sitting = told(OPENING, BREATHING, Heard(Meaning("yes", answer="yes")))

    assert stopped["advised"] == ["Call 9 1 1 now.", "Stay with your child."]
    assert pressing["advised"][:2] == stopped["advised"]
    assert [line[:10] for line in pressing["advised"][2:]] == ["Lay your c", "Press hard", "Do not sto"]
    assert sitting["advised"][:2] == stopped["advised"] and len(sitting["advised"]) == 7
    assert sitting["advised"][2].startswith("Let your child sit up")
    assert withdrawn["advised"] == [] and "## Advised\n\n- none" in summary.markdown(withdrawn)


def test_guidance_that_was_heard_is_advice_too() -> None:
    no = Heard(Meaning("no", answer="no"))
    fades = Heard(Meaning("they fade", findings=(Finding("blanching_rash", "present", "they fade"),)))
    page = Heard(Meaning("yes", answer="yes"))
    found = told(OPENING_WITHOUT_SIGNS, no, fades, *[no] * 16)
    more = told(OPENING_WITHOUT_SIGNS, no, fades, *[no] * 16, page)

    assert len(more["advised"]) > len(found["advised"])
    assert more["advised"][: len(found["advised"])] == found["advised"]


def test_warning_signs_not_known_are_called_as_those_said_to_be_absent() -> None:
    text = summary.markdown(told(OPENING))
    not_known = text.partition("## Warning signs not known\n")[2].partition("##")[0]

    assert "- spots that stay under a glass\n" in not_known and "- cold hands and feet\n" in not_known
    assert "non blanching rash" not in not_known


def test_what_was_not_answered_is_listed_as_unsure() -> None:
    found = told(OPENING, Silence(), Silence())

    assert "difficulty_breathing" in [row["concept"] for row in found["unsure"]]
    assert found["told"] is False and found["advised"] == []


def test_an_outcome_that_was_told_is_what_was_advised() -> None:
    no = Heard(Meaning("no", answer="no"))
    fades = Heard(Meaning("they fade", findings=(Finding("blanching_rash", "present", "they fade"),)))
    found = told(OPENING, no, fades, *[no] * 16)

    assert found["level"] == "urgent" and found["told"] is True
    assert found["advised"][0].startswith("Please contact a doctor")


def test_broken_off_before_the_danger_signs_it_calms_nobody() -> None:
    stopped = told(OPENING, Heard(Meaning("stop", command="stop")))
    for events in ((), (Heard(Meaning("my son")), Silence()), (OPENING_WITHOUT_SIGNS,)):
        found = told(*events)
        text = summary.markdown(found)

        assert (found["level"], found["reasons"], found["told"]) == ("urgent", ["unfinished"], False)
        assert "none of the warning signs" not in text and "none can be ruled out" in text
        assert "stiff_neck" in found["not_known"]
    assert stopped["level"] == "urgent" and stopped["told"] is True


def test_home_care_that_was_spoken_stands_in_the_summary() -> None:
    no = Heard(Meaning("no", answer="no"))
    fades = Heard(Meaning("they fade", findings=(Finding("blanching_rash", "present", "they fade"),)))
    found = told(OPENING_WITHOUT_SIGNS, no, fades, *[no] * 16)

    assert (found["level"], found["told"]) == ("self_care", True)
    assert "Reasons: none of the warning signs" in summary.markdown(found)


def test_markdown_escapes_what_the_caller_said(tmp_path: Path) -> None:
    summary.write(told(OPENING, BREATHING), tmp_path / "new" / "summary.md")
    text = (tmp_path / "new" / "summary.md").read_text()

    assert text.startswith("# Triage summary\n")
    assert r"she can't \*breathe\*" in text
    assert "Level: emergency (call)" in text
    assert "4 years" in text and "39.2 celsius" in text and "24 hours" in text


def test_json_holds_everything(tmp_path: Path) -> None:
    content = told(OPENING)
    summary.write(content, tmp_path / "summary.json")

    assert json.loads((tmp_path / "summary.json").read_text()) == content


def test_pdf_is_a_pdf_whatever_was_said(tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    odd = Heard(
        Meaning("x", findings=(Finding("itch", "present", "ça gratte \u2026 \u75d2 " + "long " * 80),))
    )
    summary.write(told(OPENING, odd), tmp_path / "summary.PDF")

    assert (tmp_path / "summary.PDF").read_bytes().startswith(b"%PDF-")


def test_pdf_without_its_library_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)

    with pytest.raises(Lacking, match=r"pip install -e '\.\[summary-pdf\]'"):
        summary.write(told(OPENING), tmp_path / "summary.pdf")
    with pytest.raises(Lacking):  # before the conversation begins
        summary.check_path(tmp_path / "summary.pdf")
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.md, \.json, \.pdf"):
        summary.write(told(), tmp_path / "summary.docx")
    with pytest.raises(BadInput):
        summary.check_path(tmp_path / "summary")


def test_an_empty_conversation_has_a_summary(tmp_path: Path) -> None:
    summary.write(told(), tmp_path / "summary.md")

    assert "not known" in (tmp_path / "summary.md").read_text()


@pytest.mark.skipif(os.name == "nt", reason="permissions of Unix")
@pytest.mark.parametrize("ending", ["md", "json", "pdf"])
def test_a_summary_is_for_its_owners_eyes_unless_the_file_was_opened_to_others(
    tmp_path: Path, ending: str
) -> None:
    new, shared = tmp_path / f"new.{ending}", tmp_path / f"shared.{ending}"
    shared.touch()
    shared.chmod(0o640)
    for path in (new, shared):
        summary.write(told(OPENING), path)

    assert new.stat().st_mode & 0o777 == 0o600
    assert shared.stat().st_mode & 0o777 == 0o640 and shared.stat().st_size > 0
