"""Whatever dies inside, the caller is answered, and an emergency is said from what was made ready."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rig import Rig

from voice_triage.app import Kit
from voice_triage.audio.player import Player
from voice_triage.audio.room import Room
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.clock import Clock, RealClock, VirtualClock
from voice_triage.dialogue import Dialogue
from voice_triage.messages import Alarm, Event, Hypothesis, Turn
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm, rms_dbfs
from voice_triage.recognizers.restarting import RestartingRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.replay import play
from voice_triage.scenario import Expect, Saying, Scenario
from voice_triage.settings import Settings
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.store import SoundStore


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(Settings(country="US"))


class Dead(RuntimeError):
    """What a C library throws."""


class Fails:
    """Passes everything on to ``part``, until ``method`` is told to die."""

    def __init__(self, part: Any, *methods: str) -> None:
        self._part, self._methods, self.dead = part, methods, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if name not in self._methods:
            return found

        def call(*given: Any, **named: Any) -> Any:
            if self.dead:
                raise Dead("he said he cannot breathe")  # words that must reach no log
            return found(*given, **named)

        return call


class Engine:
    """A voice that can die; its sound is loud and as long as the words."""

    name, version, degraded = "engine", "1", False

    def __init__(self) -> None:
        self.dead = False

    def render(self, text: str, rate_wpm: int = 160) -> Pcm:
        if self.dead:
            raise Dead(text)
        return np.full(len(text) * 800, 8000, np.int16)

    def close(self) -> None:
        pass


class Unready:
    """A second opinion that dies on every utterance."""

    name = "unready"

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        raise Dead("it")


class Late:
    """A recogniser that says nothing before the end of speech."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def accept(self, block: Pcm) -> Hypothesis:
        self._engine.accept(block)
        return Hypothesis("")


class Lasting:
    """A recogniser whose script outlives its end; counts its callers and its ends."""

    def __init__(self, engine: Any) -> None:
        self._engine, self.callers, self.closed = engine, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def new_caller(self) -> None:
        self.callers += 1

    def close(self) -> None:
        self.closed += 1


class Passing:
    """An echo canceller that takes nothing out."""

    def process(self, mic: Pcm, far: Pcm) -> Pcm:
        return mic


STAGES = (
    "echo canceller", "voice activity", "recogniser", "second opinion", "understanding", "dialogue",
    "wording", "voice", "player", "device", "observer",
)  # fmt: skip


TOLD = ("said", "cut", "listening", "hearing", "heard", "emergency", "level", "trouble")
"""All an observer is told."""


class Doomed:
    """A session of which one part can be killed, its emergency lines made ready like the product's."""

    def __init__(self, kit: Kit, stage: str) -> None:
        self.engine = Engine()
        voice = CachedVoice(self.engine, SoundStore(None))
        kit.prepare_emergency(voice)
        self.parts: list[Any] = []
        made = {
            "echo canceller": lambda: {"canceller": self._doomed(Passing(), "process")},
            "voice activity": lambda: {"activity": self._doomed(EnergyActivity(), "probability")},
            "recogniser": lambda: {"engine": lambda ears: RestartingRecognizer(lambda: self._next(ears))},
            "second opinion": lambda: {"second_opinion": self._doomed(Unready(), "transcribe")},
            "understanding": lambda: {"interpreter": self._doomed(kit.interpreter, "interpret")},
            "dialogue": lambda: {"dialogue": self._doomed(Dialogue(kit.protocol), "handle")},
            "wording": lambda: {"wording": self._doomed(kit.wording, "say")},
            "voice": dict,
            "player": lambda: {"player": self._doomed(Player(), "next_block")},
            "device": lambda: {"room": self._doomed(Room(), "exchange")},
            "observer": lambda: {"observers": (self._doomed(Observer(), *TOLD),)},
        }[stage]()
        self.rig = Rig(kit, made.pop("engine", None), voice, **made)
        self.rig.until("listening: patient")

    def kill(self) -> None:
        """The part fails from now on."""
        self.engine.dead = not self.parts
        for part in self.parts:
            part.dead = True

    def _doomed(self, part: Any, *methods: str) -> Any:
        self.parts.append(Fails(part, *methods))
        return self.parts[-1]

    def _next(self, ears: Any) -> Any:
        """An engine opened in the place of a dead one lives."""
        return ears if self.parts else self._doomed(Lasting(ears), "accept")


