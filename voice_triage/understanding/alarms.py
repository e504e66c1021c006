"""What is said in the middle of a sentence that must not wait for its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from voice_triage.messages import Finding
from voice_triage.understanding.context import Said
from voice_triage.understanding.network import Network, Reading
from voice_triage.understanding.strengths import AGREED, CREDIBLE, SURELY_CREDIBLE
from voice_triage.understanding.words import WordSets

TURNING_WORDS = 2
"""Words before a sign that may deny it."""


@dataclass(frozen=True, slots=True)
class PartialAlarm:
    """What the words so far say that must not wait for the end of speech."""

    findings: tuple[Finding, ...] = ()
    """Everything that is present so far; the session keeps the red flags."""
    settled: bool = True
    """False while words stand open that could turn it: a not, a what if, a had."""
    followed: frozenset[str] = frozenset()
    """Those after which another thought has begun."""
    clear: frozenset[str] = frozenset()
    """Those that rules and network both read in several words, all of them heard clearly."""


def left_open(words: Sequence[str], present: Sequence[Said], rows: WordSets) -> bool:
    """True when the last words, or a had, could still turn what was said, or make it something else's."""
    # Only words after the sign: the "not" of "can't breathe" is part of it.
    end = max((said.end for said in present), default=0)
    if any(word in rows["dangling"] for word in words[end:][-2:]):
        return True
    # "A pale" is of something still to be named: "a pale gold".
    if end == len(words) and end > 1 and words[-2] in rows["before_noun"] and words[-1] in rows["states"]:
        return True
    # "All over my" is of a place still to be named: "all over my left arm".
    last, lead = len(words), rows.any_of("before_noun", "place_lead")
    while last and words[last - 1] in lead:
        last -= 1
    if last and end >= last and words[last - 1] in rows["leads_on"]:
        return True
    # An event that was just had is now; a stiff neck may have been had last winter.
    return any(
        words[at] in rows["had"]
        and not (
            words[at - 1 : at]
            and words[at - 1] in rows["had_now"]
            and rows["events"] & {*words[at : said.end]}
        )
        for said in present
        for at in range(max(0, said.start - 3), said.start + 1)
    )


def followed(
    words: Sequence[str], present: Sequence[Said], rows: WordSets, red_flags: Collection[str]
) -> frozenset[str]:
    """The red flags after which another thought began: "blue all over and his", not "blue from ice and his".

    Another red flag is one. The last word so far may be half of another.
    """
    begins, turns = rows["another_thought"], rows.any_of("dangling", "turned_thought")
    then = begins | rows["and_then"]

    def follows(at: int) -> bool:
        for place in range(at, len(words) - 1):
            if words[place] in begins or (words[place] in rows["and"] and words[place + 1] in then):
                return turns.isdisjoint((*words[at:place], words[place + 1]))
        return False

    flags = [one for one in present if one.concept in red_flags]
    end = max((one.end for one in flags), default=0)
    return frozenset(one.concept for one in flags if one.end < end or follows(one.end))


def clear(present: Sequence[Said], words: Sequence[str], certain: Collection[str]) -> frozenset[str]:
    """The concepts said in several words, all of them certain, and those right before them, too.

    There stands what turns them: "a stiff neck" may have been "no stiff neck".
    """
    return frozenset(
        one.concept
        for one in present
        if one.end - one.start > 1
        and all(word in certain for word in words[max(0, one.start - TURNING_WORDS) : one.end])
    )


def credible(said: Said, reading: Reading, network: Network) -> bool:
    """False for what the rules found in half a sentence and the network takes for something else."""
    if said.concept not in network.concepts:
        return True
    least = SURELY_CREDIBLE if said.sure else CREDIBLE
    return float(reading.statuses[network.concepts.index(said.concept)][1]) >= least


def agreed(present: Sequence[Said], reading: Reading, network: Network) -> frozenset[str]:
    """Those that the network, too, finds present: in half a sentence no rule is sure by itself."""
    likely = dict(zip(network.concepts, reading.statuses, strict=True))
    return frozenset(s.concept for s in present if s.concept in likely and likely[s.concept][1] > AGREED)
