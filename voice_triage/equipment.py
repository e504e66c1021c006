"""What a session is built from; app.py knows the concrete classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voice_triage.audio.contract import Canceller, SoundDevice
from voice_triage.clock import Clock
from voice_triage.dialogue import Dialogue
from voice_triage.listening import Listener
from voice_triage.speaking import Speaker, SpokenBy
from voice_triage.thresholds import Thresholds
from voice_triage.understanding import Interpreter
from voice_triage.understanding.listening_words import ListeningWords
from voice_triage.wording import Wording


@dataclass(frozen=True, slots=True)
class Equipment:
    """The parts, put together."""

    device: SoundDevice
    canceller: Canceller | None
    listener: Listener
    speaker: Speaker
    dialogue: Dialogue
    wording: Wording
    interpreter: Interpreter
    words: ListeningWords
    clock: Clock
    thresholds: Thresholds = field(default_factory=Thresholds)
    patience: float = 1.0
    """The caller's own factor on every patience."""
    next_voice: Callable[[], SpokenBy | None] | None = None
    """Gives another voice, or None where there is no other; None: the voice cannot be changed."""
