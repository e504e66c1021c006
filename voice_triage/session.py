"""The one loop of the product: live and scripted sound go through it, block by block.

microphone -> echo canceller -> listener -> dialogue -> wording -> speaker -> loudspeaker
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from voice_triage.dialogue import Dialogue
from voice_triage.equipment import Equipment
from voice_triage.messages import Alarm, Heard, Line, Meaning, Outcome, Partial, Silence, Turn, Utterance
from voice_triage.mid_sentence import MidSentence, no_answer
from voice_triage.observer import Observer, Watched
from voice_triage.pcm import rms_dbfs
from voice_triage.room_talk import RoomTalk
from voice_triage.speaking import Words, words_of
from voice_triage.surviving import Devices, Ears, Faults, next_block, signs_of
from voice_triage.thresholds import BLOCK, RATE_HZ
from voice_triage.wishes import Wishes, as_command

BLOCK_S = BLOCK / RATE_HZ
AFTER_FAREWELL_S = 2.0
"""Silence after the farewell until nobody listens any more: what matters most is often said last."""


class Session:
    """A conversation from greeting to end."""

    def __init__(self, equipment: Equipment, observers: Sequence[Observer] = ()) -> None:
        self._with = equipment
        self._turn = Turn()
        self._turns = self._idle_blocks = 0
        self._unheard: list[Words] = []
        self._was_playing = self._words_heard = False
        self._lost, self._devices = frozenset[str](), Devices()
        self._red_flags = frozenset(equipment.dialogue.protocol.red_flags)
        self._faults = Faults(equipment.wording)
        self._observer = Watched(observers, lambda error: self._faults.note("observer", error))
        equipment.speaker.observer = self._observer
        self._ears = Ears(equipment, self._faults)
        self._mid_sentence = MidSentence()
        self._room_talk = RoomTalk(equipment.listener, equipment.thresholds)
        self._alarmed = False  # an emergency was raised that the conversation itself could not announce
        speaker, others = equipment.speaker, equipment.next_voice
        self._wishes = Wishes(equipment.wording, equipment.patience, lambda: speaker.change_voice(others))
        self.interrupted = False
        """True once the assistant was cut off in mid-sentence by the caller."""

    @property
    def dialogue(self) -> Dialogue:
        """The conversation as it stands."""
        return self._with.dialogue

    @property
    def over(self) -> bool:
        """True when the conversation has ended, all was said, and nobody has anything to add."""
        quiet = not (self._with.speaker.playing or self._with.listener.answering)
        waited = bool(self._devices.missing) or self._idle_blocks * BLOCK_S >= AFTER_FAREWELL_S
        return self._turn.phase == "ended" and quiet and waited

    @property
    def standing_by(self) -> bool:
        """True when an emergency was announced, help is on its way and nobody speaks."""
        quiet = not (self._with.speaker.playing or self._with.listener.answering)
        return self._turn.phase == "standing_by" and quiet

    @property
    def faults(self) -> Sequence[str]:
        """What failed inside and was survived: stage and kind of each."""
        return self._faults.seen

    def close(self) -> None:
        """Let go of what was begun beside the loop and of the caller's words; the equipment stays open."""
        self._with.listener.recognizer.new_caller()
        self._with.interpreter.forget()
        self._with.clock.close()

    def start(self) -> None:
        """Greet and ask the first question."""
        self._survive(lambda: self._perform(self._with.dialogue.start()))

    def step(self) -> None:
        """One block: 20 ms out, 20 ms in, and whatever follows from it."""
        self._with.clock.tick(BLOCK_S)
        far = next_block(self._with.speaker, self._faults)
        near = self._ears.near(far)
        line = self._with.speaker.line
        question = None if self._with.speaker.leading else self._turn.question  # it was not asked yet
        for event in self._ears.hear(near, question, line.text.lower() if line else ""):
            self._survive(lambda event=event: self._on(event), signs_of(event))  # type: ignore[misc]
        for error in self._with.clock.failures():
            self._faults.note("second opinion", error)
        self._survive(self._tell_devices)
        self._faults.guarded("conversation", self._make_room, None)  # to ask again each block would never end
        self._survive(self._wait)
        self._observer.level(rms_dbfs(near))

    def typed(self, text: str) -> None:
        """Take a typed line like an utterance that was heard, at any moment."""
        self._observer.heard(text, at_s=self._with.clock.now_s())

        def work() -> None:
            meaning = self._with.interpreter.interpret(text, self._turn.question)
            self._survive(lambda: self._take(meaning), meaning.signs)

        self._survive(work)

    def device_changed(self, lost: Collection[str]) -> None:
        """Say on what is left which device is missing, or that all are back and the question again."""
        self._lost = frozenset(lost)
        self._survive(self._tell_devices)

    # ---- devices ----

    def _tell_devices(self, *, again: bool = False) -> None:
        """Say what is missing by now, or that all is back, if the caller does not know it yet."""
        speaker, dialogue = self._with.speaker, self._with.dialogue
        line = self._devices.news(self._lost | ({"microphone"} if self._ears.deaf else set()), again=again)
        if line is None:
            return
        text = self._with.wording.say(line, dialogue.patient)
        self._observer.trouble(text)
        told = Words(text, self._turn.question, self._turns)
        if self._devices.missing and dialogue.doubted:
            self._perform(dialogue.handle(Silence()))  # who cannot be asked has not denied it
        if speaker.announcing:  # nothing cuts that
            return speaker.say([told])
        self._fall_silent()
        unheard, self._unheard = self._unheard, []
        if not (self._devices.missing or unheard) and self._turn.phase == "asking":
            return self._perform(dialogue.handle(Heard(Meaning("", command="repeat"))), (line,))
        speaker.say([told, *unheard])

    # ---- what was heard ----

    def _survive(self, work: Callable[[], None], signs: Collection[str] = ()) -> None:
        """Do ``work``, which is about these ``signs``; where it fails say the emergency, or ask again."""
        try:
            work()
        except Exception as error:
            self._faults.note("conversation", error)
            known = self._faults.guarded("dialogue", lambda: bool(self._with.dialogue.red_flags), False)
            self._alarmed |= known or not self._red_flags.isdisjoint(signs)
            if self._with.speaker.announcing:
                return
            self._fall_silent()
            if self._alarmed:
                self._with.speaker.announce(self._faults.emergency())
            else:
                self._with.speaker.say(self._faults.sorry(self._turn.question))

    def _on(self, event: Outcome) -> None:
        if isinstance(event, Alarm):
            self._alarm(event)
        elif isinstance(event, Utterance):
            self._utterance(event)
        else:
            self._partial(event)

    def _alarm(self, alarm: Alarm) -> None:
        known = () if self._with.dialogue.doubted else self._with.dialogue.red_flags
        fresh = tuple(one for one in alarm.findings if one.concept not in known)
        if fresh:
            self._perform(self._mid_sentence.tell(self._with.dialogue, alarm.text, fresh))

    def _partial(self, partial: Partial) -> None:
        self._observer.hearing(partial.text, at_s=self._with.clock.now_s())
        self._words_heard |= bool(partial.text)
        long = self._with.listener.voice_s >= self._with.thresholds.barge_in_words_s
        if long and partial.text and not self._with.words.backchannel(partial.text):
            self._barge_in()

    def _utterance(self, utterance: Utterance) -> None:
        speaker, meaning = self._with.speaker, utterance.meaning
        speaker.duck(False)
        taken_back = self._mid_sentence.taken_back(self._with.dialogue, utterance)
        if self._ears.deaf and not meaning.text:
            return self._tell_devices(again=True)  # it was not the caller who said nothing
        if utterance.over_speech and speaker.playing and not taken_back:
            flags = any(one.status == "present" for one in meaning.findings)
            doubtful = not utterance.confirmed or (utterance.brief and meaning.empty)
            if self._with.words.backchannel(meaning.text) or (doubtful and not flags):
                return  # "uh huh", a cough, or what the canceller has left of our own voice
        self._attend()
        self._observer.heard(meaning.text, at_s=self._with.clock.now_s())
        if taken_back:
            return self._take(meaning, (Line("too_soon"),))
        if utterance.alarmed or utterance.question != self._turn.question or self._with.speaker.announcing:
            meaning = no_answer(meaning, self._with.dialogue.red_flags)
            if not (meaning.findings or meaning.values or meaning.command):
                return self._say_again()
        # Where a device is missing a read-back might not be heard, or not be answered.
        self._take(meaning, weak=utterance.weak and not self._devices.missing)

    def _take(self, meaning: Meaning, first: tuple[Line, ...] = (), *, weak: bool = False) -> None:
        """Give the whole of what was meant to the dialogue, and do what comes of it; say ``first`` first."""
        dialogue, meaning = self._with.dialogue, as_command(meaning)
        before = (dialogue.question, dialogue.findings, dialogue.values)
        said = self._with.speaker.last
        turn = dialogue.handle(Heard(meaning, weak=weak))
        if turn == Turn():
            return self._say_again()
        told = meaning.answer or meaning.findings or meaning.values
        taken = told and before != (dialogue.question, dialogue.findings, dialogue.values)
        first += self._wishes.grant(meaning.wish, turn, said) if meaning.wish else ()
        self._with.listener.be_patient(self._wishes.unhurried)
        self._perform(turn, () if turn.emergency else first)
        if taken and not (turn.emergency or dialogue.doubted):
            self._with.speaker.understood()

    def _make_room(self) -> None:
        """Turn the voice down, then fall silent, for a caller who goes on speaking."""
        listener, speaker = self._with.listener, self._with.speaker
        if not speaker.playing or speaker.announcing:
            return
        speaker.duck(self._room_talk.turns_down)
        if listener.voice_s >= self._with.thresholds.barge_in_wordless_s:
            self._barge_in()

    def _barge_in(self) -> None:
        if self._with.speaker.playing and self._room_talk.cuts and not self._with.speaker.announcing:
            self._fall_silent()

    def _fall_silent(self) -> None:
        if self._with.speaker.line is not None:
            self.interrupted = True
        self._unheard = self._with.speaker.cut() or self._unheard
        self._faults.guarded("device", self._with.device.cut, None)

    def _say_again(self) -> None:
        """Offer again what was cut off, when the interruption came to nothing."""
        unheard, self._unheard = self._unheard, []
        if unheard and not self._with.speaker.playing:
            self._room_talk.in_vain()
            self._with.speaker.say(unheard)

    # ---- what is said ----

    def _perform(self, turn: Turn, first: Sequence[Line] = ()) -> None:
        if turn == Turn():
            return
        parts = self._with
        self._turn, self._idle_blocks, self._words_heard = turn, 0, False
        if turn.adjust:
            parts.speaker.adjust(turn.adjust)
        parts.listener.expect(turn.question)
        self._room_talk.begin()
        self._turns += 1
        say, patient = parts.wording.say, parts.dialogue.patient
        words = words_of(turn, (*first, *turn.lines), self._turns, lambda line: say(line, patient))
        if turn.emergency:
            if parts.speaker.line is not None:
                self._fall_silent()
            self._unheard = []
            parts.speaker.announce(words)
        elif words:
            if parts.speaker.playing:
                self._fall_silent()
            self._unheard = []
            parts.speaker.say(words)
        elif turn.re_listen:
            parts.speaker.signal("waiting")

    # ---- silence ----

    def _wait(self) -> None:
        """Count the silence; tell the dialogue when the patience of its question has run out."""
        speaker = self._with.speaker
        if speaker.playing or self._devices.missing:
            self._was_playing = self._was_playing or speaker.line is not None  # an earcon is no line
            self._idle_blocks = 0
            return
        wordless = self._with.dialogue.doubted and not self._words_heard  # a cough, a child that cries
        if self._room_talk.holds_up(self._patience_s) and not wordless:
            return self._attend()
        if self._was_playing:
            self._was_playing = self._words_heard = False
            if self._turn.phase == "asking":
                speaker.signal("listening")
            self._observer.listening(self._turn.question, at_s=self._with.clock.now_s())
        self._idle_blocks += 1
        if self._turn.phase != "ended" and self._idle_blocks * BLOCK_S >= self._patience_s:
            self._idle_blocks = 0
            if self._unheard and not self._with.dialogue.doubted:
                return self._say_again()
            voices = self._words_heard and self._with.listener.evidence.others_may_talk
            self._perform(self._with.dialogue.handle(Silence(voices=voices)))

    def _attend(self) -> None:
        """Count the silence anew: somebody spoke; not for talk in the room, nor after the farewell."""
        if self._turn.phase != "ended" and not self._with.listener.room_talk:
            self._idle_blocks = 0

    @property
    def _patience_s(self) -> float:
        patience, limits = self._turn.patience, self._with.thresholds
        if self._unheard and not self._turn.re_listen and patience != "short":
            patience = "normal"  # nobody looks for a glass that was not heard of
        return self._wishes.patience_s(patience, limits)
