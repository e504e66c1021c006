"""The speaking half of a session: turns in, loudspeaker blocks out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voice_triage.audio.earcons import Earcon, earcon
from voice_triage.audio.player import Player
from voice_triage.errors import TriageError
from voice_triage.messages import Line, Turn
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm
from voice_triage.speech.contract import bounded_rate
from voice_triage.thresholds import RATE_HZ

EMERGENCY_WPM = 180
"""The emergency line is never spoken faster than people speak: 120 to 180 (Bragg 2021, TACCESS)."""
FEVER = Line("emergency.heard", (("sign", "fever"),))
"""What is left of a measured fever where its figure cannot be spoken."""
STEPS = {"slower": 1 / 1.2, "faster": 1.2, "quieter": 1 / 1.5, "louder": 1.5}
PAUSE_S = 0.25
"""Between two lines of a turn: enough to tell two ideas apart."""


class SpokenBy(Protocol):
    """What is needed of a voice."""

    def render(self, text: str, rate_wpm: int, *, private: bool = False, urgent: bool = False) -> Pcm:
        """Speech as int16[n] at 16 kHz, off the disk if ``private``. Raises Lacking: no engine.

        What is ``urgent`` waits for no engine where it was made ready, at whatever rate.
        """


@dataclass(frozen=True, slots=True)
class Words:
    """One line as it will be spoken."""

    text: str
    question: str | None
    turn: int
    emergency: bool = False
    private: bool = False
    """It repeats what the caller told: its sound is never kept on disk."""
    instead: str = ""
    """What is said where a voice that fails cannot say this: it was rendered beforehand."""
    readback: bool = False
    """The last line of an emergency turn: from here on the caller is being asked."""


def measured(line: Line) -> bool:
    """True where the line repeats the figure that the caller gave."""
    return any(name == "measure" for name, _ in line.slots)


def words_of(turn: Turn, lines: Sequence[Line], number: int, say: Callable[[Line], str]) -> list[Words]:
    """What is spoken of the lines of turn ``number``; ``say`` puts a line into words."""
    last = len(lines) - 1
    return [
        Words(
            text,
            turn.question,
            number,
            emergency=turn.emergency,
            # Emergency lines were rendered for every sign there is: they tell nothing of this caller.
            private=bool(line.slots) and (not turn.emergency or measured(line)),
            instead=say(FEVER) if measured(line) else "",
            readback=(turn.emergency or turn.patience == "short")
            and turn.question is not None
            and at == last,
        )
        for at, line in enumerate(lines)
        if (text := say(line))
    ]


class Speaker:
    """Speaks lines one after another and knows which of them were heard."""

    def __init__(
        self,
        player: Player,
        voice: SpokenBy,
        now_s: Callable[[], float],
        *,
        rate_wpm: int,
        rate_changed: Callable[[int], None] = lambda rate_wpm: None,
    ) -> None:
        self._player = player
        self.voice = voice
        self.last = ""
        """The text of the line that was begun last."""
        self.observer = Observer()
        """Is told of every line; the session puts its own here."""
        self._now_s = now_s
        self.rate_wpm = rate_wpm
        self._rate_changed = rate_changed
        self._lines: dict[str, Words] = {}
        self._order: deque[str] = deque()
        """The lines that are sounding or waiting, without the earcons between them."""
        self._current = ""
        self._count = 0
        self._emergency_begins = False

    @property
    def playing(self) -> bool:
        """True while lines are waiting or sounding."""
        return self._player.playing

    @property
    def announcing(self) -> bool:
        """True from the moment an emergency is announced until its read-back begins: nothing may cut this."""
        line = self._lines.get(self._order[0]) if self._order else None
        return bool(line and line.emergency and not line.readback)

    @property
    def leading(self) -> bool:
        """True until the question of a read-back begins."""
        return any(one.readback for key in list(self._order)[1:] if (one := self._lines.get(key)))

    @property
    def line(self) -> Words | None:
        """The line that is sounding."""
        return self._lines.get(self._player.segment or "")

    def say(self, words: Sequence[Words]) -> None:
        """Queue the lines of a turn, in order."""
        for one in words:
            rate = min(self.rate_wpm, EMERGENCY_WPM) if one.emergency else self.rate_wpm
            self._queue(one, self._render(one, rate))

    def announce(self, words: Sequence[Words]) -> None:
        """Fall silent and begin the emergency lines in the same block."""
        self.cut()
        self._emergency_begins = True
        self.signal("emergency")
        self.say(words)

    def signal(self, name: Earcon) -> None:
        """Queue an earcon; it is no speech and no line."""
        self._player.say(earcon(name), f"earcon-{name}")

    def understood(self) -> None:
        """Let the earcon sound over the first moment of what is said next: no answer waits for it."""
        self._player.overlay(earcon("understood"))

    def _render(self, words: Words, rate_wpm: int) -> Pcm:
        """Return the line's sound; a voice that fails leaves silence as long as the words take."""
        try:
            return self.voice.render(words.text, rate_wpm, private=words.private, urgent=words.emergency)
        except Exception as error:  # whatever an engine throws, the conversation goes on
            what = str(error) if isinstance(error, TriageError) else type(error).__name__
            self.observer.trouble(f"the voice failed: {what}")
            if words.instead:
                return self._render(replace(words, text=words.instead, instead="", private=False), rate_wpm)
            return np.zeros(int(RATE_HZ * max(1, len(words.text.split())) * 60 / rate_wpm), np.int16)

    def start_anew(self) -> None:
        """Begin the lines that wait again in a new player: the old one has failed."""
        waiting = [self._lines[one] for one in self._order if one in self._lines]
        volume, self._player = self._player.volume, Player()
        self._player.volume = volume
        self._lines.clear()
        self._order.clear()
        self._current = ""
        self.say(waiting)

    def next_block(self) -> Pcm:
        """The next block for the loudspeaker; tells the observers when a line begins."""
        block = self._player.next_block()
        for finished in self._player.take_finished():
            self._lines.pop(finished, None)
            if self._order and self._order[0] == finished:
                self._order.popleft()
        if self._emergency_begins and np.any(block):
            self._emergency_begins = False
            self.observer.emergency(at_s=self._now_s())
        segment = self._player.segment or ""
        if segment != self._current:
            self._current = segment
            if line := self._lines.get(segment):
                self.last = line.text
                self.observer.said(line.text, line.question, turn=line.turn, at_s=self._now_s())
        return block

    def cut(self) -> list[Words]:
        """Fall silent; return the lines that were not heard to the end."""
        cut = self._player.cut()
        self._current = ""
        self._order.clear()
        if cut is None:
            return []
        unheard = [self._lines[one] for one in (cut.segment, *cut.dropped) if one in self._lines]
        line = self._lines.get(cut.segment)
        self._lines.clear()
        if line is not None:
            spoken = line.text.split()
            part = round(len(spoken) * cut.heard / max(1, cut.length))
            self.observer.cut(" ".join(spoken[:part]), at_s=self._now_s())
        return unheard

    def change_voice(self, next_voice: Callable[[], SpokenBy | None] | None) -> bool:
        """Speak with the voice that ``next_voice`` gives from now on; False when there is none."""
        voice = next_voice() if next_voice else None
        self.voice = voice or self.voice
        return voice is not None

    def duck(self, on: bool) -> None:
        """Turn the voice down while somebody seems to speak."""
        self._player.duck(0.0 if on else 1.0)

    def adjust(self, how: str) -> None:
        """Change the speaking rate or the loudness by one step: slower, faster, quieter, louder."""
        if how in ("slower", "faster"):
            self.rate_wpm = bounded_rate(self.rate_wpm * STEPS[how])
            self._rate_changed(self.rate_wpm)
        else:
            self._player.volume *= STEPS[how]

    def _queue(self, words: Words, pcm: Pcm) -> None:
        self._count += 1
        segment = f"line-{self._count}"
        self._lines[segment] = words
        self._order.append(segment)
        self._player.say(pcm, segment, pause_s=PAUSE_S)
