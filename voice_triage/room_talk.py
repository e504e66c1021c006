"""Voices in the room of which nothing is understood: neither cut off nor waited for without an end."""

from __future__ import annotations

from voice_triage.listening import Listener
from voice_triage.thresholds import BLOCK, HELD_UP, RATE_HZ, Thresholds


class RoomTalk:
    """Whether a voice is given way to, and whether the silence waits for it.

    A caller who is not understood is given way once for each line. A television would go on for ever.
    """

    def __init__(self, listener: Listener, limits: Thresholds) -> None:
        self._listener = listener
        self._limits = limits
        self._in_vain = False
        """The line was cut off once and nothing came of it: only a red flag or an answer cuts it again."""
        self._held_blocks = 0

    @property
    def turns_down(self) -> bool:
        """True while the assistant's own voice should be turned down."""
        listener = self._listener
        if not self._in_vain or listener.understood:
            return listener.voice_near
        begun = listener.voice_s < self._limits.barge_in_wordless_s and not listener.room_talk
        return listener.voice_near and begun  # what goes on would leave nothing of the line

    @property
    def cuts(self) -> bool:
        """True where a voice that is surely one may cut the assistant off."""
        return self._listener.voice_confirmed and not self._in_vain

    def in_vain(self) -> None:
        """What was cut off is said again, since nothing came of it."""
        self._in_vain = True
        self._held_blocks = 0

    def begin(self) -> None:
        """Another line begins; in a room that was full of talk before it and still is nothing has changed."""
        self._held_blocks = 0
        self._in_vain = self._in_vain and self._listener.room_talk

    def holds_up(self, patience_s: float) -> bool:
        """True while the silence, of so much patience, waits one block more for somebody who may answer."""
        if not self._listener.answering:
            return False
        self._held_blocks += 1
        return self._held_blocks * BLOCK <= HELD_UP * patience_s * RATE_HZ
