"""Signs told so plainly that they are there: of one person, or in a mere list, and nothing beside them.

The network knows tales of other people, in which the likes of "my sister can't breathe" are nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.spotter import covered

if TYPE_CHECKING:
    from voice_triage.understanding.context import Said

PLAIN_WORDS = 24
"""Longer clauses say more than a sign and whose it is."""
INNOCENT = ("statement", "resume", "ongoing", "not_this", "earlier", "excuse", "advice", "come_true")
"""Cues that turn nothing in a list."""


def plain(frame: Frame, said: Sequence[Said]) -> frozenset[str]:
    """The red flags of a person of whom nothing else is told, and those of a mere list."""
    # Of fading the spots are the subject, and nobody who is named.
    flags = frame.grammar.red_flags - set(frame.grammar.opposites)
    present = [one for one in said if one.status == "present" and one.concept in flags]
    told = (one.concept for one in present if alone(frame, one.start, one.end))
    return frozenset(told) | _listed(frame, said)


def alone(frame: Frame, start: int, end: int) -> bool:
    """True when nothing is said but these words and the one person named, with lips or face.

    Other signs may stand before them: "my sister has a rash and can't breathe".
    """
    if not frame.people:
        return False
    first, last = min(frame.people[0].start, frame.wall_before(start)), frame.wall_after(end)
    if frame.people[-1].start >= last or last - first > PLAIN_WORDS:
        return False
    grammar, surface = frame.grammar, frame.words.surface
    idle = grammar.sets.any_of("polite", "nominative", "skippable")
    parts = (s for s in frame.signs if s.payload.name in grammar.places)
    named, signs = covered((*frame.people, *parts)), covered(frame.signs)
    return all(
        start <= at < end
        or at in named
        or surface[at] in idle
        or not surface[at][0].isalnum()
        or (at < start and (at in signs or surface[at] in grammar.telling.rash))
        for at in range(first, last)
    )


def _listed(frame: Frame, said: Sequence[Said]) -> frozenset[str]:
    """The red flags of a mere list of what is there: "hives and wheezing", "fever, stiff neck".

    Two of them at least, or one and a rash; what they say of the skin itself is not meant.
    """
    grammar, surface = frame.grammar, frame.words.surface
    rash = {at for at in range(len(surface)) if frame.words.lemma[at] in grammar.telling.rash}
    told = [s for s in said if s.concept not in grammar.places]
    if any(s.status != "present" for s in said) or len(told) + bool(rash) < 2:
        return frozenset()
    if any(cue.payload.name not in INNOCENT for cue in frame.cues):
        return frozenset()
    light, known = grammar.sets.any_of("listing", "skippable"), rash | covered(frame.signs)
    if not all(at in known or word in light or word in (",", ".") for at, word in enumerate(surface)):
        return frozenset()
    flags = grammar.red_flags - grammar.skin - set(grammar.opposites)
    named = Counter(at for s in told for at in range(s.start, s.end))
    # "Neck hardly moves" names one thing, although it could be two.
    apart = (s for s in told if all(named[at] == 1 and at not in rash for at in range(s.start, s.end)))
    return frozenset(s.concept for s in apart if s.concept in flags)
