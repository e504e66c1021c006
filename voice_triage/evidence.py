"""Whether what was heard is evidence enough for an emergency, or is read back before it counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace

from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.thresholds import BLOCK, CHATTER_S, CHATTER_TIMES, CHATTER_WITHIN_S, CHATTER_WORDS, RATE_HZ
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import CERTAIN, LIKELY


class Evidence:
    """A red flag in words counts at once where the network finds it likely in some engine's words.

    Where others talk, as a television does, it must be all but certain, and a bare answer never counts at
    once: their "yes" is as clear as the caller's. The rest is read back first (``State.doubted``).
    """

    def __init__(self, interpreter: Interpreter, red_flags: Collection[str]) -> None:
        self._interpreter = interpreter
        self._red_flags = frozenset(red_flags)
        self._now_s = 0.0
        self._senseless: deque[tuple[float, float]] = deque()
        """When speech without sense ended, and how long it was (s)."""

    def tick(self) -> None:
        """A block (20 ms) has passed."""
        self._now_s += BLOCK / RATE_HZ
        while self._senseless and self._now_s - self._senseless[0][0] > CHATTER_WITHIN_S:
            self._senseless.popleft()

    @property
    def others_talk(self) -> bool:
        """True while they do, as far as one can know: much was said of late that makes no sense."""
        long = sum(voice_s for _, voice_s in self._senseless) >= CHATTER_S
        return long and len(self._senseless) >= CHATTER_TIMES

    @property
    def _least(self) -> float:
        """How likely a red flag must be: more where as much as one sentence of late made no sense."""
        return CERTAIN if self._senseless else LIKELY

    def suffices(self, flag: Finding, utterance: OpenUtterance) -> bool:
        """True for a red flag that may count before the utterance is over."""
        return self._likely({flag.concept}, utterance) if flag.words else not self.others_talk

    def sift(self, flags: Mapping[str, Finding], utterance: OpenUtterance) -> dict[str, Finding]:
        """Those of the red flags that may."""
        return {name: one for name, one in flags.items() if self.suffices(one, utterance)}

    def weak(self, meaning: Meaning, utterance: OpenUtterance) -> bool:
        """Take note of the whole; True where it is to be read back first, should it be an emergency.

        Where others talk that holds of what makes no sense, too: it is no reply.
        """
        if _senseless(meaning):
            self._senseless.append((self._now_s, utterance.voice_s))
        if utterance.alarmed:
            return False
        there = [one for one in meaning.findings if one.status == "present"]
        flags = {one.concept for one in there if one.concept in self._red_flags and one.words}
        if not self.others_talk:
            answered = any(one.concept in self._red_flags and not one.words for one in there)
            return bool(flags) and not answered and not self._likely(flags, utterance)
        signs = flags or meaning.signs
        return meaning.bare or meaning.empty or bool(signs and not self._likely(signs, utterance))

    def _likely(self, concepts: Collection[str], utterance: OpenUtterance) -> bool:
        likelihood, question, named = self._interpreter.likelihood, utterance.question, frozenset(concepts)
        return any(likelihood(text, question, named) >= self._least for text in utterance.readings)


def _senseless(meaning: Meaning) -> bool:
    """True for a sentence of which nothing was understood, but perhaps whom it is about."""
    words = any(one.words for one in meaning.values)
    return replace(meaning, values=()).empty and not words and len(meaning.text.split()) >= CHATTER_WORDS
