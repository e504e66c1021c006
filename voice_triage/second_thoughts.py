"""Two recognisers heard the same sound: which words are believed.

The streaming one makes some phrase of its own out of any voices in the room; the second one hears far
better but may miss. So its words win, except that a red flag only falls where it clearly heard
something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from voice_triage.messages import Finding, Hypothesis, Meaning
from voice_triage.thresholds import GARBAGE_WORDS, GUESS_WORDS, GUESSED_FLAG_WORDS, SAME_WORDS, VALUE_WORDS


def read(
    second: Hypothesis,
    interpret: Callable[[str], Meaning],
    red_flags: frozenset[str],
    *,
    talk: bool = False,
    alone: Callable[[str], frozenset[str]] = lambda text: frozenset(),
) -> Meaning:
    """Return what the second engine's words mean; where they mean nothing, what they may have been.

    A bare answer or command is made of a guess only where the words were few ("ear" may have been "yeah"),
    and in a room full of ``talk`` never.

    A red flag that only stands in what else may have been said counts, unless something else was denied, or
    its words were all heard and meant nothing ("what does confused mean"). Denied in an answer, it falls.
    One that the network is ``alone`` to read there only supports what the first engine heard: it reads some
    in any nonsense ("moved they're a current lay" are spots that stay), so nothing else is made of it. Of a
    long text every other result does no more: among so many words there is a sign by chance.
    """
    first = interpret(second.text)
    if _emergency(first, red_flags):
        # Nothing else that it may have been takes that back: no time is lost on it, and nothing is ruled out.
        return replace(first, conceivable=None)
    if len(second.text.split()) > GUESSED_FLAG_WORDS:
        alone = lambda text: interpret(text).signs  # noqa: E731
    others = [(interpret(text), alone(text) & red_flags) for text in second.others]
    answers = not talk and len(second.text.split()) <= GUESS_WORDS
    meant = _likeliest(first, others, red_flags, answers=answers)
    if first.conceivable is None:
        return meant
    return replace(meant, conceivable=first.conceivable.union(*(one.conceivable or () for one, _ in others)))


def _likeliest(
    first: Meaning, guesses: list[tuple[Meaning, frozenset[str]]], red_flags: frozenset[str], *, answers: bool
) -> Meaning:
    """Return the meaning of the first, unless another shows a red flag that the first may have missed."""
    others = [other for other, alone in guesses if not alone]
    flags = [one for other in others for one in other.findings if _plainly(one, red_flags)]
    if not (first.answer or first.command):
        turned = tuple(_turned(one, flags) for one in first.findings)
        if turned != first.findings:  # "he can breathe" may have been "he can't breathe": nobody had asked
            return replace(first, findings=turned)
    if first.answer or first.command or any(one.status != "present" for one in first.findings):
        return first
    if any(one.concept in red_flags for one in first.findings):
        return first
    heard = set(first.words.split())
    for other in others:
        new = tuple(
            one for one in other.findings if _plainly(one, red_flags) and not set(one.words.split()) <= heard
        )
        if new:
            return replace(first, findings=first.findings + new)
    sensible = (
        other
        for other in others
        if other.values or any(one.words for one in other.findings) or (answers and not other.empty)
    )
    meant = next(sensible, first) if first.empty else first
    return replace(meant, supported=frozenset().union(*(alone for _, alone in guesses)))


def _emergency(first: Meaning, red_flags: frozenset[str]) -> bool:
    """True for words that say a red flag and deny nothing."""
    denies = any(one.status == "absent" for one in first.findings)
    return not denies and any(_plainly(one, red_flags) for one in first.findings)


def _turned(finding: Finding, flags: list[Finding]) -> Finding:
    """Return the red flag that is the denied words and one more: "can not breathe" for "can breathe"."""
    words = set(finding.words.split())
    same = (f for f in flags if f.concept == finding.concept and words < set(f.words.split()))
    return next(same, finding) if finding.status == "absent" else finding


def _plainly(finding: Finding, red_flags: frozenset[str]) -> bool:
    """True for a red flag that is there."""
    return finding.status == "present" and finding.concept in red_flags


def own(flag: Finding, own_words: str) -> bool:
    """True when the words stand in what the assistant is saying itself."""
    return set(flag.words.split()) <= set(re.findall(r"[a-z']+", own_words))


def named(flag: Finding, theirs: Meaning) -> bool:
    """True when the second engine heard the same red flag, or may have."""
    return flag.concept in theirs.signs | theirs.supported


def unshared(theirs: Meaning, alone: frozenset[str], ours: Meaning) -> Meaning:
    """Return what the second engine meant without the signs that the network ``alone`` half reads.

    Where it reads them in ours, too, they stand: two engines make different nonsense of what others say.
    """
    lone = alone - ours.signs
    if not lone:
        return theirs
    kept = tuple(one for one in theirs.findings if one.concept not in lone)
    answer = theirs.answer if kept or theirs.answer == ours.answer else None
    return replace(theirs, answer=answer, findings=kept)


def unanswered(
    theirs: Meaning, red_flags: frozenset[str], besides: Callable[[], tuple[Meaning, ...]]
) -> Meaning:
    """Return what the second engine meant without the red flags of a bare answer that it alone has heard.

    In a room full of talk the "yes" of a telephone's voice is as clear as the caller's. ``besides``: what its
    words mean where nothing was asked, and what the first engine's mean, unless they are half of a word.
    """
    flags = theirs.signs & red_flags
    alone = flags.difference(*(one.signs for one in besides())) if flags else flags
    if not alone:
        return theirs
    return replace(theirs, answer=None, findings=tuple(f for f in theirs.findings if f.concept not in alone))


def unsaid(raised: Mapping[str, str], readings: Collection[Meaning]) -> frozenset[str]:
    """Return the red flags ``raised`` in mid-sentence (-> their words) that the whole sentence does not say.

    Their words must have been heard again, "he fainted" in "he fainted last year but not now": an engine that
    now hears others has not heard what turns them. And no reading of the whole may say or doubt the sign, nor
    may the network find it conceivable. Of 4,479 innocent rows of ``weigh/`` 358 raise one somewhere in
    mid-sentence, and 287 take it back so; of 1,729 that tell one seven do.
    """
    heard = [f" {one.words} " for one in readings]
    told = frozenset(f.concept for one in readings for f in one.findings if f.status != "absent")
    possible = frozenset().union(
        *(raised if one.conceivable is None else one.conceivable for one in readings)
    )
    return frozenset(
        flag
        for flag, words in raised.items()
        if flag not in told | possible and any(f" {words} " in text for text in heard)
    )


def believed(flag: Finding, first: str, theirs: Meaning, *, talk: bool = False) -> bool:
    """True when a red flag of the streaming result ``first`` holds against what the second engine meant.

    In a room full of ``talk`` it has no benefit of the doubt.
    """
    if named(flag, theirs):
        return True
    words = flag.words.split()
    shared = sum(word in theirs.words.split() for word in words) / max(1, len(words))
    denied = any(one.concept == flag.concept for one in theirs.findings)
    ruled_out = theirs.conceivable is not None and flag.concept not in theirs.conceivable
    heard_otherwise = SAME_WORDS <= shared < 1  # heard whole, they were understood: as no red flag
    if heard_otherwise and not (denied or ruled_out or talk):
        return True
    # They understood something else, or nothing at all in a long run of words: no red flag.
    return shared < 1 and theirs.empty and not talk and len(first.split()) <= GARBAGE_WORDS


def weigh(
    ours: Meaning, theirs: Meaning, red_flags: frozenset[str], *, sure: bool = True, talk: bool = False
) -> Meaning:
    """Return the meaning to act on; ``ours`` is the streaming one.

    Where the second engine was not ``sure``, no red flag counts that it alone has heard; in a room full of
    ``talk`` none that it has not heard.
    """
    if not sure:
        heard = {one.concept for one in ours.findings if one.status == "present"}
        theirs = replace(
            theirs,
            findings=tuple(
                one
                for one in theirs.findings
                if one.status != "present" or one.concept in heard or one.concept not in red_flags
            ),
        )
    if not theirs.text and len(ours.text.split()) > GARBAGE_WORDS:
        return Meaning("")
    words = len(ours.text.split())
    short = (words <= GARBAGE_WORDS and (ours.answer or ours.command)) or (
        ours.values and words <= VALUE_WORDS
    )
    if theirs.empty and (not theirs.text or (short and not talk)):
        # A word too short for the second engine ("no", "eleven"), or nothing of which it made sense.
        return ours if not ours.empty else theirs
    known = {one.concept for one in theirs.findings}
    kept = tuple(
        one
        for one in ours.findings
        if one.status == "present"
        and one.concept in red_flags - known
        and believed(one, ours.text, theirs, talk=talk)
    )
    return replace(theirs, findings=theirs.findings + kept)