@pytest.mark.parametrize("stage", STAGES)
def test_an_emergency_is_spoken_whatever_has_died(kit: Kit, stage: str) -> None:
    doomed = Doomed(kit, stage)
    rig = doomed.rig
    doomed.kill()
    before = len(rig.script.spoken)
    if stage in ("voice activity", "device"):  # nothing can be heard any more: somebody types it
        rig.run(3)
        rig.session.typed("he can't breathe")
    else:
        rig.say("he can't breathe")
    rig.until("emergency", limit_s=6)
    at = len(rig.played())
    rig.run(4)

    assert "Call 9 1 1 now." in rig.script.spoken[before:]
    if stage != "device":
        assert rms_dbfs(rig.played()[at:]) > -25, "aloud, not only on a screen"


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_who_is_not_understood_for_a_fault_is_told(
    kit: Kit, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    doomed = Doomed(kit, stage)
    rig = doomed.rig
    doomed.kill()
    before = len(rig.script.spoken)
    rig.say("it is for my son")
    rig.run(30)

    said = rig.script.spoken[before:]
    assert said, "nothing was said for half a minute"
    if stage in ("dialogue", "wording"):
        assert said[0] == "Something in me failed. Please say that again. If it is urgent, phone for help."
    if stage in ("voice activity", "device"):
        assert said[0].startswith("I cannot hear you any more.")
    assert "breathe" not in caplog.text and "son" not in caplog.text, "a log may hold no words of the caller"


def test_a_hearing_that_comes_back_says_so_and_goes_on(kit: Kit) -> None:
    doomed = Doomed(kit, "voice activity")
    rig = doomed.rig
    doomed.kill()
    rig.run(10)
    tried = rig.dialogue.state.tries
    doomed.parts[0].dead = False
    rig.run(8)
    rig.say("it is for my son")
    rig.until("listening: age")

    assert "I can hear you again. Let us go on." in rig.script.spoken
    assert tried == 0, "what a deaf session does not hear is not the caller's silence"


@pytest.mark.parametrize("typed", [True, False])
def test_a_red_flag_typed_or_heard_only_at_the_end_is_announced_without_the_dialogue(
    kit: Kit, typed: bool
) -> None:
    """Only what the safety lane had raised was: anything else got "something in me failed"."""
    doomed = Doomed(kit, "dialogue")
    rig = doomed.rig
    doomed.kill()
    before = len(rig.script.spoken)
    if typed:
        rig.session.typed("he can't breathe")
    else:
        rig.listener.recognizer = Late(rig.scripted)
        rig.say("he can't breathe")
    rig.until("emergency", limit_s=6)
    rig.run(4)

    assert "Call 9 1 1 now." in rig.script.spoken[before:]


def test_an_alarm_of_the_same_block_survives_a_hearing_that_dies_after_it(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    usual = rig.listener.hear

    def hear(block: Pcm, question: str | None, own_words: str, events: list[Any]) -> None:
        usual(block, question, own_words, events)
        if any(isinstance(one, Alarm) for one in events):
            raise Dead("after it")

    rig.listener.hear = hear  # type: ignore[method-assign]
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=6)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


def test_an_answer_lost_in_one_fault_is_asked_for_again_at_once(kit: Kit) -> None:
    """It was lost without a word: the caller waited for nothing until the patience ran out."""
    interpreter = Fails(kit.interpreter, "interpret")
    rig = Rig(kit, interpreter=interpreter)
    rig.until("listening: patient")
    interpreter.dead = True
    rig.say("it is for my son")
    before = len(rig.script.spoken)
    rig.run(3)
    interpreter.dead = False
    rig.run(2)
    again = rig.script.spoken[before:]
    rig.until("listening: patient")
    rig.say("it is for my son")
    rig.until("listening: age")

    assert again, "patience is eight seconds"


def test_a_greeting_that_fails_leaves_a_conversation(kit: Kit) -> None:
    dialogue = Fails(Dialogue(kit.protocol), "start")
    dialogue.dead = True
    rig = Rig(kit, dialogue=dialogue)
    rig.run(8)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=6)

    assert rig.session.faults == ["conversation: Dead"]


