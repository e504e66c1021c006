"""Where the caller's speech begins and ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice_triage.audio.contract import Activity
from voice_triage.pcm import Pcm
from voice_triage.thresholds import (
    BLOCK,
    ECHO_TAIL_S,
    NO_VOICE,
    RATE_HZ,
    RESUMED_S,
    SLOWER_PACE,
    SLOWEST_PACE,
    Thresholds,
)

Event = Literal["quiet", "opened", "speech", "closed"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one block did to the utterance."""

    event: Event
    pcm: Pcm
    """What the recogniser is to be given: on ``opened`` with what came before it; empty when ``quiet``."""
    voice_s: float = 0.0
    """Speech of this utterance so far, from its first to its last voiced block."""
    silence_s: float = 0.0
    """Silence since the last voiced block (the second opinion starts at 0.1)."""
    capped: bool = False
    """Closed by force: the voice had not fallen silent."""


class Endpointer:
    """Opens an utterance at the first voiced frame and closes it after enough silence; deterministic."""

    def __init__(self, activity: Activity, thresholds: Thresholds | None = None) -> None:
        self.thresholds = thresholds or Thresholds()
        self.patience = 1.0
        """The caller's own factor on the silence that ends an utterance (2.0 after "slower")."""
        self._activity = activity
        self._before: deque[Pcm] = deque(maxlen=max(1, self._blocks(self.thresholds.preroll_s)))
        self._pace = 1.0
        self._open = False
        self._length = self._voiced_at = 0
        self._since_close = self._since_own = 10**9
        self._frames_seen = activity.frames
        self._strong_frames = self._voiced_frames = 0
        self._played = 0

    @property
    def end_silence_s(self) -> float:
        """Silence that would end the utterance now: grows when the caller is cut off, and with patience."""
        return self.thresholds.end_silence_s * self.patience * self._pace

    @property
    def barge_in(self) -> bool:
        """A voice strong and long enough to stop own speech for."""
        return self._strong_frames >= self.thresholds.barge_in_frames

    def reset(self) -> None:
        """Drop the utterance that is open; what was learned of the caller's pace stays."""
        self._activity.reset()
        self._before.clear()
        self._open = False
        self._strong_frames = self._voiced_frames = 0

    def close(self) -> None:
        """End the open utterance though voices go on; that says nothing of the caller's pace."""
        self._open = False
        self._since_close = 10**9

    def begin_anew(self, blocks: int) -> None:
        """Let the last ``blocks`` of the open utterance be the beginning of another."""
        self._length = self._voiced_at = blocks

    def feed(self, block: Pcm, playing: bool = False) -> Hearing:
        """Judge one block [320]; while ``playing`` own speech one voiced frame opens no utterance."""
        probability = self._activity.probability(block)
        self._count(probability)
        self._since_own = 0 if playing else self._since_own + 1
        if self._since_own == 1 and not self._open and probability < NO_VOICE:
            self._activity.reset()
        self._played += playing
        if self._open:
            return self._go_on(block, probability)
        self._since_close += 1
        strict = self._since_own < self._blocks(ECHO_TAIL_S)
        if self._over_speech() if strict else probability >= self.thresholds.voice_opens:
            return self._begin(block)
        self._before.append(block)
        return Hearing("quiet", np.zeros(0, np.int16))

    def _begin(self, block: Pcm) -> Hearing:
        if self._since_close <= self._blocks(RESUMED_S):
            self._pace = min(SLOWEST_PACE, self._pace * SLOWER_PACE)
        pcm = np.concatenate((*self._before, block))
        self._before.clear()
        self._open = True
        self._length = self._voiced_at = 1
        return Hearing("opened", pcm, self._seconds(1))

    def _go_on(self, block: Pcm, probability: float) -> Hearing:
        self._length += 1
        if probability >= self.thresholds.voice_holds:
            self._voiced_at = self._length
        silent = self._length - self._voiced_at
        voice_s, silence_s = self._seconds(self._voiced_at), self._seconds(silent)
        capped = self._length >= self._blocks(self.thresholds.utterance_cap_s * self.patience)
        if not capped and silent < self._blocks(self.end_silence_s):
            return Hearing("speech", block, voice_s, silence_s)
        self.close()
        if not capped:  # a capped one goes on at once
            self._since_close = 0
        return Hearing("closed", block, voice_s, silence_s, capped)

    def _over_speech(self) -> bool:
        """True when somebody seems to speak over own speech; what is left of a caller there is choppy."""
        warm = self._played >= self._blocks(self.thresholds.canceller_warm_s)
        return self.barge_in or (warm and self._voiced_frames >= self.thresholds.duck_frames)

    def _count(self, probability: float) -> None:
        """Count the frames in a row that were voiced, and those that were surely so."""
        fresh = self._activity.frames - self._frames_seen
        self._frames_seen = self._activity.frames
        strong = probability > self.thresholds.barge_in_probability
        voiced = probability >= self.thresholds.duck_probability
        self._strong_frames = self._strong_frames + fresh if strong else 0
        self._voiced_frames = self._voiced_frames + fresh if voiced else 0

    @staticmethod
    def _blocks(seconds: float) -> int:
        return round(seconds * RATE_HZ / BLOCK)

    @staticmethod
    def _seconds(blocks: int) -> float:
        return blocks * BLOCK / RATE_HZ
