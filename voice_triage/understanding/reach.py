"""How far the words of a cue reach: to which signs before it, behind it and around it."""

from __future__ import annotations

from bisect import bisect_left

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot


def ended_before(frame: Frame, cue: Spot[Phrase]) -> list[int]:
    """The signs told in the past tense before a "he's fine now"."""
    rows = frame.grammar.sets
    out = []
    for number in range(bisect_left(frame.sign_starts, cue.start) - 1, -1, -1):
        sign = frame.signs[number]
        if cue.start - sign.start > 25:
            break
        told = frame.words.surface[max(0, sign.start - 5) : sign.end]
        lasting = sign.payload.name in frame.grammar.lasting
        if not lasting and sign.end <= cue.start and any(word in rows["past_tense"] for word in told):
            out.append(number)
    return out


def until(frame: Frame, cue: Spot[Phrase]) -> int:
    """The word at which the reach of a cue ends: a wall, or words about the patient again."""
    wall, sets = frame.wall_after(cue.end), frame.grammar.sets
    since_then = not sets["since_then"].isdisjoint(frame.words.surface[wall : wall + 1])
    if cue.payload.name in ("past", "other") and since_then:
        wall = frame.wall_after(wall + 1)  # "last year she was in hospital because ..."
    wall = min(wall, cue.end + cue.payload.reach)
    asks = cue.payload.name in ("question", "question_start", "question_first")
    first = bisect_left(frame.cue_starts, cue.start + 1 if asks else cue.end)
    for number in range(first, len(frame.cues)):
        other = frame.cues[number]
        if other.start >= wall:
            break
        # "what do i do, he's fitting" tells; "did he have a fit" asks.
        starts = (
            (asks or cue.payload.sure)
            and other.payload.name == "statement"
            and (
                frame.words.surface[other.start - 1] not in sets["askers"]
                or frame.words.text(other.start + 1, other.end) in sets["shortened_is"]
            )
        )
        if other.start < cue.end and not starts:
            continue
        if (
            other.payload.name == "resume"
            or starts
            or (other.payload.name == "ongoing" and cue.payload.name == "past")
        ):
            return other.start
    return wall


def after(frame: Frame, cue: Spot[Phrase]) -> range:
    """The signs from the cue to the end of its reach."""
    return range(bisect_left(frame.sign_starts, cue.start), bisect_left(frame.sign_starts, until(frame, cue)))


def around(frame: Frame, cue: Spot[Phrase]) -> range:
    """The signs within reach of a cue on both sides."""
    first, last = cue.start - cue.payload.reach, cue.end + cue.payload.reach
    return range(bisect_left(frame.sign_starts, first), bisect_left(frame.sign_starts, last))


def back(frame: Frame, cue: Spot[Phrase]) -> range:
    """The signs from the last wall to the cue, within its reach."""
    wall = max(frame.wall_before(cue.start), cue.start - cue.payload.reach)
    first = bisect_left(frame.cue_starts, wall)
    for other in frame.cues[first : bisect_left(frame.cue_starts, cue.start)]:
        # "My mum says her face swelled when she was pregnant": who tells it is not the patient again.
        tells = cue.payload.sure and frame.has("told", other.start, other.end)
        if other.payload.name in ("ongoing", "resume") and not tells:
            return range(0)
    return range(bisect_left(frame.sign_starts, wall), bisect_left(frame.sign_starts, cue.start))
