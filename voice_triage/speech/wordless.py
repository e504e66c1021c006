"""A voice that makes no sound: for replays in text."""

from __future__ import annotations

import numpy as np

from voice_triage.pcm import Pcm
from voice_triage.thresholds import RATE_HZ

TEXT_WORD_S = 0.35
"""How long a word takes where no sound is made (170 words a minute)."""


class WordlessVoice:
    """Sound that only lasts as long as the words would take: for replays in text."""

    name = "text"
    version = "1"
    degraded = False

    def render(self, text: str, rate_wpm: int = 170, *, private: bool = False, urgent: bool = False) -> Pcm:
        """A constant of the words' length at ``rate_wpm``."""
        return np.ones(round(len(text.split()) * 60 / rate_wpm * RATE_HZ), np.int16)

    def close(self) -> None:
        """Nothing to close."""
