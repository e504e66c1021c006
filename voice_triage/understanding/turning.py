"""What a later clause makes of a denial: "it wasn't stiff this morning, but it is now"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.spotter import Spot

LIST_GAP = 2
"""Words between two members of what was denied together: "drowsy or confused"."""


def begun(frame: Frame, negated: Container[int]) -> set[int]:
    """Numbers of the signs that were not there then and are now: "it wasn't stiff, but it is now"."""
    out: set[int] = set()
    for cue in frame.cues:
        name = cue.payload.name
        if name not in ("begun", "begun_not") or not frame.closes(cue.end):
            continue
        reach = cue.start
        for number in range(bisect_left(frame.sign_starts, cue.start) - 1, -1, -1):
            sign = frame.signs[number]
            far = frame.words.surface[sign.end : reach]
            if sign.end > cue.start:
                continue
            if out and len(far) > LIST_GAP or cue.start - sign.end > cue.payload.reach:
                break
            turned = sign.negated or number in negated
            if sign.payload.value == "absent" and not turned and name == "begun_not":
                out.add(number)
                reach = sign.start
            elif name == "begun" and (turned if sign.payload.value != "absent" else _denies(frame, sign)):
                out.add(number)
                reach = sign.start
    return out


def _denies(frame: Frame, sign: Spot[Phrase]) -> bool:
    """True for the fine phrase of "her lips weren't swollen", not for that of "her lips were fine"."""
    return not sign.negated and any(
        w in frame.grammar.nots for w in frame.words.surface[sign.start : sign.end]
    )
