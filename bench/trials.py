"""One trial: a caller says one thing in a simulated room to the whole product, in virtual time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.corpus import Utterance, squeezed
from bench.judging import matches
from bench.techniques import WHOLE, Technique, taken_out
from voice_triage import replay
from voice_triage.app import Kit
from voice_triage.clock import VirtualClock
from voice_triage.dialogue import Dialogue
from voice_triage.listening import Listener
from voice_triage.messages import Alarm, Event, Heard, Meaning, Partial, Turn
from voice_triage.messages import Utterance as Spoken
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm, silence, trim
from voice_triage.replay import ScriptedCaller, Stage
from voice_triage.scenario import Echo, Expect, Interjection, Noise, Saying, Scenario
from voice_triage.speech.callers import CallerVoice
from voice_triage.thresholds import BLOCK, FADE_S, RATE_HZ
from voice_triage.understanding import Interpreter

BLOCK_S = BLOCK / RATE_HZ
DECIDED_S = 4.5
"""So long after the words nothing more comes of them: 0.9 s of silence, 1.5 s of second opinion, and room."""

DOUBTED_S = 25.0
"""So long after them a read-back that comes first is decided: by silence, where nobody else talks."""

USUAL = {"patient": "it's for me", "age": "thirty", "duration": "two days"}
WALK = ("ready", "they fade")


@dataclass(frozen=True)
class Trial:
    """Who says what, when, in which room."""

    utterance: Utterance
    voice: tuple[str, str]
    question: str
    after_ms: float | None = None
    """Said over the question, so long after its first word; None: said as the answer to it."""
    noise: tuple[str, float] | None = None
    echo: tuple[float, float] | None = None
    """Delay in ms and gain in dB."""
    squeeze_s: float | None = None
    """The word is pressed to so many seconds."""
    pauses_s: float | None = None
    """So long a silence after each two words."""
    then: str | None = None
    """Said to the read-back of an emergency."""
    technique: Technique = WHOLE


@dataclass
class Outcome:
    """What came of a trial; times in ms after the words that matter, None when it did not happen."""

    trial: Trial
    emergency: bool = False
    red_flags: tuple[str, ...] = ()
    emergency_ms: float | None = None
    silent_ms: float | None = None
    answered_ms: float | None = None
    by: str = ""
    """The lane that raised the emergency: streaming, second opinion, the answer, or a read-back before it."""
    partials: list[str] = field(default_factory=list)
    meanings: list[Meaning] = field(default_factory=list)
    understood: bool = False
    """The words themselves, typed, would have been taken rightly."""
    right: bool = False
    """What was heard was taken as the corpus wants it."""
    audio_s: float = 0.0
    compute_s: float = 0.0

    @property
    def heard(self) -> str:
        """What was recognised, all utterances."""
        return " / ".join(one.text for one in self.meanings) or "(nothing)"


class Ear(Observer):
    """Notes the moments of a session."""

    def __init__(self) -> None:
        self.cut_s: float | None = None
        self.heard_s: float | None = None
        self.partials: list[str] = []

    def cut(self, text: str, *, at_s: float) -> None:
        """The assistant fell silent."""
        self.cut_s = at_s if self.cut_s is None else self.cut_s

    def heard(self, text: str, *, at_s: float) -> None:
        """An utterance was decided."""
        self.heard_s = at_s if self.heard_s is None else self.heard_s

    def hearing(self, text: str, *, at_s: float) -> None:
        """The words so far."""
        self.partials.append(text)


def run(trial: Trial) -> Outcome:
    """Play one trial to its decision."""
    with taken_out(trial.technique) as parts:
        ear = Ear()
        stage = _stage(trial, parts, ear)
        events = listen_in(stage.dialogue)
        alarms = alarms_of(stage.session._with.listener)
        open_at(stage.dialogue, parts.interpreter, trial.question)
        stage.session.start()
        audio_s = _play(stage, trial)
        outcome = _outcome(trial, stage, ear, events, audio_s)
    if outcome.emergency:
        outcome.by = alarms[0].by if alarms else "answer"
        if stage.dialogue.state.doubts:
            outcome.by = "read-back"
    return outcome


def _stage(trial: Trial, parts: Kit, ear: Ear) -> Stage:
    technique, saying = trial.technique, Saying(trial.utterance.say)
    stage = parts.stage(
        _scenario(trial), technique.recognizer, observers=(ear,), thresholds=technique.thresholds
    )
    if trial.squeeze_s is not None:
        squeeze(stage.caller, saying, trial.voice, trial.squeeze_s)
    if trial.pauses_s is not None:
        stage.caller._sounds[saying] = _halting(saying.text, trial.voice, trial.pauses_s)
    return stage


def _halting(text: str, voice: tuple[str, str], pause_s: float) -> Pcm:
    """Said two words at a time."""
    words, caller = text.split(), CallerVoice(*voice)
    parts = [caller.render(" ".join(words[at : at + 2])) for at in range(0, len(words), 2)]
    return np.concatenate([sound for part in parts for sound in (trim(part, 0.0), silence(pause_s))])


def squeeze(caller: ScriptedCaller, saying: Saying, voice: tuple[str, str], seconds: float) -> None:
    """Have the caller say it faster than the voice can."""
    caller._sounds[saying] = squeezed(CallerVoice(*voice).render(saying.text), seconds)


def listen_in(dialogue: Dialogue) -> list[Event]:
    """The events the dialogue is given from now on, as they come."""
    events: list[Event] = []
    handle = dialogue.handle

    def noted(event: Event) -> Turn:
        events.append(event)
        return handle(event)

    dialogue.handle = noted  # type: ignore[method-assign]
    return events


def alarms_of(listener: Listener) -> list[Alarm]:
    """The alarms of the safety lane from now on, as they come."""
    alarms: list[Alarm] = []
    hear = listener.hear

    def noted(
        block: Pcm, question: str | None, own_words: str, events: list[Partial | Alarm | Spoken]
    ) -> None:
        before = len(events)
        hear(block, question, own_words, events)
        alarms.extend(event for event in events[before:] if isinstance(event, Alarm))

    listener.hear = noted  # type: ignore[method-assign]
    return alarms


def open_at(dialogue: Dialogue, interpreter: Interpreter, question: str) -> None:
    """Let the dialogue begin at a question, the ones before it answered without a word of sound."""
    handle, walk = type(dialogue).handle, 0
    turn = dialogue.start()
    while turn.question != question:
        if turn.question is None or turn.emergency:
            raise ValueError(f"the question {question} does not come up")
        text = USUAL.get(turn.question, "no")
        if turn.question == "glass_test":
            text, walk = WALK[min(walk, 1)], walk + 1
        turn = handle(dialogue, Heard(interpreter.interpret(text, turn.question)))
    dialogue.start = lambda: turn  # type: ignore[method-assign]


def _scenario(trial: Trial) -> Scenario:
    saying = Saying(trial.utterance.say)
    over = trial.after_ms is not None
    noise = Noise(_kind(trial.noise[0]), trial.noise[1]) if trial.noise else None
    return Scenario(
        name=trial.utterance.say,
        file=Path("bench"),
        answers=({} if over else {trial.question: (saying, None)})
        | ({"confirm_red_flag": (Saying(trial.then), None)} if trial.then else {}),
        default=None,
        interjections=(Interjection(trial.question, trial.after_ms or 0.0, saying),) if over else (),
        voice={"engine": trial.voice[0], "name": trial.voice[1]},
        noise=noise,
        echo=Echo(*trial.echo) if trial.echo else None,
        expect=Expect(),
    )


def _kind(name: str) -> str | Path:
    return name if name in ("white", "pink", "babble") else Path(name)


def _play(stage: Stage, trial: Trial) -> float:
    """Step until the emergency, or until what was said has come to whatever it comes to."""
    audio_s = 0.0
    while audio_s < 90.0:
        stage.session.step()
        audio_s += BLOCK_S
        if stage.caller.emergency_s is not None and not stage.caller.talking and trial.then is None:
            break
        speeches = stage.caller.speeches
        if len(speeches) > (trial.then is not None) and audio_s > speeches[-1].where.end / RATE_HZ + (
            DOUBTED_S if stage.dialogue.state.doubts else DECIDED_S
        ):
            break
    return audio_s


def _outcome(trial: Trial, stage: Stage, ear: Ear, events: list[Event], audio_s: float) -> Outcome:
    flags = frozenset(stage.dialogue.red_flags)
    outcome = Outcome(trial, audio_s=audio_s, compute_s=clock(stage).compute_s, partials=ear.partials[-6:])
    outcome.meanings = [one.meaning for one in events if isinstance(one, Heard) and not one.partial]
    outcome.emergency = stage.caller.emergency_s is not None
    outcome.red_flags = tuple(stage.dialogue.red_flags)
    red_flags = stage.dialogue.protocol.red_flags
    outcome.understood = _typed(trial.utterance, stage.interpreter, red_flags)
    outcome.right = any(matches(trial.utterance, one, red_flags) for one in outcome.meanings)
    if stage.caller.speeches:
        _times(outcome, stage, ear, flags)
    return outcome


def clock(stage: Stage) -> VirtualClock:
    """The stage's clock."""
    return stage.clock


