"""A meaning as the JSON object that ``voice-triage interpret`` prints."""

from __future__ import annotations

from typing import Any

from voice_triage.messages import Meaning, Value


def to_json(meaning: Meaning) -> dict[str, Any]:
    """The object of contract.md: findings, then values, each in order of being said."""
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
