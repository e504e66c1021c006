"""What came of a replayed scenario: the JSON report, JUnit, and the check against what was expected."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voice_triage.disk import write_text
from voice_triage.scenario import Expect


@dataclass(slots=True)
class Said:
    """One turn of the transcript; ``t_s`` in virtual seconds since the start."""

    t_s: float
    who: str
    text: str
    question: str | None = None
    heard: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The row of the report: a caller has ``heard``, the assistant a ``question``."""
        row: dict[str, Any] = {"t_s": round(self.t_s, 2), "who": self.who, "text": self.text}
        if self.who == "caller":
            row["heard"] = self.heard or ""
        else:
            row["question"] = self.question
        return row


@dataclass(slots=True)
class Result:
    """A scenario's outcome, in the order of the report's keys."""

    scenario: str
    file: str
    passed: bool = True
    failures: list[str] = field(default_factory=list)
    level: str | None = None
    action: str | None = None
    red_flags: tuple[str, ...] = ()
    interrupted: bool = False
    interrupt_ms: float | None = None
    turns: list[Said] = field(default_factory=list)
    audio_s: float = 0.0
    compute_s: float = 0.0
    recognizer: str = ""
    asked: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One object of the report."""
        row = asdict(self)
        row["turns"] = [turn.to_json() for turn in self.turns]
        row["red_flags"] = list(self.red_flags)
        row["asked"] = list(self.asked)
        return row

    def check(self, expect: Expect) -> None:
        """Fill ``failures`` with one line for each expectation that does not hold."""
        spoken = "\n".join(turn.text for turn in self.turns if turn.who == "assistant")
        fail = self.failures.append
        for key in ("level", "action", "interrupted"):
            wanted, got = getattr(expect, key), getattr(self, key)
            if key in expect.checked and wanted != got:
                fail(f"{key}: expected {wanted}, got {got}")
        if "red_flags" in expect.checked and _parts(expect.red_flags) != _parts(self.red_flags):
            fail(f"red_flags: expected {sorted(expect.red_flags)}, got {sorted(self.red_flags)}")
        for question in expect.asked:
            if question not in self.asked:
                fail(f"asked: {question} was not asked")
        for question in expect.not_asked:
            if question in self.asked:
                fail(f"not_asked: {question} was asked")
        for pattern in expect.said:
            if not re.search(pattern, spoken, re.IGNORECASE):
                fail(f"said: nothing spoken matches '{pattern}'")
        for pattern in expect.not_said:
            if found := re.search(pattern, spoken, re.IGNORECASE):
                fail(f"not_said: '{found.group()}' was spoken ('{pattern}')")
        if expect.max_interrupt_ms is not None:
            self._check_latency(expect.max_interrupt_ms)
        self.passed = not self.failures

    def _check_latency(self, most_ms: float) -> None:
        if self.interrupt_ms is None:
            self.failures.append("max_interrupt_ms: no emergency was announced")
        elif self.interrupt_ms > most_ms:
            self.failures.append(
                f"max_interrupt_ms: {self.interrupt_ms:.0f} ms, at most {most_ms:.0f} allowed"
            )


def _parts(ids: Sequence[str]) -> set[str]:
    """The findings in ids and combinations of ids."""
    return {part for one in ids for part in one.split("+")}


def write_json(results: Sequence[Result], path: Path) -> None:
    """Write the report. Raises Lacking when it cannot be written."""
    write_text(path, json.dumps([one.to_json() for one in results], indent=1, ensure_ascii=False) + "\n")


def write_junit(results: Sequence[Result], path: Path) -> None:
    """Write the same as JUnit XML, for CI servers. Raises Lacking when it cannot be written."""
    failed = sum(not one.passed for one in results)
    suite = ET.Element(
        "testsuite", name="voice-triage", tests=str(len(results)), failures=str(failed), errors="0"
    )
    for one in results:
        case = ET.SubElement(
            suite, "testcase", classname=_xml(one.file), name=_xml(one.scenario), time=f"{one.compute_s:.2f}"
        )
        if not one.passed:
            failure = ET.SubElement(case, "failure", message=_xml("; ".join(one.failures)))
            failure.text = _xml("\n".join(f"{t.t_s:7.2f} {t.who}: {t.text}" for t in one.turns))
    write_text(path, ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n")


def _xml(text: str) -> str:
    """Without the control characters that XML cannot carry."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", text)
