"""Plays a scenario through the whole product in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voice_triage.audio.contract import SoundDevice
from voice_triage.audio.room import Room, Spoken
from voice_triage.clock import VirtualClock
from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.state import CONFIRM
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm
from voice_triage.report import Result, Said
from voice_triage.scenario import Saying, Scenario
from voice_triage.session import BLOCK_S, Session
from voice_triage.thresholds import RATE_HZ
from voice_triage.understanding import Interpreter

REACTION_S = 0.4
"""How long a scripted caller thinks before answering; people take 0.2 to 0.6 s
(Stivers 2009, PNAS 106:10587; Levinson and Torreira 2015)."""
LONGEST_S = 3600.0
"""A conversation that has not ended by now never will."""


class Recorder:
    """A device that keeps what went through it; stereo, assistant left, microphone right."""

    def __init__(self, device: SoundDevice) -> None:
        self._device = device
        self._far: list[Pcm] = []
        self._mic: list[Pcm] = []

    def exchange(self, far: Pcm) -> Pcm:
        """Pass one block through and keep both sides."""
        mic = self._device.exchange(far)
        self._far.append(far)
        self._mic.append(mic)
        return mic

    def cut(self) -> None:
        """Silence the device."""
        self._device.cut()

    def stereo(self) -> Pcm:
        """Everything so far as int16[n, 2], 16 kHz."""
        if not self._far:
            return np.zeros((0, 2), np.int16)
        return np.stack((np.concatenate(self._far), np.concatenate(self._mic)), axis=1)


@dataclass(slots=True)
class _Speech:
    """Something the caller says, and where it lies in the microphone's sound."""

    saying: Saying
    where: Spoken
    said: Said


class ScriptedCaller(Observer):
    """Answers each time it is asked, and talks over the assistant where the script says so.

    ``voice`` gives the sound of a saying; it is called before the clock runs, through ``prepare``.
    ``tell`` hears of every saying as it is scheduled (a replay in text has no other way).
    """

    def __init__(
        self,
        scenario: Scenario,
        room: Room,
        voice: Callable[[Saying], Pcm],
        *,
        tell: Callable[[Saying, Pcm], None] | None = None,
    ) -> None:
        self._scenario = scenario
        self._room = room
        self._voice = voice
        self._tell = tell
        self._sounds: dict[Saying, Pcm] = {}
        self._answered: dict[str, int] = {}
        self._begun: set[str] = set()
        self._turn = -1
        self._speaking = Said(0.0, "assistant", "")
        self._heard = ""
        self.speeches: list[_Speech] = []
        self.turns: list[Said] = []
        self.emergency_s: float | None = None

    def prepare(self) -> None:
        """Render everything the caller may say."""
        for saying in self._scenario.sayings:
            if saying not in self._sounds:
                self._sounds[saying] = self._voice(saying)

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """Note the line; begin the interjections of a question asked for the first time."""
        if turn == self._turn:
            self._heard = f"{self._speaking.text} "
            self._speaking.text = self._heard + text
            return
        self._turn, self._heard = turn, ""
        self._speaking = Said(at_s, "assistant", text, question)
        self.turns.append(self._speaking)
        if question is not None and question not in self._begun:
            self._begun.add(question)
            for one in self._scenario.interjections:
                if one.during == question:
                    self._say(one.say, one.after_ms / 1000)

    def cut(self, text: str, *, at_s: float) -> None:
        """Keep of the cut line only what was heard."""
        self._speaking.text = f"{self._heard}{text} -"

    def listening(self, question: str | None, *, at_s: float) -> None:
        """Answer the question, unless the script is silent or already speaking."""
        if question is None or self._room.talking:
            return
        said = self._next(question)
        if said is not None:
            self._say(said, REACTION_S)

    def heard(self, text: str, *, at_s: float) -> None:
        """Note what was recognised beside what was said last."""
        begun = [one.said for one in self.speeches if one.where.start <= at_s * RATE_HZ]
        if begun:
            begun[-1].heard = f"{begun[-1].heard or ''} {text}".strip()

    def emergency(self, *, at_s: float) -> None:
        """Note when the first emergency line began."""
        if self.emergency_s is None:
            self.emergency_s = at_s

    @property
    def talking(self) -> bool:
        """True while the caller speaks or is about to."""
        return self._room.talking

    def _next(self, question: str) -> Saying | None:
        answers = self._scenario.answers.get(question)
        if answers is None:
            # Only a caller who is asked about it by name takes part in the read-back.
            return None if question == CONFIRM else self._scenario.default
        number = self._answered.get(question, 0)
        self._answered[question] = number + 1
        return answers[min(number, len(answers) - 1)]

    def _say(self, saying: Saying, delay_s: float) -> None:
        pcm = self._sounds[saying]
        where = self._room.say(pcm, delay_s)
        if self._tell is not None:
            self._tell(saying, pcm)
        said = Said(where.start / RATE_HZ, "caller", saying.text)
        self.turns.append(said)
        self.speeches.append(_Speech(saying, where, said))


