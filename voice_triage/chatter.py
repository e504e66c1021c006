"""Others who talk in the room, as a television does, and what of it is only believed when said again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.thresholds import (
    BLOCK,
    CHATTER_KEPT_S,
    CHATTER_S,
    CHATTER_TIMES,
    CHATTER_WITHIN_S,
    CHATTER_WORDS,
    RATE_HZ,
)
from voice_triage.understanding.doubts import Doubts


class Chatter:
    """Where speech that means nothing was heard for long, others talk, and their yes is clear, too.

    Then a red flag counts that the words say plainly. What they hardly say, or only as an answer, is asked
    for once more: said again in another utterance it counts.
    """

    def __init__(self, doubts: Doubts) -> None:
        self._doubts = doubts
        self._now = 0
        self._senseless: deque[tuple[int, float]] = deque()
        """When speech without sense ended (blocks) and how long it was (s)."""
        self._doubted: dict[str, int] = {}
        """Red flag, or question, -> when it was last doubted (blocks)."""

    def tick(self) -> None:
        """A block (20 ms) has passed."""
        self._now += 1

    @property
    def heard(self) -> bool:
        """True while others talk, as far as one can know."""
        since = self._now - CHATTER_WITHIN_S * RATE_HZ / BLOCK
        while self._senseless and self._senseless[0][0] < since:
            self._senseless.popleft()
        said_s = sum(voice_s for _, voice_s in self._senseless)
        return len(self._senseless) >= CHATTER_TIMES and said_s >= CHATTER_S

    def plain(self, flags: Mapping[str, Finding], text: str, utterance: OpenUtterance) -> dict[str, Finding]:
        """Those of the red flags ``flags`` that may be believed; the others are noted as doubted."""
        if not flags or not self.heard:
            return dict(flags)
        texts = (text, utterance.text) if utterance.text != text else (text,)
        faint = self._doubts.faint(tuple(flags.values()), texts, utterance.question)
        faint = frozenset(one for one in faint if not self._again(one))
        utterance.doubted |= faint
        return {concept: one for concept, one in flags.items() if concept not in faint}

    def sift(self, meaning: Meaning, utterance: OpenUtterance, red_flags: frozenset[str]) -> Meaning:
        """Return the meaning of the whole; where all of it is doubted the question is asked again."""
        if self.heard and not utterance.alarmed:
            meaning = self._plainly(meaning, utterance, red_flags)
        if _senseless(meaning) and not utterance.doubted:
            self._senseless.append((self._now, utterance.voice_s))
        self._doubted |= dict.fromkeys(utterance.doubted, self._now)
        return replace(meaning, command="repeat") if utterance.doubted and meaning.empty else meaning

    def _plainly(self, meaning: Meaning, utterance: OpenUtterance, red_flags: frozenset[str]) -> Meaning:
        """What it means without red flags that are doubted, and what the same words say besides."""
        flags = {f.concept: f for f in meaning.findings if f.status == "present" and f.concept in red_flags}
        gone = flags.keys() - self.plain(flags, meaning.text, utterance).keys()
        asked = utterance.question or ""
        bare = meaning.answer == "yes" and not flags and self._doubts.alarming(asked)
        if bare and not self._again(asked):
            utterance.doubted.add(asked)
        elif not gone:
            return meaning
        words = {flags[concept].words for concept in gone}
        kept = tuple(f for f in meaning.findings if f.concept not in gone and f.words not in words)
        return replace(meaning, answer=None, findings=kept)

    def _again(self, name: str) -> bool:
        """True for what an earlier utterance had doubted."""
        return self._now - self._doubted.get(name, -self._kept - 1) <= self._kept

    @property
    def _kept(self) -> float:
        return CHATTER_KEPT_S * RATE_HZ / BLOCK


def _senseless(meaning: Meaning) -> bool:
    """True for a sentence of which nothing was understood, but perhaps that it is of somebody."""
    words = any(one.words for one in meaning.values)
    return replace(meaning, values=()).empty and not words and len(meaning.text.split()) >= CHATTER_WORDS
