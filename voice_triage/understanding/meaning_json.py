"""What ``voice-triage interpret`` is given, and the JSON object of a meaning that it prints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from voice_triage.content import quoted, suggestion
from voice_triage.errors import BadInput
from voice_triage.messages import Meaning, Value


def from_json(row: Mapping[str, Any], questions: Collection[str]) -> tuple[str, str | None]:
    """Return the text and the open question, one of ``questions``. Raises BadInput."""
    text, question = row.get("text"), row.get("question")
    if not isinstance(text, str):
        raise BadInput("'text' must be a string")
    if question is not None and (not isinstance(question, str) or question not in questions):
        raise BadInput(f"unknown question {quoted(question)}{suggestion(question, sorted(questions))}")
    if unknown := sorted(row.keys() - {"text", "question"}):
        raise BadInput(f"unknown key {quoted(unknown[0])}{suggestion(unknown[0], ('text', 'question'))}")
    return text, question


def to_json(meaning: Meaning) -> dict[str, Any]:
    """The object: findings, then values, each in order of being said."""
    findings: list[dict[str, Any]] = [{"concept": f.concept, "status": f.status} for f in meaning.findings]
    findings.extend({"concept": value.concept, value.unit: _plain(value)} for value in meaning.values)
    return {
        "text": meaning.text,
        "answer": meaning.answer,
        "command": meaning.command,
        "findings": findings,
    }


def _plain(value: Value) -> float | int | str:
    """Whole numbers without a decimal point."""
    if isinstance(value.value, float) and value.value.is_integer():
        return int(value.value)
    return value.value