def _times(outcome: Outcome, stage: Stage, ear: Ear, flags: frozenset[str]) -> None:
    speech = stage.caller.speeches[0]
    end_s = replay._flag_end(speech, stage.interpreter, flags) / RATE_HZ
    if stage.caller.emergency_s is not None:
        outcome.emergency_ms = max(0.0, stage.caller.emergency_s - end_s) * 1000
        if ear.cut_s is not None:
            outcome.silent_ms = max(0.0, ear.cut_s + FADE_S - end_s) * 1000
    if ear.heard_s is not None:
        outcome.answered_ms = (ear.heard_s - speech.where.end / RATE_HZ) * 1000


def _typed(utterance: Utterance, interpreter: Interpreter, red_flags: Collection[str]) -> bool:
    """True when understanding alone, given the very words, takes them rightly."""
    return matches(utterance, interpreter.interpret(utterance.say, utterance.question), red_flags)


def mapping(outcome: Outcome) -> Mapping[str, Any]:
    """A row for the list of failures."""
    trial = outcome.trial
    return {
        "said": trial.utterance.say,
        "question": trial.question,
        "voice": "/".join(trial.voice),
        "noise": trial.noise and (Path(trial.noise[0]).name, trial.noise[1]),
        "over": trial.after_ms,
        "heard": outcome.heard,
        "partial": outcome.partials[-1] if outcome.partials else "",
        "understood": outcome.understood,
        "flags": list(outcome.red_flags),
        "by": outcome.by,
    }


def sound(trial: Trial) -> Pcm:
    """The caller's sound alone."""
    return CallerVoice(*trial.voice).render(trial.utterance.say)
