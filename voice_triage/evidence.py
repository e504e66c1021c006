"""Whether what was heard is evidence enough for an emergency, or is read back before it counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace

from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.thresholds import BLOCK, CHATTER_S, CHATTER_WITHIN_S, CHATTER_WORDS, LONG_WORDS, RATE_HZ
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import AGREED, CERTAIN, DIRECTED, LIKELY, OURS


class Evidence:
    """A red flag counts at once where the network finds it likely in what some engine heard, or may have.

    At the end of the utterance also that the caller may have said it. Where others may talk, as a television
    does, it must be all but certain, no guess, and no answer counts at once that does not name it: their
    "yes" is as clear as the caller's. Where they surely talk both engines must have heard it. The rest is
    read back first (``State.doubted``).
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
    def others_may_talk(self) -> bool:
        """True where one sentence of late made no sense."""
        return bool(self._senseless)

    @property
    def _others_talk(self) -> bool:
        """True where more of it did."""
        return len(self._senseless) > 1 and sum(voice_s for _, voice_s in self._senseless) >= CHATTER_S

    def suffices(self, flag: Finding, utterance: OpenUtterance) -> bool:
        """True for a red flag that may count before the utterance is over."""
        return bool(flag.words or not self.others_may_talk) and self._likely({flag.concept}, utterance)

    def sift(self, flags: Mapping[str, Finding], utterance: OpenUtterance) -> dict[str, Finding]:
        """Those of the red flags that may."""
        return {name: one for name, one in flags.items() if self.suffices(one, utterance)}

    def weak(self, meaning: Meaning, utterance: OpenUtterance) -> bool:
        """Take note of the whole; True where it is to be read back first, should it be an emergency.

        True as well of what, in answer to a read-back, may be anybody's talk.
        """
        others, talk = self.others_may_talk, self._others_talk
        if _senseless(meaning):
            self._senseless.append((self._now_s, utterance.voice_s))
        there = [
            one for one in meaning.findings if one.status == "present" and one.concept in self._red_flags
        ]
        said = {one.concept for one in there if one.words}
        if utterance.alarmed:
            return False
        if there:
            named = said or {one.concept for one in there}
            heard = set().union(*utterance.readings(guesses=not others))
            theirs = self._directed(heard, utterance) < DIRECTED  # of half a sentence nobody can tell
            return (others and not said) or theirs or not self._likely(named, utterance)
        replies = meaning.answer or meaning.command or meaning.told
        if talk:
            return not replies or meaning.bare or _long(meaning)
        ours = self._directed({meaning.text}, utterance) >= OURS
        return others and (meaning.bare or _long(meaning)) and not ours

    def _likely(self, concepts: Collection[str], utterance: OpenUtterance) -> bool:
        likelihood, question, named = self._interpreter.likelihood, utterance.question, frozenset(concepts)
        heard = utterance.readings(guesses=not self.others_may_talk)
        each = [max(likelihood(text, question, named) for text in texts) for texts in heard]
        if self._others_talk and min(each) < AGREED:
            return False
        return max(each) >= (CERTAIN if self.others_may_talk else LIKELY)

    def _directed(self, texts: Collection[str], utterance: OpenUtterance) -> float:
        """How likely the caller says the likeliest of the words; 1 where there are none."""
        each = [self._interpreter.directed(text, utterance.question) for text in texts if text]
        return max(each, default=1.0)


def _long(meaning: Meaning) -> bool:
    return len(meaning.text.split()) >= LONG_WORDS


def _senseless(meaning: Meaning) -> bool:
    """True for a sentence of which nothing was understood, or of a long one no more than a person."""
    told = any(one.words and (one.concept != "patient" or not _long(meaning)) for one in meaning.values)
    return replace(meaning, values=()).empty and not told and len(meaning.text.split()) >= CHATTER_WORDS