@dataclass(slots=True)
class Stage:
    """A session ready to be played, and the parts the replay looks at afterwards."""

    session: Session
    dialogue: Dialogue
    interpreter: Interpreter
    caller: ScriptedCaller
    clock: VirtualClock
    recognizer: str
    recorder: Recorder | None = None


def play(scenario: Scenario, stage: Stage) -> Result:
    """Play the scenario to its end and check it against what it expects."""
    stage.session.start()
    audio_s = 0.0
    while not (stage.session.over or (stage.session.standing_by and not stage.caller.talking)):
        stage.session.step()
        audio_s += BLOCK_S
        if audio_s > LONGEST_S:
            break
    dialogue, caller = stage.dialogue, stage.caller
    decision = dialogue.decision
    for speech in caller.speeches:
        speech.said.heard = speech.said.heard or ""
    result = Result(
        scenario=scenario.name,
        file=str(scenario.file),
        level=decision.level,
        action=decision.action,
        red_flags=tuple(dialogue.red_flags),
        interrupted=stage.session.interrupted,
        interrupt_ms=_interrupt_ms(stage),
        turns=sorted(caller.turns, key=lambda one: one.t_s),
        audio_s=round(audio_s, 2),
        compute_s=round(stage.clock.compute_s, 3),
        recognizer=stage.recognizer,
        asked=tuple(dialogue.asked),
    )
    result.check(scenario.expect)
    result.failures += [f"failed inside: {one}" for one in dict.fromkeys(stage.session.faults)]
    result.passed = not result.failures
    if audio_s > LONGEST_S:
        result.failures.append(f"the conversation did not end within {LONGEST_S:.0f} s")
        result.passed = False
    return result


def _interrupt_ms(stage: Stage) -> float | None:
    """End of the caller's red-flag words to the first emergency sample."""
    begun_s = stage.caller.emergency_s
    if begun_s is None:
        return None
    before = [one for one in stage.caller.speeches if one.where.start / RATE_HZ < begun_s]
    if not before:
        return None
    end = _flag_end(before[-1], stage.interpreter, frozenset(stage.dialogue.red_flags))
    return round(max(0.0, begun_s - end / RATE_HZ) * 1000, 1)


def _flag_end(speech: _Speech, interpreter: Interpreter, flags: frozenset[str]) -> float:
    """The sample at which the words that carry the flag are complete, by their share of the letters.

    They are once the safety lane finds, in what is typed so far, the very words that it finds in the whole:
    "she is gasping" of "she is gasping for air" is not all of them. What it never would, since only the
    network reads it, is complete once the whole meaning has it. A recording whose words nobody wrote is
    over at its end.
    """
    whole = {one.concept: one.words for one in interpreter.alarm(speech.saying.text).findings}

    def raised(text: str) -> bool:
        alarm = interpreter.alarm(text)
        found = {one.concept: one.words for one in alarm.findings if one.concept in flags}
        return alarm.settled and any(whole.get(one, said) == said for one, said in found.items())

    def meant(text: str) -> bool:
        return bool(interpreter.interpret(text).signs & flags)

    words = speech.saying.text.split()
    if not words:
        return speech.where.end
    begun = [" ".join(words[:count]) for count in range(1, len(words) + 1)]
    text = next(filter(raised, begun), None) or next(filter(meant, begun), begun[-1])
    return speech.where.start + len(text) / len(begun[-1]) * (speech.where.end - speech.where.start)
