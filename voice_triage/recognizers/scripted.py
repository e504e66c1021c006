"""A recogniser that is told what is said: for tests, and for replays in text."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import Beside
from voice_triage.thresholds import RATE_HZ


@dataclass(slots=True)
class _Speech:
    """An utterance that is being said."""

    words: list[str]
    seconds: float
    said: int = 0
    """How many of the words are out."""
    heard_seconds: float = 0.0

    def hear(self, seconds: float) -> tuple[list[str], float]:
        """Return the words that come out within ``seconds`` of sound, and the sound left over."""
        self.heard_seconds += seconds
        left = max(0.0, self.heard_seconds - self.seconds)
        due = len(self.words) if left or not self.seconds else self._due()
        new = self.words[self.said : due]
        self.said = max(self.said, due)
        return new, left

    def _due(self) -> int:
        # The small addition keeps a sum of many block lengths from falling short of the whole.
        return min(len(self.words), int(len(self.words) * (self.heard_seconds / self.seconds) + 1e-6))

    @property
    def over(self) -> bool:
        return self.said >= len(self.words)


class ScriptedRecognizer:
    """Reveals queued words in proportion to the sound it is given.

    ``say("he can't breathe", 1.5)`` queues an utterance that lasts 1.5 s; each block with any sound in it
    (all-zero blocks are silence) lets its share of the words out. ``finish()`` gives the whole utterance
    once some of its sound was heard, as a real engine does after the last syllable; ``start()`` drops
    the words that were already out and goes on with the rest. Utterances follow one another in order.
    """

    name = "scripted"
    step_s = 0.0
    failures = 0
    lost = False

    def __init__(self) -> None:
        self._coming: deque[_Speech] = deque()
        self._out: list[str] = []
        self.question: str | None = None
        """What was last expected, for tests."""

    def say(self, text: str, seconds: float) -> None:
        """Queue an utterance that takes ``seconds`` of sound; an empty one is ignored."""
        words = text.lower().split()
        if words:
            self._coming.append(_Speech(words, max(0.0, seconds)))

    def beside(self, start: Beside | None) -> None:
        """Ignored: a block takes a few milliseconds."""

    def expect(self, question: str | None) -> None:
        """Remember the question; the script does not depend on it."""
        self.question = question

    def new_caller(self) -> None:
        """Nothing is learnt, so nothing is forgotten; the queue stays."""

    def start(self) -> None:
        """Begin a new utterance."""
        self._out = []

    def accept(self, block: Pcm) -> Hypothesis:
        """Let out the words that fit into the sound of ``block``."""
        seconds = len(block) / RATE_HZ if block.any() else 0.0
        while seconds > 0 and self._coming:
            new, seconds = self._coming[0].hear(seconds)
            self._out += new
            if self._coming[0].over:
                self._coming.popleft()
        return Hypothesis(" ".join(self._out))

    def pause(self) -> None:
        """Nothing is due: each block gave its result."""

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; what is left of a begun one comes out."""
        if self._coming and self._coming[0].heard_seconds:
            speech = self._coming.popleft()
            self._out += speech.words[speech.said :]
        text = " ".join(self._out)
        self._out = []
        return Hypothesis(text)

    def close(self) -> None:
        """Forget everything that is queued."""
        self._coming.clear()
        self._out = []
