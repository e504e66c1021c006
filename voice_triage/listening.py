"""The hearing half of a session: microphone blocks in, events out.

Two lanes run over the same utterance. The safety lane searches every partial result for red flags. The
answer lane waits for the end of speech, asks the second opinion, and gives the meaning of the whole.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from voice_triage.audio.endpoint import Endpointer, Hearing
from voice_triage.both_readings import BothReadings
from voice_triage.clock import Clock
from voice_triage.evidence import Evidence
from voice_triage.messages import Alarm, Finding, Hypothesis, Meaning, Outcome, Partial, Utterance
from voice_triage.open_utterance import Again, OpenUtterance, Words
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import SurvivingRecognizer, UtteranceRecognizer
from voice_triage.second_look import SecondLook
from voice_triage.second_thoughts import believed, named, own
from voice_triage.thresholds import BLOCK, CUT_BLOCKS, GARBAGE_WORDS, RATE_HZ, TALK_GAP_BLOCKS, Thresholds
from voice_triage.understanding import Interpreter


class Listener:
    """Hears one block at a time. ``red_flags`` are the ids that raise an alarm alone."""

    def __init__(
        self,
        recognizer: SurvivingRecognizer,
        interpreter: Interpreter,
        endpointer: Endpointer,
        clock: Clock,
        *,
        red_flags: Collection[str],
        second_opinion: UtteranceRecognizer | None = None,
        again: Again | None = None,
        thresholds: Thresholds | None = None,
    ) -> None:
        self.recognizer = recognizer
        self._interpreter = interpreter
        self._endpointer = endpointer
        self._clock = clock
        self._red_flags = frozenset(red_flags)
        self._second = second_opinion
        self._again = again
        self._limits = thresholds or Thresholds()
        self._open: OpenUtterance | None = None
        self._deciding: list[OpenUtterance] = []
        self._voice_s = 0.0
        self._own_line = ""
        self._since_cap = TALK_GAP_BLOCKS + 1
        self.evidence = Evidence(interpreter, red_flags, self._limits)
        self._readings = BothReadings(interpreter, self._red_flags, self.evidence)

    @property
    def busy(self) -> bool:
        """True while somebody speaks or an utterance is still being decided."""
        return self._open is not None or bool(self._deciding)

    @property
    def answering(self) -> bool:
        """True while somebody may be answering; in a room full of talk somebody always speaks."""
        talk = self._open is None or self._open.talk
        return bool(self._deciding) if talk else not self.room_talk

    @property
    def understood(self) -> bool:
        """True where what is being said makes sense."""
        return self._open is not None and not self._open.look.empty

    @property
    def room_talk(self) -> bool:
        """True where voices go on and on, and what they say makes no sense."""
        if self._open is None:
            return self._since_cap <= TALK_GAP_BLOCKS
        return not self.understood and (self._open.talk or self._voice_s >= self._limits.room_talk_s)

    @property
    def voice_confirmed(self) -> bool:
        """True while the open utterance is surely a voice (the barge-in rule)."""
        return self._open is not None and self._endpointer.barge_in

    @property
    def voice_near(self) -> bool:
        """True while somebody seems to speak: the time to turn own speech down."""
        return self._open is not None and self._open.silence_s < self._limits.duck_release_s

    @property
    def voice_s(self) -> float:
        """Seconds of speech in the open utterance."""
        return self._voice_s if self._open is not None else 0.0

    def be_patient(self, factor: float) -> None:
        """The caller's factor on the silence that ends an utterance."""
        self._endpointer.patience = factor

    def drop(self) -> None:
        """Forget the utterance that is open: something in the hearing of it failed."""
        self._endpointer.reset()
        self._open = None

    def expect(self, question: str | None) -> None:
        """Tell the recogniser which answers are likely."""
        self.recognizer.expect(question)

    def hear(self, block: Pcm, question: str | None, own_words: str, events: list[Outcome]) -> None:
        """Take one block of ``BLOCK`` samples, 16 kHz; add what became of it to ``events``.

        It is not returned, so that what was heard in a block outlives a failure later in it.
        ``own_words`` is the line being played, empty in silence: a red flag in it needs a confirmed
        voice, since it may be the assistant's own.
        """
        self.evidence.tick()
        self._own_line = own_words or self._own_line  # what is heard of it comes late
        hearing = self._endpointer.feed(block, playing=bool(own_words))
        self._voice_s = hearing.voice_s
        self._since_cap = 0 if hearing.capped else self._since_cap + (self._open is None)
        if hearing.event == "opened":
            gap = self._since_cap
            self._begin(question, bool(own_words), talk=gap <= TALK_GAP_BLOCKS, cut=gap <= CUT_BLOCKS)
        if self._open is not None:
            self._open.voice_s, self._open.silence_s = hearing.voice_s, hearing.silence_s
            self._open.confirmed = self._open.confirmed or self._endpointer.barge_in
            if not self._take(self._open, hearing.pcm, own_words, events):
                self._second_look(self._open, hearing, events)  # an alarm does not wait for what it means
            if hearing.event == "closed":
                self._close(self._open, hearing.voice_s)
            elif self._open.over or (self._open.talk and self._open.question != question):
                self._part(self._open, question, own_words)
        for utterance in list(self._deciding):
            self._decide(utterance, events)

    def _begin(self, question: str | None, over_speech: bool, *, talk: bool, cut: bool = False) -> None:
        failures = self.recognizer.failures
        second = SecondLook(self._second, self._clock, question)
        self._open = OpenUtterance(question, over_speech, second, talk=talk, cut=cut, failures=failures)
        self.recognizer.start()

    def _part(self, utterance: OpenUtterance, question: str | None, own_words: str) -> None:
        """In babble nothing falls silent: end what was said; the sound nobody has read begins another."""
        rest = utterance.blocks[utterance.looked_at :] if utterance.over else []
        self._close(utterance, utterance.second.of_s if utterance.over else utterance.voice_s)
        self._endpointer.begin_anew(len(rest))
        self._begin(question, bool(own_words), talk=True)
        if rest and self._open is not None:
            self._open.blocks = list(rest)
            self.recognizer.accept(np.concatenate(rest))  # the next block gives its words

    # ---- safety lane ----

    def _take(self, utterance: OpenUtterance, pcm: Pcm, own_words: str, events: list[Outcome]) -> bool:
        """Feed the recogniser and search its partial result for red flags; True when one is raised."""
        utterance.blocks.append(pcm)
        hypothesis = self.recognizer.accept(pcm)
        before = utterance.ours
        if (hypothesis.text, hypothesis.doubtful) != (before.text, utterance.doubtful):
            new = hypothesis.text != before.text
            if new:
                events.append(Partial(hypothesis.text))
            alarm = self._interpreter.alarm(hypothesis.text, utterance.question, hypothesis.doubtful)
            flags = {one.concept: one for one in alarm.findings if one.concept in self._red_flags}
            utterance.ours = Words(
                hypothesis.text,
                flags if alarm.settled else {},
                frozenset(flags),
                alarm.followed,
                len(utterance.blocks) if new else before.grown_at,
            )
            utterance.doubtful, utterance.clear = hypothesis.doubtful, alarm.clear
        utterance.stand()
        standing = [
            finding
            for concept, finding in utterance.ours.flags.items()
            if concept not in utterance.alarmed and (self._endpointer.barge_in or not own(finding, own_words))
        ]
        raised = tuple(
            one
            for one in standing
            if self._sure(utterance, one) and self.evidence.settled(one, utterance, utterance.ours)
        )
        events += utterance.raises(Alarm(raised, utterance.ours.text))
        return bool(raised)

    def _sure(self, utterance: OpenUtterance, finding: Finding) -> bool:
        """True once it was heard clearly or by both engines, or has stood while the second heard nothing."""
        if not self.evidence.suffices(finding, utterance):
            return False
        if finding.concept in utterance.clear and not (utterance.talk or own(finding, self._own_line)):
            return True
        # An engine that hears in steps must have heard it twice.
        stood_s = utterance.standing[finding.concept] * BLOCK / RATE_HZ
        stood = stood_s >= max(utterance.hold_s(finding, self._limits), self.recognizer.step_s)
        if self._second is None:
            return stood
        check = utterance.check(finding, self._again, round(self._limits.red_flag_check_of_s * RATE_HZ))
        theirs, second = self._readings.meant(check, utterance), check.result()
        if theirs is None or second is None or second.failed:
            # A slow machine, or a broken engine: what is short and plain is believed without it.
            late = stood_s >= self._limits.red_flag_check_s
            return stood and late and not utterance.talk and len(utterance.ours.text.split()) <= GARBAGE_WORDS
        if second.text:
            # What it heard otherwise may be half of a sentence: that is weighed at the end of speech.
            return named(finding, theirs)
        return stood and believed(finding, utterance.ours.text, theirs, talk=utterance.talk)

    # ---- answer lane ----

    def _second_look(self, utterance: OpenUtterance, hearing: Hearing, events: list[Outcome]) -> None:
        """Look again at each pause, and now and then; a red flag in the second opinion counts at once."""
        second, paused = utterance.second, hearing.silence_s >= self._limits.second_opinion_after_s
        rolling = hearing.voice_s - second.of_s >= self._limits.second_opinion_every_s
        if (paused or (rolling and not second.unread)) and second.ask(
            lambda: utterance.sound(self._again), hearing.voice_s
        ):
            utterance.looked_at, utterance.looked_in_pause = len(utterance.blocks), paused
        if paused:
            self.recognizer.pause()
        theirs = second.result()
        if theirs is not None and second.unread:
            second.unread = False
            self._read(utterance, theirs, paused=paused)
        heard = utterance.theirs if theirs else Words()  # in a pause all of it, or nothing yet
        quiet = theirs is not None and hearing.silence_s >= self._limits.red_flag_pause_s
        seen = [one for name, one in utterance.theirs.flags.items() if quiet or name in utterance.whole]
        raised = tuple(
            one
            for one in seen
            if one.concept not in utterance.alarmed
            and self.evidence.suffices(one, utterance)
            and self.evidence.settled(one, utterance, heard)
        )
        events += utterance.raises(Alarm(raised, utterance.ours.text, "second opinion"))

    def _read(self, utterance: OpenUtterance, early: Hypothesis, *, paused: bool) -> None:
        """Note which red flags a look at the open utterance shows, and which of them no word can turn."""
        theirs = self._readings.meant(utterance.second, utterance) or Meaning("")
        again, same = utterance.compare(theirs)
        alarm = self._interpreter.alarm(early.text, utterance.question)
        last = early.text.split()[-1:]
        flags = {  # of whole words the safety lane alone is wrong 9 times of 10
            one.concept: one
            for one in self._readings.own_words(utterance, utterance.ours.text, theirs).findings
            if one.status == "present" and one.concept in self._red_flags
        }
        grown = early.text != utterance.theirs.text
        utterance.theirs = Words(
            early.text,
            flags if alarm.settled and early.sure else {},
            frozenset(flags),
            alarm.followed,
            utterance.looked_at if grown else utterance.theirs.grown_at,
        )
        ended = paused or utterance.looked_in_pause  # else the last word may be half of another
        plain = (one.concept for one in alarm.findings if ended or one.words.split()[-1:] != last)
        utterance.whole = again.union(plain)
        # A look at a pause comes right after the one before it, and shows nothing new either.
        utterance.over = early.sure and same and not ended

    def _close(self, utterance: OpenUtterance, voice_s: float) -> None:
        utterance.second.ask(lambda: utterance.sound(self._again), voice_s)
        second, theirs = utterance.second.result(), self._readings.meant(utterance.second, utterance)
        understood = bool(second and second.sure and theirs and not theirs.empty)
        utterance.final = self.recognizer.finish(checked=understood)
        self._deciding.append(utterance)
        self._open = None

    def _decide(self, utterance: OpenUtterance, events: list[Outcome]) -> None:
        """Give the utterance's meaning once the second opinion is there, or its time is up."""
        second = utterance.second.result()
        utterance.waited += 1
        if second is None and utterance.waited * BLOCK < self._limits.second_opinion_wait_s * RATE_HZ:
            return
        try:
            final = utterance.final.text if utterance.final else ""
            ours = self._interpreter.interpret(final, utterance.question)
            meaning = self._readings.weigh(ours, utterance)
            weak = self.evidence.weak(meaning, utterance)
        finally:
            self._deciding.remove(utterance)  # what cannot be weighed now never can
        # An engine that failed has lost the words: an empty meaning has the question asked again.
        lost = self.recognizer.failures > utterance.failures
        if meaning.text or utterance.alarmed or lost:
            events.append(
                Utterance(
                    meaning,
                    utterance.question,
                    bool(utterance.alarmed),
                    utterance.over_speech,
                    brief=utterance.voice_s < self._limits.barge_in_words_s,
                    confirmed=utterance.confirmed,
                    weak=weak,
                    unsaid=utterance.unsaid(ours, self._readings.meant(utterance.second, utterance), meaning),
                )
            )
