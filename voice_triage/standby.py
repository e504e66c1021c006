"""Waiting for the phrase that begins a conversation."""

from __future__ import annotations

import logging
import time

import numpy as np

from voice_triage.audio.contract import SoundDevice
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import SurvivingRecognizer, UtteranceRecognizer
from voice_triage.thresholds import BLOCK, DEAF_BLOCKS, RATE_HZ, WAKE_LOOKS_S, WAKE_S
from voice_triage.understanding.listening_words import ListeningWords
from voice_triage.understanding.phrases import STANDBY

_log = logging.getLogger(__name__)


class Standby:
    """Hears one block at a time and acts only on a wake phrase; nothing is kept.

    The second opinion, where there is one, decides: a false start talks into an empty room. In a room where
    others never fall silent it is asked while they talk, once the first has heard a word of the phrase, and
    must hear it twice.
    """

    def __init__(
        self,
        device: SoundDevice,
        recognizer: SurvivingRecognizer,
        endpointer: Endpointer,
        words: ListeningWords,
        second_opinion: UtteranceRecognizer | None = None,
    ) -> None:
        self._device = device
        self._recognizer = recognizer
        recognizer.beside(None)  # a conversation before this one has taken its clock along
        self._endpointer = endpointer
        self._words = words
        self._second = second_opinion
        self._heard: list[Pcm] = []
        self._looked_at = 0
        """Blocks that the second opinion was last asked about."""
        self._half = False
        """It heard the phrase, but talk goes on: the last word may be half of another ("ash", "ash tray")."""
        self._player = Player()
        self._deaf_blocks = 0

    @property
    def deaf(self) -> bool:
        """True while nothing can be heard, though there is sound."""
        return self._recognizer.lost or self._deaf_blocks >= DEAF_BLOCKS

    def say(self, pcm: Pcm) -> None:
        """Say something, such as that the microphone is gone, and go on waiting."""
        self._player.say(pcm)

    def step(self) -> bool:
        """Hear one block; True when the phrase was said."""
        try:
            woken = self._hear(self._device.exchange(self._player.next_block()))
        except Exception as error:  # whatever a C library throws, the service goes on
            if not self._deaf_blocks:
                _log.error("the hearing failed (%s)", type(error).__name__)
            self._deaf_blocks += 1
            time.sleep(BLOCK / RATE_HZ)  # it may be the device, which then waits for no sound
            self._heard.clear()
            self._endpointer.reset()
            return False
        self._deaf_blocks = 0
        return woken

    def _hear(self, mic: Pcm) -> bool:
        hearing = self._endpointer.feed(mic, playing=self._player.playing)
        if hearing.event == "quiet":
            return False
        if hearing.event == "opened":
            self._recognizer.expect(None)
            self._recognizer.start()
            self._heard, self._looked_at, self._half = [], 0, False
        self._heard.append(hearing.pcm)
        partial = self._recognizer.accept(hearing.pcm).text
        if hearing.event == "closed":
            woken = self._words.wakes(self._recognizer.finish().text)
            woken = woken if self._second is None else self._decided(self._second, failed=woken)
            self._heard.clear()
            return woken
        fresh_s = sum(map(len, self._heard[self._looked_at :])) / RATE_HZ
        if self._second is None or fresh_s < WAKE_LOOKS_S or not self._words.may_wake(partial):
            return False
        before, self._half = self._half, self._decided(self._second, failed=False)
        return before and self._half

    def _decided(self, second: UtteranceRecognizer, *, failed: bool) -> bool:
        """True when the second opinion heard the phrase and nothing else in the last seconds.

        ``failed`` is the answer when it fails: nobody may be shut out.
        """
        self._looked_at = len(self._heard)
        try:
            text = second.transcribe(np.concatenate(self._heard)[-round(WAKE_S * RATE_HZ) :], STANDBY).text
        except Exception as error:  # whatever a C library throws, the service goes on
            _log.warning("the second opinion failed (%s)", type(error).__name__)
            return failed
        return self._words.only_wakes(text)
