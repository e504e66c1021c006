"""Two recognisers heard the same sound: which words are believed.

The streaming one makes some phrase of its own out of any voices in the room; the second one hears far
better but may miss. So its words win, except that a red flag only falls where it clearly heard
something else.
"""

from __future__ import annotations

from dataclasses import replace

from voice_triage.messages import Finding, Meaning

GARBAGE_WORDS = 6
"""A streaming result longer than this of which the second engine heard nothing is other people's talk."""
SAME_WORDS = 0.5
"""Share of a sign's words that must stand in the second result for the two to have heard the same."""


def believed(flag: Finding, first: str, second: str, theirs: Meaning, *, talk: bool = False) -> bool:
    """True when a red flag of the streaming result ``first`` holds against ``second``, read as ``theirs``.

    In a room full of ``talk`` it has no benefit of the doubt.
    """
    if any(one.status == "present" and one.concept == flag.concept for one in theirs.findings):
        return True
    words = flag.words.split()
    shared = sum(word in second.split() for word in words) / max(1, len(words))
    denied = any(one.concept == flag.concept for one in theirs.findings)
    if shared >= SAME_WORDS and not denied:
        return True
    # They understood something else, or nothing at all in a long run of words: no red flag.
    return theirs.empty and not talk and len(first.split()) <= GARBAGE_WORDS


def weigh(ours: Meaning, theirs: Meaning, red_flags: frozenset[str]) -> Meaning:
    """Return the meaning to act on; ``ours`` is the streaming one."""
    if not theirs.text and len(ours.text.split()) > GARBAGE_WORDS:
        return Meaning("")
    if theirs.empty and (not theirs.text or ours.answer or ours.command):
        # A word too short for the second engine ("no"), or nothing of which it made sense.
        return ours if not ours.empty else theirs
    known = {one.concept for one in theirs.findings}
    kept = tuple(
        one
        for one in ours.findings
        if one.status == "present"
        and one.concept in red_flags - known
        and believed(one, ours.text, theirs.text, theirs)
    )
    return replace(theirs, findings=theirs.findings + kept)
