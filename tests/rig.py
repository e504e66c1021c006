"""A session in text, driven by hand: scripted ears, a voice without sound, and what happened in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from voice_triage.app import Kit
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.audio.room import Room
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.clock import VirtualClock
from voice_triage.dialogue import Dialogue
from voice_triage.equipment import Equipment
from voice_triage.listening import Listener, Outcome
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.replay import Recorder
from voice_triage.session import Session
from voice_triage.speaking import Speaker
from voice_triage.speech.wordless import WordlessVoice
from voice_triage.understanding import listening_words


def became(listener: Listener, block: Pcm, question: str | None, own_words: str = "") -> list[Outcome]:
    """What became of one block."""
    events: list[Outcome] = []
    listener.hear(block, question, own_words, events)
    return events


class Script(Observer):
    """Keeps what happened, in order."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.events: list[str] = []

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        self.spoken.append(text)

    def cut(self, text: str, *, at_s: float) -> None:
        self.events.append("cut")

    def emergency(self, *, at_s: float) -> None:
        self.events.append("emergency")

    def trouble(self, what: str) -> None:
        self.events.append(f"trouble: {what}")

    def listening(self, question: str | None, *, at_s: float) -> None:
        self.events.append(f"listening: {question}")


class Rig:
    """A session in text, driven by hand."""

    def __init__(
        self, kit: Kit, engine: object | None = None, voice: object | None = None, **parts: Any
    ) -> None:
        """``parts`` stand in for the equipment of that name, or for activity, second_opinion, player, room.

        ``observers`` among them watch, too.
        """
        self.scripted = ScriptedRecognizer()
        self.room, self.script, clock = parts.pop("room", None) or Room(), Script(), VirtualClock()
        self.device = Recorder(self.room)
        self.dialogue = Dialogue(kit.protocol)
        self.endpointer = Endpointer(parts.pop("activity", None) or EnergyActivity())
        player = parts.pop("player", None) or Player()
        observers = (*parts.pop("observers", ()), self.script)
        self.speaker = Speaker(player, voice or WordlessVoice(), clock.now_s, rate_wpm=170)
        self.listener = Listener(
            engine(self.scripted) if callable(engine) else self.scripted,
            parts.get("interpreter") or kit.interpreter,
            self.endpointer,
            clock,
            red_flags=kit.protocol.red_flags,
            second_opinion=parts.pop("second_opinion", None),
        )
        usual = Equipment(
            device=self.device,
            canceller=None,
            listener=self.listener,
            speaker=self.speaker,
            dialogue=self.dialogue,
            wording=kit.wording,
            interpreter=kit.interpreter,
            words=listening_words.load(),
            clock=clock,
        )
        self.session = Session(replace(usual, **parts), observers)
        self.session.start()

    def played(self) -> Pcm:
        """Everything that went to the loudspeaker, int16[n]."""
        return self.device.stereo()[:, 0]

    def say(self, text: str, *, seconds: float | None = None) -> None:
        seconds = seconds or len(text.split()) * 0.35
        self.scripted.say(text, seconds)
        self.room.say(np.ones(round(seconds * 16_000), np.int16))

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.session.step()

    def until(self, event: str, limit_s: float = 120) -> None:
        for _ in range(round(limit_s / 0.02)):
            if event in self.script.events:
                return
            self.session.step()
        raise AssertionError(f"{event} did not come; {self.script.events}")
