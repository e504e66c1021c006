"""What both engines made of one utterance, read as the session reads it."""

from __future__ import annotations

from dataclasses import replace

from voice_triage.evidence import Evidence
from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.second_look import SecondLook
from voice_triage.second_thoughts import named, read, unanswered, unshared, weigh
from voice_triage.thresholds import GARBAGE_WORDS, HALF_HEARD_WORDS
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import LIKELY, OURS, SURE_ALONE


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
        return self._with_half_heard(meaning, ours, theirs, utterance) if second.sure else meaning

    def _with_half_heard(
        self, meaning: Meaning, ours: Meaning, theirs: Meaning, open_: OpenUtterance
    ) -> Meaning:
        """With the red flags that one engine heard, where the two together say none: they are read back.

        Unless the second engine heard an answer or an order, or the other the very words and no red flag in
        them, or the second finds the first one's inconceivable, or something is denied.
        """
        every = self._red_flags
        answered = theirs.answer or theirs.command or meaning.answer == "no" or meaning.signs & every
        if answered or open_.alarmed or not self._evidence.may_ask_back(open_):
            return meaning
        denied = {one.concept for each in (ours, theirs) for one in each.findings if one.status == "absent"}
        thinkable = every if theirs.conceivable is None else theirs.conceivable
        found = {}
        for mine, others, possible in ((theirs, ours, every), (ours, theirs, thinkable)):
            words = set(others.words.split())
            for one in mine.findings:
                new = one.status == "present" and one.concept in (every & possible) - denied and one.words
                if new and not words.issuperset(one.words.split()) and self._likely(one, mine.text, open_):
                    found[one.concept] = one
        open_.half_heard = frozenset(found)
        return replace(meaning, findings=(*meaning.findings, *found.values()))

    def _likely(self, flag: Finding, text: str, utterance: OpenUtterance) -> bool:
        """True for a red flag that the words likely say, and likely the caller's words."""
        question, i = utterance.question, self._interpreter
        likely = i.likelihood(text, question, frozenset({flag.concept})) >= LIKELY
        return likely and i.directed(text, question) >= OURS and len(text.split()) >= HALF_HEARD_WORDS

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
