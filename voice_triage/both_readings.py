"""What both engines made of one utterance, read as the session reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice_triage.evidence import Evidence
from voice_triage.messages import Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.second_look import SecondLook
from voice_triage.second_thoughts import named, read, unanswered, unshared, weigh
from voice_triage.thresholds import GARBAGE_WORDS
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import SURE_ALONE


class BothReadings:
    """The meaning of an utterance from the words of two engines. ``red_flags`` raise an alarm alone."""

    def __init__(self, interpreter: Interpreter, red_flags: frozenset[str], evidence: Evidence) -> None:
        self._interpreter, self._red_flags, self._evidence = interpreter, red_flags, evidence

    def weigh(self, ours: Meaning, utterance: OpenUtterance) -> Meaning:
        """The meaning of the whole, of which the first engine's words mean ``ours``."""
        if not utterance.second.there:
            return ours
        second, theirs = utterance.second.result(), self.meant(utterance.second, utterance)
        if second is None or theirs is None or second.failed:  # too late, or broken: the first stands alone
            return Meaning("") if utterance.talk and len(ours.text.split()) > GARBAGE_WORDS else ours
        if utterance.talk and not second.sure:  # of others' talk only a red flag that both heard counts
            both = [one for one in ours.findings if one.status == "present" and named(one, theirs)]
            flags = tuple(one for one in both if one.concept in self._red_flags)
            return Meaning(theirs.text if flags else "", findings=flags)
        own = self.own_words(utterance, ours.text, theirs)
        meaning = weigh(ours, own, self._red_flags, sure=second.sure, talk=utterance.talk)
        return self._with_doubtful(meaning, (ours, theirs), utterance) if second.sure else meaning

    def _with_doubtful(self, meaning: Meaning, both: Sequence[Meaning], utterance: OpenUtterance) -> Meaning:
        """With the red flags that one engine alone heard, where there is no other: they are read back."""
        denied = {one.concept for each in (meaning, *both) for one in each.findings if one.status == "absent"}
        if meaning.signs & self._red_flags or meaning.answer == "no" or meaning.command:
            return meaning
        doubtful = {
            one.concept: one
            for each in both
            for one in each.findings
            if one.status == "present"
            and one.words
            and one.concept in self._red_flags - denied
            and self._evidence.near(one, each.text, utterance)
        }
        utterance.doubtful_flags = frozenset(doubtful)
        return replace(meaning, findings=(*meaning.findings, *doubtful.values()))

    def own_words(self, utterance: OpenUtterance, first: str, theirs: Meaning) -> Meaning:
        """What it means without what chatter is taken for: of others' talk also without bare answers."""
        meant, question = self._interpreter.interpret, utterance.question
        alone = self._interpreter.alone(theirs.text, question, SURE_ALONE)
        theirs = unshared(theirs, alone, meant(first, question)) if alone else theirs
        firsts = () if utterance.cut else (first,)
        besides = lambda: (meant(theirs.text), *(meant(one, question) for one in firsts))  # noqa: E731
        return unanswered(theirs, self._red_flags, besides) if utterance.talk else theirs

    def meant(self, look: SecondLook, utterance: OpenUtterance) -> Meaning | None:
        """What the second opinion's words mean; None while it is still awaited."""
        question, flags = utterance.question, self._red_flags
        said = lambda text: self._interpreter.interpret(text, question)  # noqa: E731
        alone = lambda text: self._interpreter.alone(text, question)  # noqa: E731
        return look.meaning(lambda one: read(one, said, flags, talk=utterance.talk, alone=alone))
