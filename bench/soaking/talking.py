"""An hour of conversation in virtual time: one kit, as in a service, one caller after another."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.soaking.memory import growth_mb_per_hour, resident_mb
from voice_triage.app import Kit
from voice_triage.observer import Observer
from voice_triage.replay import Stage
from voice_triage.scenario import Echo, Expect, Interjection, Noise, Saying, Scenario
from voice_triage.session import BLOCK_S
from voice_triage.settings import Settings

VOICES = (
    ("flite", "slt"), ("espeak-ng", "en-us"), ("flite", "rms"), ("festival", "kal_diphone"),
    ("espeak-ng", "en-gb+f3"), ("flite", "awb"),
)  # fmt: skip
CALLER_S = 600.0
"""A caller starts over until then; then the next one comes."""
ANSWERS = {
    "patient": ("it's for my daughter", "it's for me"),
    "age": ("she is seven", "thirty four"),
    "emergency_signs": ("no", "no none of those"),
    "duration": ("two days", "since this morning"),
    "glass_test": ("i have a glass", "yes they fade"),
    "fever": ("no fever", "thirty seven point two"),
    "itch": ("yes they itch a lot", "no"),
    "location": ("on the arms", "on her legs and her belly"),
    "summary_check": ("no that is all", "no"),
    "confirm_red_flag": ("no that's wrong", "no i did not say that"),
    "more": ("start over",),
}
"""In turn: an alarm is taken back, the end begins anew, so that it goes on and on."""


@dataclass
class Talk:
    """What the time brought."""

    seconds: float = 0.0
    compute_s: float = 0.0
    callers: int = 0
    conversations: int = 0
    emergencies: int = 0
    said: list[tuple[float, bool]] = field(default_factory=list)
    """When the caller said something, and whether words of it were taken."""
    lags_s: list[float] = field(default_factory=list)
    """How far the clock was from the sound at each caller's end."""
    memory: list[tuple[float, float]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def growth_mb_per_hour(self) -> float:
        """Growth after the first two callers, whose engines and caches still fill."""
        return growth_mb_per_hour(self.memory[2:])

    def taken(self, first: float, last: float) -> float:
        """Share of what was said between these parts (0 to 1) of the time that was taken."""
        part = [ok for at, ok in self.said if first * self.seconds <= at < last * self.seconds]
        return sum(part) / len(part) if part else 0.0


class _Watch(Observer):
    """Counts turns, alarms and troubles."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """A summary that is asked about is a conversation done."""
        self._talk.conversations += text.startswith("Do you want to change anything")

    def emergency(self, *, at_s: float) -> None:
        """An announcement."""
        self._talk.emergencies += 1

    def trouble(self, what: str) -> None:
        """Something failed."""
        self._talk.troubles.append(what)


def talk_for(minutes: float, recognizer: str, tell: Callable[[str], None]) -> Talk:
    """Talk for so long in virtual time."""
    kit, talk = Kit(Settings(country="US")), Talk()
    for number, voice in zip(itertools.count(), itertools.cycle(VOICES)):
        if talk.seconds >= minutes * 60:
            return talk
        stage = kit.stage(_caller(number, voice), recognizer, observers=(_Watch(talk),))
        _converse(stage, talk, min(CALLER_S, minutes * 60 - talk.seconds))
        del stage
        talk.memory.append((talk.seconds, resident_mb()))
        tell(f"{talk.seconds / 60:5.1f} min, {talk.conversations} conversations, {talk.memory[-1][1]:.0f} MB")


def _caller(number: int, voice: tuple[str, str]) -> Scenario:
    """Every other caller is in an echoing room; every third one calls out over the assistant."""
    turned = {
        question: tuple(Saying(text) for text in (*texts[number % len(texts) :], *texts))
        for question, texts in ANSWERS.items()
    }
    cry = Interjection("itch", 900, Saying("she can't breathe"))
    return Scenario(
        name=f"caller-{number}",
        file=Path("soak"),
        answers=turned,
        default=Saying("no"),
        interjections=(cry,) if number % 3 == 2 else (),
        voice={"engine": voice[0], "name": voice[1]},
        noise=Noise("pink", 30.0),
        echo=Echo(40.0, -12.0) if number % 2 else None,
        expect=Expect(),
    )


def _converse(stage: Stage, talk: Talk, seconds: float) -> None:
    stage.session.start()
    spent = 0.0
    while spent < seconds and not (stage.session.over or stage.session.standing_by):
        stage.session.step()
        spent += BLOCK_S
    talk.said += [(talk.seconds + one.said.t_s, bool(one.said.heard)) for one in stage.caller.speeches]
    talk.lags_s.append(stage.clock.now_s() - spent)
    talk.callers += 1
    talk.seconds += spent
    talk.compute_s += stage.clock.compute_s
