"""What every source and sink of sound, and every judge of voice, must offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voice_triage.pcm import Pcm


class SoundDevice(Protocol):
    """A microphone and a loudspeaker, or a room that stands for both, driven block by block (20 ms)."""

    def exchange(self, far: Pcm) -> Pcm:
        """Play int16[320] and give the int16[320] heard meanwhile; live, it waits until they are there."""

    def cut(self) -> object:
        """Silence at once whatever was handed over but is not yet heard."""


class Activity(Protocol):
    """Judges how likely a block holds a voice."""

    frames: int
    """Analysis frames judged so far; a frame need not be a block."""

    def probability(self, block: Pcm) -> float:
        """Probability of voice, 0 to 1, as of the last whole frame after this block [320]."""

    def reset(self) -> None:
        """Forget what came before."""


class Canceller(Protocol):
    """Takes the far-end signal out of the microphone's."""

    def process(self, mic: Pcm, far: Pcm) -> Pcm:
        """Return the microphone block without the echo of ``far``."""

    def again(self, samples: int) -> Callable[[], Pcm]:
        """Return the work of hearing the last ``samples`` again, without the echo and nothing else gone."""
