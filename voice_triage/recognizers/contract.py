"""The two kinds of recogniser, and what they need to know about the words callers use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm

Beside: TypeAlias = Callable[[Callable[[], Hypothesis]], Callable[[], Hypothesis | None]]
"""Begins work beside the loop (``Clock.start``); what it returns gives the result once it is there."""


class PhraseSource(Protocol):
    """The caller's words, from grammars/; all lower case, single spaces."""

    def sentences(self) -> list[str]:
        """Sample sentences for a language model."""
        ...

    def near_misses(self) -> list[str]:
        """Innocent sentences that sound like alarming ones."""
        ...

    def for_question(self, question: str | None) -> list[str]:
        """Phrases to expect while ``question`` is open; red-flag phrases are always among them."""
        ...

    def vocabulary(self) -> frozenset[str]:
        """Every word of the grammars."""
        ...

    def pronunciations(self) -> dict[str, str]:
        """Phones (CMU, separated by spaces) of words that common dictionaries lack."""
        ...

    def fingerprint(self) -> str:
        """Return something that differs whenever any of them differs: making them all takes seconds."""
        ...


class StreamingRecognizer(Protocol):
    """Hears an utterance block by block and says at any time what it believes so far."""

    name: str
    """The engine's registry name, for reports."""

    @property
    def step_s(self) -> float:
        """Time from this partial result to the next; 0 where each block gives one."""
        ...

    def beside(self, start: Beside | None) -> None:
        """Do what takes long with ``start``, so that the loop goes on; None: do it at once."""
        ...

    def expect(self, question: str | None) -> None:
        """Prepare for answers to ``question``; takes effect with the next utterance."""
        ...

    def new_caller(self) -> None:
        """Forget what was learnt of the last caller's voice: another conversation begins."""
        ...

    def start(self) -> None:
        """Begin a new utterance; what was pending is dropped."""
        ...

    def accept(self, block: Pcm) -> Hypothesis:
        """Hear one block of any length; returns the partial result (starts an utterance if none is open)."""
        ...

    def pause(self) -> None:
        """The caller is silent, perhaps not for good; told each block: what is heard in steps is due."""
        ...

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; returns its final result, empty when nothing was heard.

        ``checked``: another engine has understood it; what takes long may be left out.
        """
        ...

    def close(self) -> None:
        """Release the engine; may be called twice."""
        ...


class SurvivingRecognizer(StreamingRecognizer, Protocol):
    """One that never raises, and says what it could not hear: the caller is told, or asked again."""

    @property
    def failures(self) -> int:
        """How often it has failed; an utterance in which this has grown is lost."""
        ...

    @property
    def lost(self) -> bool:
        """True while nothing is heard by it."""
        ...


class UtteranceRecognizer(Protocol):
    """Hears a whole utterance at once: the second opinion at the end of speech."""

    name: str

    def load(self) -> None:
        """Load what it needs; where nobody asks for it, the first utterance waits. Raises Lacking."""
        ...

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        """Return what was said in ``pcm``, final; empty for silence, noise and doubtful results.

        ``question`` is the one that was open: its answers are likely.
        """
        ...
