"""Signs that are there, whatever the words around them: foretold and come true, or only listed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voice_triage.understanding.frame import Frame

if TYPE_CHECKING:
    from voice_triage.understanding.context import Said

INNOCENT = ("statement", "resume", "ongoing", "not_this", "earlier", "excuse", "advice", "come_true")
"""Cues that turn nothing in a list."""


def come_true(frame: Frame) -> set[int]:
    """Numbers of the signs that were to be looked out for and are there: "ring if he's drowsy, and he is"."""
    out: set[int] = set()
    told = [cue.start for cue in frame.cues if cue.payload.name == "advice"]
    advice = [
        at for at in told if frame.words.surface[max(0, at - 1)] != "i"
    ]  # "did i say they fade? they do"
    for cue in frame.cues:
        if cue.payload.name != "come_true" or not frame.closes(cue.end):
            continue
        first = bisect_left(advice, cue.start - cue.payload.reach)
        if first < len(advice) and advice[first] < cue.start:
            start, end = (bisect_left(frame.sign_starts, at) for at in (advice[first], cue.start))
            out.update(n for n in range(start, end) if frame.signs[n].end <= cue.start)
    return out


def listed(frame: Frame, said: Sequence[Said]) -> frozenset[str]:
    """The red flags of a mere list of what is there: "hives and wheezing", "fever, stiff neck".

    Two of them at least, or one and a rash; what they say of the skin itself is not meant.
    """
    grammar, surface = frame.grammar, frame.words.surface
    rash = {at for at in range(len(surface)) if frame.words.lemma[at] in grammar.telling.rash}
    told = [s for s in said if s.concept not in grammar.places]
    if any(s.status != "present" for s in said) or len(told) + bool(rash) < 2:
        return frozenset()
    if any(cue.payload.name not in INNOCENT for cue in frame.cues) or "?" in surface:
        return frozenset()
    light = {*grammar.sets["listing"], *grammar.lexicon.skippable, ",", "."}
    known = rash.union(*(range(s.start, s.end) for s in frame.signs))
    if not all(at in known or surface[at] in light for at in range(len(surface))):
        return frozenset()
    flags = grammar.red_flags - grammar.skin - set(grammar.opposites)
    named = Counter(at for s in told for at in range(s.start, s.end))
    # "Neck hardly moves" names one thing, although it could be two.
    alone = (s for s in told if all(named[at] == 1 and at not in rash for at in range(s.start, s.end)))
    return frozenset(s.concept for s in alone if s.concept in flags)
