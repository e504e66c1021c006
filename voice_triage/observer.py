"""What a session tells whoever watches: captions, transcripts, the scripted caller of a replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Observer:
    """Override what is of interest. All times in seconds since the session began."""

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """The assistant begins to say a line of its turn number ``turn``."""

    def cut(self, text: str, *, at_s: float) -> None:
        """The assistant was cut off; ``text`` is what of the line was heard."""

    def listening(self, question: str | None, *, at_s: float) -> None:
        """The assistant has finished its turn and waits for an answer to ``question``."""

    def hearing(self, text: str, *, at_s: float) -> None:
        """The words recognised so far."""

    def heard(self, text: str, *, at_s: float) -> None:
        """The words of a finished utterance, as they were taken."""

    def emergency(self, *, at_s: float) -> None:
        """The first sample of an emergency announcement is out."""

    def level(self, dbfs: float) -> None:
        """The microphone's level, each block."""

    def trouble(self, what: str) -> None:
        """Something failed and was survived; one line for a person."""


class Watched(Observer):
    """Tells all ``observers``; one that raises is told of to ``failed``, and holds up nobody."""

    def __init__(self, observers: Sequence[Observer], failed: Callable[[Exception], None]) -> None:
        self._observers = observers
        self._failed = failed

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.said(text, question, turn=turn, at_s=at_s))

    def cut(self, text: str, *, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.cut(text, at_s=at_s))

    def listening(self, question: str | None, *, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.listening(question, at_s=at_s))

    def hearing(self, text: str, *, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.hearing(text, at_s=at_s))

    def heard(self, text: str, *, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.heard(text, at_s=at_s))

    def emergency(self, *, at_s: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.emergency(at_s=at_s))

    def level(self, dbfs: float) -> None:
        """Pass it on."""
        self._all(lambda one: one.level(dbfs))

    def trouble(self, what: str) -> None:
        """Pass it on."""
        self._all(lambda one: one.trouble(what))

    def _all(self, tell: Callable[[Observer], None]) -> None:
        for one in self._observers:
            try:
                tell(one)
            except Exception as error:  # whatever a screen or a script throws, the conversation goes on
                self._failed(error)
