"""What a session tells whoever watches: captions, transcripts, the scripted caller of a replay."""

from __future__ import annotations


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
