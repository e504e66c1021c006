"""The summary for a clinician: what was said, what was decided and why, what was advised. No name.

Written only when asked for: as Markdown, JSON or PDF.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.outcome import so_far
from voice_triage.dialogue.state import UNFINISHED
from voice_triage.disk import check_place, write_bytes
from voice_triage.errors import BadInput, Lacking, extra
from voice_triage.messages import Finding
from voice_triage.wording import Wording

FORMATS = (".md", ".json", ".pdf")
NOTICE = (
    "Made by voice-triage, research software, from a spoken conversation. "
    "Not a diagnosis, not a medical device. Words may have been misheard."
)
PDF_CURE = extra("summary-pdf") + " (or write a .md or .json file)"
WHO = {"self": "the caller", "child": "the caller's child", "other": "someone else"}


def summary(
    dialogue: Dialogue, wording: Wording, began: datetime, ended: datetime | None = None
) -> dict[str, Any]:
    """Return the conversation in short; times as ISO 8601, ``ended`` None while it goes on."""
    state = dialogue.state
    decision = so_far(dialogue.protocol, state, dialogue.decision)
    findings = dialogue.findings.values()
    return {
        "notice": NOTICE,
        "protocol": dialogue.protocol.name,
        "began": began.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds") if ended else None,
        "patient": dialogue.patient,
        "age": _value(dialogue, "age"),
        "temperature": _value(dialogue, "temperature"),
        "rash_since": _value(dialogue, "duration"),
        "level": decision.level,
        "action": decision.action,
        "told": state.told_level is not None,
        "red_flags": list(dialogue.red_flags),
        "reasons": list(decision.reasons),
        "present": [_row(one, wording) for one in findings if one.status == "present"],
        "unsure": [_row(one, wording) for one in findings if one.status == "unsure"],
        "absent": [_row(one, wording) for one in findings if one.status == "absent"],
        "not_known": list(decision.missing),
        "not_known_called": [_called(one, wording) for one in decision.missing],
        "may_be": list(decision.patterns),
        "asked": list(dialogue.asked),
        "advised": [wording.say(line, dialogue.patient) for line in state.advised],
    }


def check_path(path: Path) -> None:
    """Raise BadInput for a name that no format goes with, Lacking for a place that cannot be written.

    And for a PDF without its library. Before the conversation: after it its words would be lost.
    """
    if path.suffix.lower() not in FORMATS:
        raise BadInput(f"{path}: a summary's name must end in one of {', '.join(FORMATS)}")
    if path.suffix.lower() == ".pdf" and importlib.util.find_spec("fpdf") is None:
        raise Lacking("a summary as PDF needs fpdf2", PDF_CURE)
    check_place(path)


def write(content: Mapping[str, Any], path: Path) -> None:
    """Write the summary; the ending of ``path`` chooses the format. Raises BadInput, Lacking."""
    check_path(path)
    ending = path.suffix.lower()
    if ending == ".json":
        data = (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
    elif ending == ".md":
        data = markdown(content).encode()
    else:
        data = _pdf(content)
    write_bytes(path, data, mode=0o600)  # a health record: for its owner's eyes


def markdown(content: Mapping[str, Any]) -> str:
    """Return the summary as Markdown."""
    lines = ["# Triage summary", "", f"> {content['notice']}", ""]
    for title, rows in _sections(content):
        lines += [f"## {title}", "", *(f"- {_plain(row)}" for row in rows), ""]
    return "\n".join(lines)


def _sections(content: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return titles and rows, the decision first; empty sections say so."""
    level = content["level"] + (f" ({content['action']})" if content["action"] else "")
    return [
        ("Decision", [
            f"Level: {level}" + ("" if content["told"] else "; the conversation ended before it was spoken"),
            f"Reasons: {_reasons(content)}",
            f"May be, among others: {_named(content['may_be']) or 'nothing pointed to a pattern'}",
        ]),
        ("Patient", [
            f"About: {WHO.get(content['patient'] or '', 'not known')}",
            f"Age: {_text(content['age'])}",
            f"Rash since: {_text(content['rash_since'])}",
            f"Temperature: {_text(content['temperature'])}",
            f"Conversation: {content['began']} to {content['ended'] or 'not ended'}",
        ]),
        ("Present", _said(content["present"])),
        ("Not sure, or not answered", _said(content["unsure"])),
        ("Said to be absent", _said(content["absent"])),
        ("Warning signs not known", list(content["not_known_called"]) or ["none"]),
        ("Advised", list(content["advised"]) or ["none"]),
    ]  # fmt: skip


def _reasons(content: Mapping[str, Any]) -> str:
    """Return why; of a conversation that broke off, that the level says nothing about the patient."""
    if content["reasons"] == [UNFINISHED]:
        return "unfinished: warning signs were not asked, or not answered (below), so none can be ruled out"
    return _named(content["reasons"]) or "none of the warning signs"


def _named(names: Iterable[str]) -> str:
    return ", ".join(map(_spaced, names))


def _spaced(name: str) -> str:
    return name.replace("+", " and ").replace("_", " ")


def _value(dialogue: Dialogue, name: str) -> dict[str, Any] | None:
    value = dialogue.values.get(name)
    return None if value is None else {"value": value.value, "unit": value.unit, "words": value.words}


def _row(one: Finding, wording: Wording) -> dict[str, str]:
    return {"concept": one.concept, "called": _called(one.concept, wording), "words": one.words}


def _called(concept: str, wording: Wording) -> str:
    return wording.signs.get(concept, concept)


def _said(rows: list[dict[str, str]]) -> list[str]:
    """Return findings with the words that said them."""
    texts = [
        row["called"] + (f' ("{row["words"]}")' if row["words"] else " (answer to the question)")
        for row in rows
    ]
    return texts or ["none"]


def _text(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return "not known"
    number = f"{value['value']:g}" if isinstance(value["value"], int | float) else str(value["value"])
    return f"{number} {value['unit']}".strip()


def _plain(text: str) -> str:
    """Return text that Markdown does not read as markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in text)


def _pdf(content: Mapping[str, Any]) -> bytes:
    """Return the summary as PDF."""
    from fpdf import FPDF  # an extra: check_path has seen that it is there

    page = FPDF(format="A4")
    page.set_title("Triage summary")
    page.add_page()
    page.set_font("Helvetica", "B", 16)
    page.multi_cell(0, 9, "Triage summary", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", "I", 9)
    page.multi_cell(0, 5, NOTICE, new_x="LMARGIN", new_y="NEXT")
    for title, rows in _sections(content):
        page.set_font("Helvetica", "B", 12)
        page.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
        page.set_font("Helvetica", "", 10)
        for row in rows:
            # The built-in fonts know Latin-1 only.
            page.multi_cell(
                0, 5, "- " + row.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT"
            )
    return bytes(page.output())