def test_a_device_that_is_lost_cuts_no_emergency_line(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.session.typed("he can't breathe")
    rig.until("emergency")
    rig.run(1)
    rig.session.device_changed({"loudspeaker"})
    rig.run(12)

    assert "cut" not in rig.script.events
    at = [text.startswith("I cannot") or "loudspeaker" in text for text in rig.script.spoken].index(True)
    assert rig.script.spoken[at - 1].endswith("?"), "after the read-back"


def test_a_microphone_that_is_gone_and_unheard_is_back_only_when_both_are_mended(kit: Kit) -> None:
    doomed = Doomed(kit, "voice activity")
    rig = doomed.rig
    doomed.kill()
    rig.session.device_changed({"microphone"})
    rig.run(6)
    told = rig.script.events.count("trouble: " + rig.script.spoken[-1])
    doomed.parts[0].dead = False
    rig.run(6)
    before = list(rig.script.spoken)
    rig.session.device_changed(())
    rig.run(4)

    assert told == 1
    assert "I can hear you again. Let us go on." not in before
    assert "I can hear you again. Let us go on." in rig.script.spoken


def test_an_emergency_the_dialogue_could_not_take_is_said_again_in_silence(kit: Kit) -> None:
    doomed = Doomed(kit, "dialogue")
    rig = doomed.rig
    doomed.kill()
    rig.say("he can't breathe")
    rig.run(40)

    calls = [text for text in rig.script.spoken if text == "Call 9 1 1 now."]
    assert 3 <= len(calls) <= 6, "again after each silence, and whole each time"
    assert rig.script.spoken.count("This is an emergency. Call 9 1 1.") >= len(calls) - 1


def test_a_fault_in_a_replay_fails_the_scenario(kit: Kit) -> None:
    """In tests a fault that was survived must not pass unseen."""
    scenario = Scenario("s", Path("s"), {}, Saying("no"), (), {}, None, None, Expect())
    stage = kit.stage(scenario, "text")
    usual, faults = stage.dialogue.handle, [Dead("once")]

    def handle(event: Event) -> Turn:
        if faults:
            raise faults.pop()
        return usual(event)

    stage.dialogue.handle = handle  # type: ignore[method-assign]

    assert any("failed inside" in failure for failure in play(scenario, stage).failures)


def test_a_second_opinion_that_dies_is_noted_and_told_from_one_that_heard_nothing(kit: Kit) -> None:
    doomed = Doomed(kit, "second opinion")
    doomed.rig.say("it is for my son")
    doomed.rig.run(5)

    assert doomed.rig.session.faults == ["second opinion: Dead"]


@pytest.mark.parametrize("clock", [RealClock(), VirtualClock()])
def test_work_that_fails_is_marked_and_its_error_given_once(clock: Clock) -> None:
    results = [clock.start(lambda: Unready().transcribe(np.zeros(1, np.int16)))]
    results.append(clock.start(lambda: Hypothesis("yes")))
    while any(one() is None for one in results):
        clock.tick(0.02)
    clock.close()

    assert [one() for one in results] == [Hypothesis("", failed=True), Hypothesis("yes")]
    assert [type(error) for error in clock.failures()] == [Dead]
    assert clock.failures() == []


HANGS = """
import threading
from voice_triage.clock import RealClock
clock = RealClock()
clock.start(threading.Event().wait)
clock.close()
"""


def test_a_second_opinion_that_hangs_does_not_keep_the_program_from_ending() -> None:
    assert subprocess.run([sys.executable, "-c", HANGS], timeout=60, check=False).returncode == 0


def test_a_long_answer_is_understood_though_the_second_opinion_dies(kit: Kit) -> None:
    """More than six words of which a living second opinion heard nothing are other people's talk."""
    doomed = Doomed(kit, "second opinion")
    doomed.rig.say("well you see it is for my little son")
    doomed.rig.until("listening: age", limit_s=20)


class Opened:
    """Counts what is opened and closed; after ``works`` were opened there is no other."""

    def __init__(self, engine: Any, works: int) -> None:
        self._engine, self._works, self.tried, self.made = engine, works, 0, []  # type: ignore[var-annotated]

    def __call__(self) -> Any:
        self.tried += 1
        if self.tried > self._works:
            raise Dead("the model is gone")
        self.made.append(Fails(Lasting(self._engine), "accept"))
        return self.made[-1]


def test_a_recogniser_that_failed_is_closed_and_its_heir_is_told_of_the_caller() -> None:
    opened = Opened(ScriptedRecognizer(), works=2)
    recognizer = RestartingRecognizer(opened)
    first = opened.made[0]
    first.dead = True
    recognizer.accept(np.zeros(320, np.int16))
    recognizer.accept(np.zeros(320, np.int16))

    assert first.closed == 1
    assert opened.made[1].callers == 1


def test_a_recogniser_that_opens_and_fails_each_time_is_opened_seldom_and_lost() -> None:
    """Opened at every block, a model of a second to load had kept the session deaf for ever."""
    opened = Opened(ScriptedRecognizer(), works=1000)
    recognizer = RestartingRecognizer(opened)
    for _ in range(200):
        opened.made[-1].dead = True
        recognizer.accept(np.zeros(320, np.int16))

    assert recognizer.lost
    assert opened.tried < 10

    recognizer.accept(np.zeros(16_000, np.int16))
    opened.made[-1].dead = False
    recognizer.accept(np.zeros(320, np.int16))
    recognizer.finish()
    assert not recognizer.lost, "an utterance was heard to its end"


def test_a_recogniser_that_cannot_be_opened_is_tried_seldom_and_the_caller_told(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    opened: list[Opened] = []

    def engine(scripted: ScriptedRecognizer) -> RestartingRecognizer:
        opened.append(Opened(scripted, works=1))
        return RestartingRecognizer(opened[0])

    rig = Rig(kit, engine)
    rig.until("listening: patient")
    opened[0].made[0].dead = True
    for _ in range(4):
        rig.say("it is for my little boy who is ill")
        rig.run(5)

    assert any(text.startswith("I cannot hear you any more.") for text in rig.script.spoken)
    assert opened[0].tried < 20, "not every block"
    assert len(caplog.records) < 5
