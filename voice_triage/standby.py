"""Waiting for the phrase that begins a conversation."""

from __future__ import annotations

import logging

import numpy as np

from voice_triage.audio.contract import SoundDevice
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import StreamingRecognizer, UtteranceRecognizer
from voice_triage.surviving import DEAF_BLOCKS
from voice_triage.thresholds import RATE_HZ, WAKE_LONGEST_S
from voice_triage.understanding.listening_words import ListeningWords
from voice_triage.understanding.phrases import STANDBY

_log = logging.getLogger(__name__)


class Standby:
    """Hears one block at a time and acts only on a wake phrase; nothing is kept.

    The second opinion, where there is one, decides: a false start talks into an empty room.
    """

    def __init__(
        self,
        device: SoundDevice,
        recognizer: StreamingRecognizer,
        endpointer: Endpointer,
        words: ListeningWords,
        second_opinion: UtteranceRecognizer | None = None,
    ) -> None:
        self._device = device
        self._recognizer = recognizer
        self._endpointer = endpointer
        self._words = words
        self._second = second_opinion
        self._heard: list[Pcm] = []
        self._player = Player()
        self._deaf_blocks = 0

    @property
    def deaf(self) -> bool:
        """True while nothing can be heard, though there is sound."""
        lost = getattr(self._recognizer, "lost", False)
        return lost or self._deaf_blocks >= DEAF_BLOCKS

    def say(self, pcm: Pcm) -> None:
        """Say something, such as that the microphone is gone, and go on waiting."""
        self._player.say(pcm)

    def step(self) -> bool:
        """Hear one block; True when the phrase was said."""
        mic = self._device.exchange(self._player.next_block())
        try:
            woken = self._hear(mic)
        except Exception as error:  # whatever a C library throws, the service goes on
            if not self._deaf_blocks:
                _log.error("the hearing failed (%s)", type(error).__name__)
            self._deaf_blocks += 1
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
            self._heard.clear()
        self._heard.append(hearing.pcm)
        self._recognizer.accept(hearing.pcm)
        if hearing.event != "closed":
            return False
        pcm, self._heard = np.concatenate(self._heard), []
        woken = self._words.wakes(self._recognizer.finish().text)
        if self._second is None or not (woken or len(pcm) <= WAKE_LONGEST_S * RATE_HZ):
            return woken
        return self._decided(self._second, pcm, woken)

    def _decided(self, second: UtteranceRecognizer, pcm: Pcm, woken: bool) -> bool:
        """Return what the second opinion says; the first's if it fails: nobody may be shut out.

        Alone it must have heard the phrase and nothing else.
        """
        try:
            text = second.transcribe(pcm, STANDBY).text
        except Exception as error:  # whatever a C library throws, the service goes on
            _log.warning("the second opinion failed (%s)", type(error).__name__)
            return woken
        return self._words.wakes(text) if woken else self._words.only_wakes(text)
