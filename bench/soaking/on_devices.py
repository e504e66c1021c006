"""Real minutes on virtual devices: the product as it is, a caller who answers, an ear at the loudspeaker."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bench.soaking.memory import growth_mb_per_hour, resident_mb
from bench.soaking.talking import ANSWERS
from voice_triage.app import Kit
from voice_triage.audio.device import LiveDevice
from voice_triage.audio.wav import write_wav
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm, rms_dbfs, silence
from voice_triage.session import Session
from voice_triage.settings import Settings
from voice_triage.speech.callers import CallerVoice

VOICE = ("flite", "slt")
LOUD_DBFS = -45.0
QUIET_S = 0.4
"""Silence after which a sound counts as a new one."""
SOON_S = 1.0
"""A sound sent out reaches the ear within this, or it was lost."""


class Server(Protocol):
    """What is needed of the private PulseAudio of the tests."""

    def say(self, wav: Path) -> subprocess.Popen[bytes]:
        """Play into the microphone."""

    def ear(self, hear: Callable[[Pcm], None], chunk_ms: int) -> Any:
        """Tell ``hear`` what comes out of the loudspeaker, until ``stop`` is called on what is returned."""


@dataclass
class Soak:
    """What the time on the devices brought."""

    seconds: float = 0.0
    sessions: int = 0
    conversations: int = 0
    clocks: list[tuple[float, float]] = field(default_factory=list)
    """The wall's and the microphone's, every half minute."""
    losses: int = 0
    underruns: int = 0
    swallowed_s: float = 0.0
    said: list[tuple[float, bool]] = field(default_factory=list)
    to_ear_ms: list[tuple[float, float]] = field(default_factory=list)
    """When a sound was sent out, and how much later it was at the ear."""
    sent_s: float = 0.0
    ear_s: float = 0.0
    """Loud sound sent out, and come out."""
    memory: list[tuple[float, float]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def growth_mb_per_hour(self) -> float:
        """Growth after the first third."""
        return growth_mb_per_hour([one for one in self.memory if one[0] > self.seconds / 3])

    @property
    def drift_s_per_minute(self) -> float:
        """What the microphone's clock gains on the wall, once the backlog of the start is worked off."""
        if len(self.clocks) < 3:
            return 0.0
        (wall, device), (last_wall, last_device) = self.clocks[1], self.clocks[-1]
        return (last_device - device - (last_wall - wall)) / (last_wall - wall) * 60

    @property
    def unheard_s(self) -> float:
        """Seconds of sound that went out and did not arrive."""
        return max(0.0, self.sent_s - self.ear_s)

    @property
    def ear_drift_ms(self) -> float:
        """How much later sounds arrive in the last third than in the first."""
        first = [ms for at, ms in self.to_ear_ms if at < self.seconds / 3]
        last = [ms for at, ms in self.to_ear_ms if at > self.seconds * 2 / 3]
        return float(np.median(last) - np.median(first)) if first and last else 0.0

    def taken(self, first: float, last: float) -> float:
        """Share of what was said between these parts (0 to 1) of the time that was heard."""
        part = [ok for at, ok in self.said if first * self.seconds <= at < last * self.seconds]
        return sum(part) / len(part) if part else 0.0


class _Caller(Observer):
    """Answers what it is asked, aloud, into the virtual microphone."""

    def __init__(self, server: Server, folder: Path, soak: Soak, now_s: Callable[[], float]) -> None:
        self._server, self._soak, self._now_s = server, soak, now_s
        self._turns: dict[str, int] = {}
        self._wavs = {text: folder / f"{number}.wav" for number, text in enumerate(_texts())}
        for text, wav in self._wavs.items():
            write_wav(wav, np.concatenate((CallerVoice(*VOICE).render(text), silence(0.3))))
        self._speaking: subprocess.Popen[bytes] | None = None

    def listening(self, question: str | None, *, at_s: float) -> None:
        """Answer, in turn; begin anew where an emergency stands."""
        if self._speaking and self._speaking.poll() is None:
            return
        question = question or "more"
        texts = ANSWERS.get(question, ("no",))
        number = self._turns[question] = self._turns.get(question, -1) + 1
        self._speaking = self._server.say(self._wavs[texts[number % len(texts)]])
        self._soak.said.append((self._now_s(), False))
        self._soak.conversations += question == "more"

    def heard(self, text: str, *, at_s: float) -> None:
        """What was said last was taken."""
        if text and self._soak.said:
            self._soak.said[-1] = (self._soak.said[-1][0], True)

    def trouble(self, what: str) -> None:
        """Something failed."""
        self._soak.troubles.append(what)


