"""The composition root: the only place that knows the concrete classes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from voice_triage.audio.contract import Activity, SoundDevice
from voice_triage.audio.device import LiveDevice
from voice_triage.audio.echo import EchoCanceller
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.audio.room import Echo, Room
from voice_triage.audio.voice_activity import EnergyActivity, VoiceActivity
from voice_triage.clock import Clock, RealClock, VirtualClock
from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.prompts import refuse_missing
from voice_triage.equipment import Equipment
from voice_triage.errors import Lacking
from voice_triage.listening import Listener
from voice_triage.messages import Line
from voice_triage.models import installed_path
from voice_triage.observer import Observer
from voice_triage.pcm import Pcm
from voice_triage.progress import READING, told_if_long
from voice_triage.protocol import Protocol
from voice_triage.recognizers.contract import SurvivingRecognizer, UtteranceRecognizer
from voice_triage.recognizers.registry import open_second_opinion, open_streaming
from voice_triage.recognizers.restarting import RestartingRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.replay import Recorder, ScriptedCaller, Stage
from voice_triage.scenario import Saying, Scenario
from voice_triage.scenario_sounds import caller_of, noise_of, words_of
from voice_triage.session import Session
from voice_triage.settings import Settings, load
from voice_triage.speaking import EMERGENCY_WPM, Speaker, SpokenBy
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.choose import another, open_setting
from voice_triage.speech.wordless import TEXT_WORD_S, WordlessVoice
from voice_triage.standby import Standby
from voice_triage.thresholds import RATE_HZ, Thresholds
from voice_triage.understanding import Interpreter, listening_words
from voice_triage.understanding.phrases import Phrases
from voice_triage.wording import Wording


class Kit:
    """Everything a conversation needs, loaded once and on demand."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._recognizers: dict[str, SurvivingRecognizer] = {}
        self._emergency_wpm = min(settings.rate_wpm, EMERGENCY_WPM)
        self._preparing: threading.Thread | None = None
        """Renders the emergency lines in a voice or at a rate that was chosen by ear."""

    @cached_property
    def protocol(self) -> Protocol:
        """The questions and rules."""
        return Protocol.load()

    @cached_property
    def interpreter(self) -> Interpreter:
        """The understanding."""
        with told_if_long(READING):
            interpreter = Interpreter.load(self.settings.language, self.protocol)
        interpreter.year = date.today().year
        return interpreter

    @cached_property
    def wording(self) -> Wording:
        """The assistant's words, with the number to call."""
        wording = Wording.load(
            self.settings.language, country=self.settings.country, number=self.settings.emergency_number
        )
        refuse_missing(self.protocol, wording.prompts, wording.signs)
        return wording

    @cached_property
    def voice(self) -> CachedVoice:
        """The assistant's voice."""
        return open_setting(self.settings.voice, installed_path("piper-joe"))

    @cached_property
    def second_opinion(self) -> UtteranceRecognizer | None:
        """Whisper, where it is installed and wanted. Raises Lacking when it is demanded and missing."""
        return self._second_opinion(loaded=True)

    def _second_opinion(self, *, loaded: bool) -> UtteranceRecognizer | None:
        """The same; not ``loaded`` it is so once it is asked to, or needed."""
        if self.settings.second_opinion == "off":
            return None
        try:
            phrases = Phrases.load(self.settings.language)
            second = open_second_opinion(installed_path("whisper-tiny.en"), hint=phrases.hint)
            if loaded:
                second.load()
            return second
        except Lacking:
            if self.settings.second_opinion == "on":
                raise
            return None

    def recognizer(self, name: str) -> SurvivingRecognizer:
        """Open a streaming recogniser, or give the one already open. Raises BadInput, Lacking."""
        if name not in self._recognizers:
            with told_if_long(READING):
                phrases = Phrases.load(self.settings.language)
            model = installed_path("vosk-en")
            self._recognizers[name] = RestartingRecognizer(lambda: open_streaming(name, phrases, model))
        return self._recognizers[name]

    def prepare_emergency(self, voice: CachedVoice) -> None:
        """Render the emergency lines now: later there is no time."""
        voice.prerender(self.wording.emergency_texts(self.protocol.red_flags), self._emergency_wpm)

    def _emergency_at(self, rate_wpm: int) -> None:
        """Speak emergencies at this rate, or as fast as they may be, once their lines are rendered so."""
        rate_wpm = min(rate_wpm, EMERGENCY_WPM)
        if rate_wpm != self._emergency_wpm:
            self._emergency_wpm = rate_wpm
            self._prepare_beside()

    def _prepare_beside(self) -> None:
        """Render the emergency lines beside the conversation: until it is done those before are said."""
        voice, rate_wpm = self.voice, self._emergency_wpm
        texts = self.wording.emergency_texts(self.protocol.red_flags)
        work = (texts, rate_wpm, lambda: self.voice is voice and self._emergency_wpm == rate_wpm)
        self._preparing = threading.Thread(target=voice.prepare, args=work, name="voice", daemon=True)
        self._preparing.start()

    def next_voice(self, keep: Callable[[str], None]) -> CachedVoice | None:
        """Take the next installed voice; ``keep`` is told its name. None where there is no other."""
        sample = self.wording.say(Line("adjust.voice"))
        found = another(self.settings.voice, sample, self.settings.rate_wpm, installed_path("piper-joe"))
        if found is None:
            return None
        name, voice = found
        before, self.voice, self.settings = self.voice, voice, replace(self.settings, voice=name)
        if self._preparing is not None:
            # It sees that its voice is no longer wanted, and stops after one line, which may take long.
            self._preparing.join(timeout=1.0)
        voice.take_over(before)
        self._prepare_beside()
        keep(name)
        return voice

    # ---- sessions ----

    def talk(
        self,
        device: SoundDevice,
        observers: Sequence[Observer] = (),
        keep_voice: Callable[[str], None] = lambda name: None,
    ) -> Session:
        """A live session on ``device``; ``keep_voice`` is told the name of a voice that was chosen by ear.

        Unless it is demanded the second opinion still has to be loaded: best while the greeting is spoken.
        """
        if "second_opinion" not in vars(self):
            self.second_opinion = self._second_opinion(loaded=self.settings.second_opinion == "on")
        recognizer = self.recognizer(self.settings.recognizer)
        activity = VoiceActivity()
        activity.warm_up()  # not at the caller's first word
        self._emergency_at(self.settings.rate_wpm)  # the caller before may have wished another rate
        return self._session(
            device,
            recognizer,
            self.voice,
            activity,
            RealClock(),
            observers,
            self.second_opinion,
            next_voice=lambda: self.next_voice(keep_voice),
            rate_changed=self._emergency_at,
        )[0]

    def standby(self, device: SoundDevice) -> Standby:
        """What waits for the wake phrase on ``device``."""
        engine = self.recognizer(self.settings.recognizer)
        return Standby(
            device,  # Moonshine cannot be told the phrase: it hears 2 of 12, PocketSphinx 8
            self.recognizer("pocketsphinx") if engine.name == "moonshine" else engine,
            Endpointer(VoiceActivity()),
            listening_words.load(self.settings.language),
            self.second_opinion,
        )

    def stage(
        self,
        scenario: Scenario,
        recognizer: str = "auto",
        *,
        record: bool = False,
        observers: Sequence[Observer] = (),
        thresholds: Thresholds | None = None,
    ) -> Stage:
        """A session in a simulated room, with the scenario's caller in it."""
        if recognizer == "text":
            return self._text_stage(scenario, observers)
        engine = self.recognizer(recognizer)
        room = Room(
            noise_of(scenario.noise, scenario.file),
            Echo(scenario.echo.delay_ms, scenario.echo.gain_db) if scenario.echo else None,
        )
        caller = ScriptedCaller(scenario, room, caller_of(scenario))
        caller.prepare()
        self.prepare_emergency(self.voice)
        second = self.second_opinion
        device = Recorder(room) if record else room
        clock = VirtualClock()
        session, dialogue = self._session(
            device, engine, self.voice, VoiceActivity(), clock, (caller, *observers), second, thresholds
        )
        name = engine.name + (f"+{second.name}" if second else "")
        return Stage(session, dialogue, self.interpreter, caller, clock, name, device if record else None)  # type: ignore[arg-type]

    def _text_stage(self, scenario: Scenario, observers: Sequence[Observer]) -> Stage:
        """The same with words in place of sound."""
        engine, room, clock = ScriptedRecognizer(), Room(), VirtualClock()
        voice = WordlessVoice()

        def speak(saying: Saying) -> Pcm:
            words = words_of(scenario, saying).split()
            return np.ones(round(len(words) * TEXT_WORD_S * RATE_HZ), np.int16)

        caller = ScriptedCaller(
            scenario, room, speak, tell=lambda saying, pcm: engine.say(saying.text, len(pcm) / RATE_HZ)
        )
        caller.prepare()
        session, dialogue = self._session(
            room, engine, voice, EnergyActivity(), clock, (caller, *observers), None
        )
        return Stage(session, dialogue, self.interpreter, caller, clock, "text")

    def _session(
        self,
        device: SoundDevice,
        engine: SurvivingRecognizer,
        voice: SpokenBy,
        activity: Activity,
        clock: Clock,
        observers: Sequence[Observer],
        second: UtteranceRecognizer | None,
        thresholds: Thresholds | None = None,
        next_voice: Callable[[], SpokenBy | None] | None = None,
        rate_changed: Callable[[int], None] = lambda rate_wpm: None,
    ) -> tuple[Session, Dialogue]:
        limits = thresholds or Thresholds()
        self.interpreter.year = date.today().year  # a service runs over New Year
        engine.new_caller()
        engine.beside(clock.start)
        dialogue = Dialogue(self.protocol)
        canceller = None if isinstance(activity, EnergyActivity) else _canceller(device)
        listener = Listener(
            engine,
            self.interpreter,
            Endpointer(activity, limits),
            clock,
            red_flags=self.protocol.red_flags,
            second_opinion=second,
            again=canceller.again if canceller else None,
            thresholds=limits,
        )
        player = Player()
        player.volume = self.settings.volume / 80
        speaker = Speaker(
            player, voice, clock.now_s, rate_wpm=self.settings.rate_wpm, rate_changed=rate_changed
        )
        equipment = Equipment(
            device=device,
            canceller=canceller,
            listener=listener,
            speaker=speaker,
            dialogue=dialogue,
            wording=self.wording,
            interpreter=self.interpreter,
            words=listening_words.load(self.settings.language),
            clock=clock,
            thresholds=limits,
            patience=self.settings.patience,
            next_voice=next_voice,
        )
        return Session(equipment, observers), dialogue


def _canceller(device: SoundDevice) -> EchoCanceller:
    """Live, the canceller is told what was really played: a stumble of the loop must not deafen it."""
    return EchoCanceller((lambda: device.reference) if isinstance(device, LiveDevice) else None)


def settings_from(overrides: dict[str, Any]) -> Settings:
    """The settings of file and environment, with flags over them. Raises BadInput."""
    return load(overrides=overrides)
