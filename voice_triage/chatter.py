"""Others who talk in the room, as a television does: their "yes" is as clear as the caller's."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A bare answer that was asked for again."""

    at_s: float
    question: str | None
    meaning: Meaning
    flags: tuple[Finding, ...]
    unanswered: bool = True
    """Nobody has said a word since."""


class Chatter:
    """Where speech without sense was heard for long, a bare answer that is a red flag is asked for again.

    Said again it counts, to whatever question, and so it does where silence follows; turned round it leaves
    the sign unsure. No question is doubted twice. A red flag that has words of its own, or an answer beside
    anything else that was understood, counts as ever.

    ``lists`` are the questions to which a bare yes is one, of signs that it does not name.
    """

    def __init__(self, red_flags: Collection[str], lists: Collection[str]) -> None:
        self._red_flags, self._lists = red_flags, lists
        self._now_s = 0.0
        self._senseless: deque[tuple[float, float]] = deque()
        """When speech without sense ended, and how long it was (s)."""
        self._doubt: _Doubt | None = None
        self._asked: set[str | None] = set()
        """Questions to which an answer was asked for again."""

    def tick(self) -> None:
        """A block (20 ms) has passed."""
        self._now_s += BLOCK / RATE_HZ
        while self._senseless and self._now_s - self._senseless[0][0] > CHATTER_WITHIN_S:
            self._senseless.popleft()
        if self._doubt and self._now_s - self._doubt.at_s > CHATTER_KEPT_S:
            self._doubt = None

    def doubts(self, question: str | None) -> bool:
        """True while others talk, as far as one can know, and nothing was asked for again."""
        talk = sum(voice_s for _, voice_s in self._senseless) >= CHATTER_S
        fresh = self._doubt is None and question not in self._asked
        return talk and len(self._senseless) >= CHATTER_TIMES and fresh

    def worded(self, flags: Mapping[str, Finding], question: str | None) -> dict[str, Finding]:
        """Those of the red flags that may count before the utterance is over."""
        return {concept: one for concept, one in flags.items() if one.words or not self.doubts(question)}

    def unanswered(self, question: str | None) -> Meaning | None:
        """Return the answer that was asked for again and met with silence: it was the caller's."""
        doubt = self._doubt
        if doubt is None or doubt.question != question or not doubt.unanswered:
            return None
        self._doubt = None
        return doubt.meaning

    def sift(self, meaning: Meaning, utterance: OpenUtterance) -> tuple[Meaning, bool]:
        """Return the meaning of the whole utterance to act on, and whether it is asked for again."""
        question = utterance.question
        if utterance.alarmed:
            return meaning, False
        flags = tuple(f for f in meaning.findings if f.status == "present" and f.concept in self._red_flags)
        doubt = self._doubt
        if doubt and meaning.text:
            self._doubt = replace(doubt, unanswered=False)
        if not _bare(meaning):
            if _senseless(meaning):
                self._senseless.append((self._now_s, utterance.voice_s))
        elif doubt and question == doubt.question and meaning.answer != doubt.meaning.answer:
            unsure = tuple(replace(one, status="unsure") for one in doubt.flags)
            self._doubt = None
            return replace(meaning, answer="unsure", findings=unsure), False
        elif (flags or (meaning.answer == "yes" and question in self._lists)) and self.doubts(question):
            self._doubt = _Doubt(self._now_s, question, meaning, flags)
            self._asked.add(question)
            return Meaning(meaning.text, command="repeat", words=meaning.words), True
        return meaning, False


def _bare(meaning: Meaning) -> bool:
    """True for an answer, and nothing said besides."""
    said = any(one.words for one in meaning.findings) or any(one.words for one in meaning.values)
    return meaning.answer is not None and not (said or meaning.told or meaning.command or meaning.worded)


def _senseless(meaning: Meaning) -> bool:
    """True for a sentence of which nothing was understood, but perhaps whom it is about."""
    words = any(one.words for one in meaning.values)
    return replace(meaning, values=()).empty and not words and len(meaning.text.split()) >= CHATTER_WORDS
