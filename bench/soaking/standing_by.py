"""Standby in a room where others talk: how often it starts by itself, and whether it starts when asked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench import corpus
from voice_triage.app import Kit
from voice_triage.audio.room import Noise, Room, coloured_noise
from voice_triage.pcm import Pcm, silence
from voice_triage.session import BLOCK_S
from voice_triage.settings import Settings
from voice_triage.speech.babble import babble
from voice_triage.speech.callers import CallerVoice
from voice_triage.thresholds import RATE_HZ
from voice_triage.understanding import listening_words
from voice_triage.understanding.phrases import Phrases

READERS = (
    ("flite", "slt"), ("espeak-ng", "en-us"), ("flite", "rms"), ("espeak-ng", "en-gb+m3"),
    ("festival", "kal_diphone"), ("flite", "awb"), ("espeak-ng", "en-us+f2"),
)  # fmt: skip
PAUSES_S = (0.6, 1.3)
"""Between readers: half of the time long enough that what was said stands alone."""
LICENCES = Path("/usr/share/common-licenses")
ALIKE = (
    "start the car", "check the brush", "she will check in a rush", "start your tree hedge", "chequered ash",
    "star trek again", "check a bash script", "start trying", "check the crash", "start the triathlon",
    "check the ash tray", "stop triage", "check a dish", "art and massage", "in a rush to check",
)  # fmt: skip
"""What sounds most like a wake phrase; read among the rest, once in every voice."""


@dataclass
class Stay:
    """What the time in standby brought."""

    seconds: float = 0.0
    false_starts: list[str] = field(default_factory=list)
    """What was being said around each."""
    asked: int = 0
    answered: int = 0

    @property
    def per_hour(self) -> float:
        """False starts per hour of other people's speech."""
        return len(self.false_starts) * 3600 / self.seconds if self.seconds else 0.0


def other_people(minutes: float, tell: Callable[[str], None]) -> Iterator[tuple[str, Pcm]]:
    """Speech that concerns nobody: recordings of people where they are to be had, then readers by turns."""
    left_s = minutes * 60
    for kind, pcm in corpus.background(minutes / 3, tell):
        left_s -= len(pcm) / RATE_HZ
        yield kind, pcm
    voices, pauses = itertools.cycle(READERS), itertools.cycle(PAUSES_S)
    for text in _texts():
        if left_s <= 0:
            return
        pcm = np.concatenate((CallerVoice(*next(voices)).render(text), silence(next(pauses))))
        left_s -= len(pcm) / RATE_HZ
        yield text, pcm


def _texts() -> Iterator[str]:
    """Sentences without end: a licence, what patients say, what sounds like a wake phrase."""
    licence = [text for path in sorted(LICENCES.glob("[GM]*-[23]*")) for text in _sentences(path)]
    said = Phrases.load("en").sentences()[::7]
    alike = [text for text in ALIKE for _ in READERS]
    rows = [licence or said, said, alike]
    for number in itertools.count():
        for row in rows[: 3 if number < len(alike) else 2]:
            yield row[number % len(row)]


def _sentences(path: Path) -> list[str]:
    text = " ".join(path.read_text(encoding="utf-8", errors="ignore").split())
    return [one.strip() for one in text.split(". ") if 20 < len(one) < 300]


def stay_for(minutes: float, tell: Callable[[str], None], *, second_opinion: str = "auto") -> Stay:
    """Stand by while others talk for so long; then be asked in every voice, in quiet and in noise."""
    kit, stay = Kit(Settings(second_opinion=second_opinion)), Stay()
    room = Room()
    standby = kit.standby(room)
    before = ""
    for text, pcm in other_people(minutes, tell):
        room.say(pcm)
        while room.talking:
            if standby.step():
                stay.false_starts.append(text)
                tell(f"false start at {room.now_s / 60:.1f} min: {text!r} after {before!r}")
        before = text
    stay.seconds = room.now_s
    ask(kit, stay)
    return stay


def ask(kit: Kit, stay: Stay) -> None:
    """Say every wake phrase in every voice, in quiet and in noise."""
    phrases = sorted(listening_words.load("en").wake)
    noises = (None, Noise(coloured_noise("pink"), 18.0), Noise(babble(), 18.0))
    for voice, phrase, noise in itertools.product(READERS, phrases, noises):
        room = Room(noise)
        standby = kit.standby(room)
        room.say(CallerVoice(*voice).render(phrase), 1.0)
        stay.asked += 1
        stay.answered += any(standby.step() for _ in range(round(6 / BLOCK_S)))
