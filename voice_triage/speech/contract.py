"""What every voice must offer."""

from __future__ import annotations

from typing import Protocol

from voice_triage.pcm import Pcm

SLOWEST_WPM = 80
FASTEST_WPM = 400
USUAL_WPM = 160
LEVEL_DBFS = -20.0
"""Active level of everything the assistant says."""


class Voice(Protocol):
    """Turns one sentence into sound."""

    name: str
    """Engine and voice, such as ``pyttsx3:gmw/en-us``."""
    version: str
    """Changes whenever the same text would sound different: part of the cache key."""
    degraded: bool
    """True while a stand-in speaks: its sound is not kept for other sessions."""

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech as int16[n] at 16 kHz, without silent ends; Lacking when the engine is missing or dead."""

    def close(self) -> None:
        """Give back processes and memory; rendering again starts them anew."""


def bounded_rate(rate_wpm: float) -> int:
    """A rate in words a minute that every engine can speak (80 to 400)."""
    return round(min(FASTEST_WPM, max(SLOWEST_WPM, rate_wpm)))


def least_seconds(text: str, rate_wpm: int) -> float:
    """The shortest sound that can hold the text: a shorter file was cut off (engines fail silently)."""
    spoken = sum(letter.isalnum() for letter in text)
    return 0.025 * spoken * 200 / max(rate_wpm, 200)
