"""What was advised, for the summary: of all that is said, the lines that tell the caller what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voice_triage.dialogue.state import State
from voice_triage.messages import Line

FAMILIES = frozenset({
    "level", "do", "when", "guidance", "home_care", "watch", "net", "closing", "aid", "alone",
    "no_phone",
})  # fmt: skip
"""Prompts that are advice, all of them: what stands before the dot."""
SINGLE = frozenset({
    "emergency.call", "emergency.go", "emergency.helped", "emergency.stay", "emergency.alone",
    "emergency.young", "coming.go", "coming.door", "coming.watch", "coming.worse", "stay.no_medicine",
    "call.yourself", "restart.signs", "emergency.go_again", "farewell.helped",
})  # fmt: skip
"""Prompts that are advice among others that are not."""


def with_advice(state: State, lines: Iterable[Line]) -> State:
    """Return the state with the advice among ``lines`` noted, each line once."""
    new = (line for line in lines if line.prompt in SINGLE or line.prompt.split(".")[0] in FAMILIES)
    return replace(state, advised=tuple(dict.fromkeys((*state.advised, *new))))
