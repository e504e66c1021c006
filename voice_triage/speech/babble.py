"""Babble: six people talking at once of things that have nothing to do with a rash."""

from __future__ import annotations

import numpy as np

from voice_triage.errors import TriageError
from voice_triage.pcm import Pcm, at_level, from_float, silence, to_float
from voice_triage.speech.callers import CALLER_DBFS, CallerVoice
from voice_triage.thresholds import RATE_HZ

_TALK = (
    "the train to the coast leaves at a quarter past nine on weekdays",
    "we painted the kitchen yellow last summer and the hall green",
    "my brother keeps pigeons on the roof of the old factory",
    "there is a market on the square every second saturday",
    "she bought two pounds of apples and a loaf of rye bread",
    "the film began late because the projector would not start",
    "they moved the piano up three flights of stairs by hand",
    "our team won the cup with a goal in the last minute",
    "put the blue folder on the shelf next to the window",
    "the library closes at six but opens again on sunday",
    "we could walk along the river and have lunch at the mill",
    "the printer on the second floor is out of paper again",
)
_VOICES = (("flite", "slt"), ("flite", "rms"), ("flite", "awb"))
_STREAMS = 6


def babble(seconds: float = 30.0, seed: int = 0) -> Pcm:
    """Six overlapping talkers as a loop at -26 dBFS; Lacking when flite is missing."""
    n = round(seconds * RATE_HZ)
    random = np.random.default_rng(seed)
    mixed = np.zeros(n, np.float32)
    for stream in range(_STREAMS):
        voice = CallerVoice(*_VOICES[stream % len(_VOICES)])
        parts: list[Pcm] = []
        while sum(map(len, parts)) < n:
            for index in random.permutation(len(_TALK)):
                parts += [voice.render(_TALK[index]), silence(random.uniform(0.05, 0.4))]
        talk = np.concatenate(parts)[:n]
        mixed += np.roll(to_float(talk), int(random.integers(n)))
    if not mixed.any():
        raise TriageError("babble could not be made: the voices gave no sound")
    return at_level(from_float(mixed / _STREAMS), CALLER_DBFS)
