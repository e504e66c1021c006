"""What fails inside a session is survived: no error reaches the caller, and an emergency is said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import numpy as np

from voice_triage.dialogue.state import CONFIRM
from voice_triage.equipment import Equipment
from voice_triage.messages import Alarm, Line, Meaning, Outcome, Utterance
from voice_triage.pcm import Pcm
from voice_triage.speaking import Speaker, Words
from voice_triage.thresholds import BLOCK, DEAF_BLOCKS, RATE_HZ
from voice_triage.wording import Wording

_log = logging.getLogger(__name__)

SILENCE = np.zeros(BLOCK, np.int16)

T = TypeVar("T")


def about_devices(lost: Collection[str]) -> Line:
    """What to say of the devices that are missing, or that all are back."""
    return Line(f"device.{max(lost)}_lost" if lost else "device.back")  # the microphone matters more


class Devices:
    """Which devices are missing, and what the caller was told of them."""

    def __init__(self) -> None:
        self.missing = frozenset[str]()
        self._told: Line | None = about_devices(())

    def news(self, missing: Collection[str], *, again: bool = False) -> Line | None:
        """The line to say; None where the caller knows it, or ``again`` is not asked for.

        While a microphone is looked for the loudspeaker may go for a moment, too: that is nothing new.
        """
        if frozenset(missing) == self.missing and not again:
            return None
        self.missing = frozenset(missing)
        line = about_devices(missing)
        if line == self._told and not again:
            return None
        nobody_hears = len(missing) > 1
        self._told = None if nobody_hears else line
        return line


def signs_of(event: Outcome) -> frozenset[str]:
    """The concepts that are present in what was heard."""
    if isinstance(event, Alarm):
        return frozenset(one.concept for one in event.findings)
    return event.meaning.signs if isinstance(event, Utterance) else frozenset()


class Faults:
    """Keeps what failed, and the words for it, which were made while everything worked."""

    def __init__(self, wording: Wording) -> None:
        self._emergency = [wording.say(Line(name)) for name in ("emergency.call", "emergency.call_again")]
        self._sorry = wording.say(Line("device.fault"))
        self.seen: list[str] = []
        """Stage and kind of what failed, each once."""

    def note(self, stage: str, error: Exception) -> None:
        """Remember and log a fault, each kind once."""
        # The type only: a message might hold what was said.
        what = f"{stage}: {type(error).__name__}"
        if what not in self.seen:
            self.seen.append(what)
            _log.error("something failed inside, and the conversation goes on (%s)", what)

    def guarded(self, stage: str, work: Callable[[], T], instead: T) -> T:
        """Return what ``work`` does, or ``instead`` where it fails."""
        try:
            return work()
        except Exception as error:
            self.note(stage, error)
            return instead

    def emergency(self) -> list[Words]:
        """What is announced when the dialogue cannot say it."""
        return [Words(text, CONFIRM, 0, emergency=True) for text in self._emergency]

    def sorry(self, question: str | None) -> list[Words]:
        """What is said when an answer was lost inside."""
        return [Words(self._sorry, question, 0)]


def next_block(speaker: Speaker, faults: Faults) -> Pcm:
    """What is played next; silence where the player fails, which is replaced."""
    block = faults.guarded("player", speaker.next_block, None)
    if block is None:
        faults.guarded("player", speaker.start_anew, None)
        return SILENCE
    return block


class Ears:
    """Microphone, echo canceller and listener, a block at a time; deaf rather than dead when they fail."""

    def __init__(self, parts: Equipment, faults: Faults) -> None:
        self._with = parts
        self._listener = parts.listener
        self._faults = faults
        self._deaf_blocks = self._mute_blocks = 0

    @property
    def deaf(self) -> bool:
        """True while nothing can be heard, whatever is said."""
        return self._listener.recognizer.lost or max(self._deaf_blocks, self._mute_blocks) >= DEAF_BLOCKS

    def near(self, far: Pcm) -> Pcm:
        """Play a block; return the microphone's, without its echo where the canceller does not fail.

        Silence, in its time, where the device fails.
        """
        mic = self._faults.guarded("device", lambda: self._with.device.exchange(far), None)
        self._mute_blocks = 0 if mic is not None else self._mute_blocks + 1
        if mic is None:
            self._with.clock.pause(BLOCK / RATE_HZ)
            return SILENCE
        canceller = self._with.canceller
        if canceller is None:
            return mic
        return self._faults.guarded("echo canceller", lambda: canceller.process(mic, far), mic)

    def hear(self, near: Pcm, question: str | None, own_words: str) -> Sequence[Outcome]:
        """What became of the block; what an utterance said is lost when the hearing of it fails.

        An empty one stands in its place, so that the caller is asked again.
        """
        events: list[Outcome] = []
        spoken = self._listener.busy
        try:
            self._listener.hear(near, question, own_words, events)
        except Exception as error:
            self._faults.note("hearing", error)
            spoken = spoken or self._listener.busy
            self._listener.drop()
            if spoken and not self._deaf_blocks:  # once: while it goes on the caller is told so instead
                events.append(Utterance(Meaning(""), question, False, bool(own_words), confirmed=False))
            self._deaf_blocks += 1
            return events
        self._deaf_blocks = 0
        return events
