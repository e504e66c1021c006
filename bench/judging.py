"""Whether an utterance was taken for what was said."""

from __future__ import annotations

from collections.abc import Collection

from bench.corpus import Utterance
from voice_triage.messages import Meaning


def matches(utterance: Utterance, meaning: Meaning, red_flags: Collection[str]) -> bool:
    """True when the meaning holds all that the corpus asks for, and of a denial no red flag."""
    status = {one.concept: one.status for one in meaning.findings}
    if utterance.innocent:
        return not any(status.get(one) == "present" for one in red_flags)
    if utterance.flag is not None:
        return status.get(utterance.flag) == "present"
    values = {one.concept: (one.unit, one.value) for one in meaning.values}
    return (
        utterance.answer in (None, meaning.answer)
        and utterance.command in (None, meaning.command)
        and all(status.get(concept) == wanted for concept, wanted in utterance.findings.items())
        and all(_same(values.get(name), wanted) for name, wanted in utterance.values.items())
        and not (meaning.empty and not meaning.text)
    )


def _same(got: tuple[str, float | str] | None, wanted: tuple[str, float | str]) -> bool:
    if got is None or got[0] != wanted[0]:
        return False
    if isinstance(wanted[1], str) or isinstance(got[1], str):
        return got[1] == wanted[1]
    # 38.9 may be said as 38.89, and a week ago may be a few hours more.
    slack = 0.06 if wanted[0] == "celsius" else 0.5
    return abs(got[1] - wanted[1]) <= slack
