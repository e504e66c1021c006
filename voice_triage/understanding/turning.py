"""What makes a sign of a denial or of a fine thing: "it wasn't stiff this morning, but it is now"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered

LIST_GAP = 2
"""Words between two members of what was denied together: "drowsy or confused"."""
OWN_QUESTION = 10
"""Words from what somebody asks himself about to his answer: "can he swallow? no"."""


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
            if sign.end > cue.start:
                # "could bend his neck but not | now": the phrase itself holds the not.
                if name == "begun_not":
                    out.add(number)
                continue
            if out and reach - sign.end > LIST_GAP or cue.start - sign.end > cue.payload.reach:
                break
            turned = sign.negated or number in negated
            if sign.payload.value == "absent" and name == "begun_not":
                out.add(number)
                reach = sign.start
            elif name == "begun" and (turned if sign.payload.value != "absent" else _denies(frame, sign)):
                out.add(number)
                reach = sign.start
    return out


def returned(frame: Frame) -> set[int]:
    """Numbers of the signs that went and came back: "the fever had gone, but it's back"."""
    fading = frame.grammar.opposites.items()
    other = {*frame.grammar.places, *(one for pair in fading for one in pair)}
    out: set[int] = set()
    for cue in (one for one in frame.cues if one.payload.name == "returned"):
        own, before = (
            {
                number
                for number in _within(frame, start, cue.end)
                if frame.signs[number].payload.name not in other and _by_itself(frame, frame.signs[number])
            }
            for start in (cue.start, max(0, cue.start - cue.payload.reach))
        )
        out |= own or before  # "it doesn't hurt, but he stops breathing and starts again": the breathing
    return out


def _by_itself(frame: Frame, sign: Spot[Phrase]) -> bool:
    """True for a sign that is said, not for the "spells" of "dizzy spells", a seizure only where denied."""
    flags = frame.grammar.red_flags
    return sign.payload.value == "present" or (
        sign.payload.value != "absent" and sign.payload.name not in flags
    )


def _denies(frame: Frame, sign: Spot[Phrase]) -> bool:
    """True for the fine phrase of "her lips weren't swollen", not for that of "her lips were fine"."""
    return not sign.negated and any(
        w in frame.grammar.nots for w in frame.words.surface[sign.start : sign.end]
    )


def until(frame: Frame, negated: Container[int]) -> set[int]:
    """Numbers of the signs of "breathing fine until an hour ago", and of "no fever until last night"."""
    out: set[int] = set()
    for cue in frame.cues:
        if cue.payload.name != "until":
            continue
        if frame.begins(cue.start):
            near = _within(frame, cue.end, min(frame.wall_after(cue.end), cue.end + cue.payload.reach))
        else:
            near = _within(frame, max(frame.wall_before(cue.start), cue.start - cue.payload.reach), cue.start)
        for number in near:
            sign = frame.signs[number]
            turned = sign.negated or number in negated
            # Or the phrase holds the until itself: "cry was normal until an hour".
            held = sign.payload.value == "present" and sign.end > cue.start >= sign.start
            if held or turned != (sign.payload.value == "absent"):
                out.add(number)
    return out


def asked_and_denied(frame: Frame) -> set[int]:
    """Numbers of the fine things that the caller asks himself about, and denies: "can he swallow? no"."""
    sets, surface = frame.grammar.sets, frame.words.surface
    light = sets.any_of("through_back", "own_question_end", "skippable") - sets["nays"]
    goes_on = sets.any_of("own_no", "subjects")
    out: set[int] = set()
    for cue in frame.cues:
        if cue.payload.name != "no" or not (frame.ends(cue.end) or surface[cue.end] in goes_on):
            continue
        for number in _within(frame, max(0, cue.start - OWN_QUESTION), cue.start):
            sign = frame.signs[number]
            if sign.payload.value != "absent" or sign.negated or sign.end > cue.start:
                continue
            between = [word for word in surface[sign.end : cue.start] if word[0].isalnum()]
            idle = light.issuperset(between)
            if idle and _inverted(frame, sign.start):
                out.add(number)
    return out


def _inverted(frame: Frame, at: int) -> bool:
    """True where a question begins that asks about the patient: "can he", "is her neck"."""
    rows, surface = frame.grammar.sets, frame.words.surface
    return any(
        surface[start] in rows["askers"]
        and not rows["patients"].isdisjoint(surface[start + 1 : start + 2])
        and (start == 0 or surface[start - 1] not in rows["no_question_after"])
        for start in range(max(0, at - 4), at + 1)
    )


def come_true(frame: Frame) -> set[int]:
    """Numbers of the signs that were to be looked out for and are there: "ring if he's drowsy, and he is"."""
    out: set[int] = set()
    surface, told = frame.words.surface, (cue.start for cue in frame.cues if cue.payload.name == "advice")
    mine = frame.grammar.sets["no_adviser"]
    advice = [at for at in told if surface[max(0, at - 1)] not in mine]  # "did i say they fade? they do"
    for cue in frame.cues:
        if cue.payload.name != "come_true" or not frame.closes(cue.end):
            continue
        first = bisect_left(advice, cue.start - cue.payload.reach)
        if first < len(advice) and advice[first] < cue.start:
            near = _within(frame, advice[first], cue.start)
            out.update(n for n in near if frame.signs[n].end <= cue.start)
    return out


def all_the_more(frame: Frame, negated: Container[int]) -> set[int]:
    """Signs that a negative makes stronger: "never seen her this drowsy", "not stopped fitting"."""
    out: set[int] = set()
    as_ever = frame.grammar.sets["as_ever"]
    for cue in frame.cues:
        name = cue.payload.name
        if name == "more_so" and frame.words.text(cue.end, cue.end + 2) not in as_ever:
            last = min(frame.wall_after(cue.end), cue.end + cue.payload.reach)
            after = _within(frame, cue.start, last)
            out.update(n for n in after if _tells(frame, frame.signs[n]))
        elif name == "stays_on":
            first = max(frame.wall_before(cue.start), cue.start - cue.payload.reach)
            near = (n for n in _within(frame, first, cue.start) if n not in negated)
            out.update(n for n in near if not frame.signs[n].negated and _tells(frame, frame.signs[n]))
    return out


def in_a_row(frame: Frame) -> set[int]:
    """Numbers of the signs where nothing but a row of them is said: "heart fast breathing normal"."""
    if not frame.row_starts:
        return set()
    sets, surface, told = frame.grammar.sets, frame.words.surface, covered(frame.signs)
    light = sets.any_of("skippable", "row_joins", "row_good", "row_end")
    if not all(at in told or word in light or not word[0].isalnum() for at, word in enumerate(surface)):
        return set()
    bad = sets.any_of("row_bad", "nots", "plain_no")
    return {n for n, sign in enumerate(frame.signs) if not bad.isdisjoint(surface[sign.start : sign.end])}


def _tells(frame: Frame, sign: Spot[Phrase]) -> bool:
    """True for a sign, and for what is fine only because of a never: "never been this hard to wake"."""
    sets, inside = frame.grammar.sets, frame.words.surface[sign.start : sign.end]
    if sign.payload.value == "present":  # not "more | not awake" nor "doesn't | stop her swallowing"
        return frame.grammar.nots.isdisjoint(inside) and inside[0] not in sets["stopping"]
    return sign.payload.value == "absent" and inside[0] in sets["never"]


def _within(frame: Frame, start: int, end: int) -> range:
    """Numbers of the signs that begin in start..end."""
    return range(bisect_left(frame.sign_starts, start), bisect_left(frame.sign_starts, end))
