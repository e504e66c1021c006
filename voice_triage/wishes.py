"""What a caller may wish of the assistant itself: spelling, another voice, more time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from voice_triage.messages import Line, Meaning, Patience, Turn
from voice_triage.thresholds import Thresholds
from voice_triage.wording import Wording

PATIENT = 2.0
"""Factor on every waiting time, the one that ends an answer included, once more time was asked for."""


def as_command(meaning: Meaning) -> Meaning:
    """The meaning as the dialogue takes it, to which a wish is no more than that the question is repeated."""
    return replace(meaning, command="repeat") if meaning.wish and meaning.command is None else meaning


class Wishes:
    """Grants the wishes of ``messages.WISHES`` and keeps what they have changed."""

    def __init__(
        self, wording: Wording, patience: float = 1.0, next_voice: Callable[[], bool] | None = None
    ) -> None:
        self._wording = wording
        self._next_voice = next_voice
        self._usual = self.patience = patience
        """The caller's factor on the silence before anything is asked again."""
        self.unhurried = 1.0
        """The caller's factor on the silence that ends an answer."""

    def patience_s(self, patience: Patience, limits: Thresholds) -> float:
        """Seconds of silence before the dialogue is told of it, with the caller's factor.

        A read-back that holds an emergency up waits no longer for anybody.
        """
        if patience == "short":
            return limits.patience_short_s
        normal, long, longest = limits.patience_normal_s, limits.patience_long_s, limits.patience_unlimited_s
        return {"normal": normal, "long": long, "unlimited": longest}[patience] * self.patience

    def grant(self, wish: str, turn: Turn, said: str) -> tuple[Line, ...]:
        """Do what is wished; return what is said before the lines of ``turn``.

        ``said`` is what the assistant said last. In an emergency nothing comes before its lines.
        """
        if wish in ("more_time", "unhurried"):
            self.patience = self._usual * PATIENT
            self.unhurried = PATIENT
            lines: tuple[Line, ...] = (Line("adjust.patient"),)
        elif wish == "another_voice":
            changed = self._next_voice is not None and self._next_voice()
            lines = (Line("adjust.voice" if changed else "adjust.one_voice"),)
        else:
            lines = self._spelled(said)
        return () if turn.emergency else lines

    def _spelled(self, said: str) -> tuple[Line, ...]:
        """The number in what was said, else its longest word, sign by sign."""
        number = self._wording.emergency_number
        if number in said and any(one.isdigit() for one in number):
            return (Line("adjust.spell_number", (("letters", ", ".join(number.split())),)),)
        words = re.findall(r"[^\W\d_]+", said)
        if not words:
            return ()
        word = max(words, key=len)
        return (Line("adjust.spell", (("word", word.lower()), ("letters", ", ".join(word.upper())))),)