def _texts() -> list[str]:
    return sorted({"no", *(text for texts in ANSWERS.values() for text in texts)})


class _Ear:
    """At the loudspeaker: when each sound begins, and how much sound there is."""

    def __init__(self) -> None:
        self.onsets: deque[float] = deque()
        self.loud_s = 0.0
        self._last_s = 0.0

    def hear(self, pcm: Pcm) -> None:
        """Note the next piece."""
        now_s = time.monotonic()
        if rms_dbfs(pcm) > LOUD_DBFS:
            self.loud_s += len(pcm) / 16000
            if now_s - self._last_s > QUIET_S:
                self.onsets.append(now_s)
            self._last_s = now_s


class _Tap:
    """The device, with a note of every sound that is sent out."""

    def __init__(self, device: LiveDevice, ear: _Ear, soak: Soak, began_s: float) -> None:
        self._device, self._ear, self._soak, self._began_s = device, ear, soak, began_s
        self._sent: deque[float] = deque()
        self._last_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._device, name)

    def exchange(self, far: Pcm) -> Pcm:
        """Pass one block through."""
        now_s = time.monotonic()
        if rms_dbfs(far) > LOUD_DBFS:
            self._soak.sent_s += len(far) / 16000
            if now_s - self._last_s > QUIET_S:
                self._sent.append(now_s)
            self._last_s = now_s
        self._match(now_s)
        return self._device.exchange(far)

    def _match(self, now_s: float) -> None:
        while self._sent and now_s - self._sent[0] > SOON_S:
            sent_s = self._sent.popleft()
            while self._ear.onsets and self._ear.onsets[0] < sent_s:
                self._ear.onsets.popleft()
            if self._ear.onsets and self._ear.onsets[0] - sent_s < SOON_S:
                delay_s = self._ear.onsets.popleft() - sent_s
                self._soak.to_ear_ms.append((sent_s - self._began_s, delay_s * 1000))


def soak(server: Server, minutes: float, recognizer: str, tell: Callable[[str], None]) -> Soak:
    """Talk for so long in real time."""
    result, kit = Soak(), Kit(Settings(country="US", recognizer=recognizer))
    kit.recognizer(recognizer)
    kit.prepare_emergency(kit.voice)
    with _folder() as folder, LiveDevice() as device:
        began_s = time.monotonic()
        ear = _Ear()
        listening = server.ear(ear.hear, 20)
        caller = _Caller(server, folder, result, lambda: time.monotonic() - began_s)
        tap = _Tap(device, ear, result, began_s)
        while result.seconds < minutes * 60:
            # The session is told of the real device: what was really played is the canceller's reference.
            session = kit.talk(device, (caller,))
            session._with = _with_device(session, tap)
            _run(session, device, minutes * 60 - result.seconds, result, tell)
            result.troubles += session.faults
            result.seconds = time.monotonic() - began_s
        listening.stop()
    result.losses, result.underruns = device.losses, device.loudspeaker.underruns
    result.swallowed_s = device.microphone.swallowed_s + device.loudspeaker.swallowed_s
    result.ear_s = ear.loud_s
    return result


def _run(
    session: Session, device: LiveDevice, seconds: float, soak: Soak, tell: Callable[[str], None]
) -> None:
    began_s, due_s = time.monotonic(), 0.0
    session.start()
    soak.sessions += 1
    while (spent_s := time.monotonic() - began_s) < seconds and not session.over:
        session.step()
        if spent_s >= due_s:
            due_s = spent_s + 30
            at_s = soak.seconds + spent_s
            soak.memory.append((at_s, resident_mb()))
            soak.clocks.append((time.monotonic(), device.now_s))
            tell(f"{at_s / 60:5.1f} min, {soak.conversations} conversations, {soak.memory[-1][1]:.0f} MB")


def _with_device(session: Session, tap: _Tap) -> Any:
    import dataclasses

    return dataclasses.replace(session._with, device=tap)  # type: ignore[arg-type]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="voice-triage-soak-") as folder:
        yield Path(folder)
