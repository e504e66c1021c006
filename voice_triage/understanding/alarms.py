"""What is said in the middle of a sentence that must not wait for its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from voice_triage.messages import Finding
from voice_triage.understanding.context import Said
from voice_triage.understanding.words import WordSets


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the words so far say that must not wait for the end of speech."""

    findings: tuple[Finding, ...] = ()
    """Everything that is present so far; the session keeps the red flags."""
    settled: bool = True
    """False while words stand open that could turn it: a not, a what if, a had."""
    clear: frozenset[str] = frozenset()
    """Those that rules and network both read in several words, all of them heard clearly."""


def left_open(words: Sequence[str], present: Sequence[Said], rows: WordSets) -> bool:
    """True when the last words, or a had, could still turn what was said."""
    # Only words after the sign: the "not" of "can't breathe" is part of it.
    end = max((said.end for said in present), default=0)
    if any(word in rows["dangling"] for word in words[end:][-2:]):
        return True
    return any(
        word in rows["had"] for said in present for word in words[max(0, said.start - 3) : said.start + 1]
    )


def clear(findings: Sequence[Finding], agreed: Collection[str], doubtful: Collection[str]) -> frozenset[str]:
    """The concepts that both agree on, said in several words of which none is doubtful."""
    words = {one.concept: set(one.words.split()) for one in findings if one.concept in agreed}
    return frozenset(c for c, said in words.items() if len(said) > 1 and said.isdisjoint(doubtful))
