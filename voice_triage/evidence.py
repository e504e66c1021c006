"""Whether what was heard is evidence enough for an emergency, or is read back before it counts."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection
from dataclasses import replace

from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance, Words
from voice_triage.thresholds import (
    BLOCK,
    CHATTER_S,
    CHATTER_WITHIN_S,
    CHATTER_WORDS,
    LONG_WORDS,
    RATE_HZ,
    UNNAMED_WORDS,
    UNPAUSED_S,
    Thresholds,
)
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import CERTAIN, DIRECTED, LIKELY, OURS, SURE

_log = logging.getLogger(__name__)

_STANDING = ("confirm_red_flag", None)
"""What is asked while an emergency stands, or when all is over."""


class Evidence:
    """A red flag counts at once where the network is sure of it in what some engine heard, or may have.

    While words go on it must be settled, too. At the end of the utterance also that the caller said just
    that, as of a yes of many words that does not name it, at any time. Where others may talk, as a television
    does, it must be all but certain, no guess, and no answer counts at once that does not name it: their
    "yes" is as clear as the caller's. Where they surely talk both engines must have heard it so. The rest is
    read back first (``State.doubted``), and in a quiet room what one engine alone has heard.
    """

    def __init__(
        self, interpreter: Interpreter, red_flags: Collection[str], limits: Thresholds | None = None
    ) -> None:
        self._interpreter = interpreter
        self._red_flags = frozenset(red_flags)
        self._limits = limits or Thresholds()
        self._now_s = 0.0
        self._others: deque[tuple[float, float]] = deque()
        """When speech that made no sense, in words unlike a caller's, ended, and how long it was (s)."""

    def tick(self) -> None:
        """A block (20 ms) has passed."""
        self._now_s += BLOCK / RATE_HZ
        while self._others and self._now_s - self._others[0][0] > CHATTER_WITHIN_S:
            self._others.popleft()

    @property
    def others_may_talk(self) -> bool:
        """True where one sentence of late made no sense, in words unlike a caller's."""
        return bool(self._others)

    @property
    def _others_talk(self) -> bool:
        """True where more of it did: what makes no sense is no reply."""
        return len(self._others) > 1 and sum(voice_s for _, voice_s in self._others) >= CHATTER_S

    @property
    def _both_must_hear(self) -> bool:
        """True where others talk, or somebody went on and on without sense."""
        return self._others_talk or any(voice_s >= UNPAUSED_S for _, voice_s in self._others)

    def suffices(self, flag: Finding, utterance: OpenUtterance, *, certain: bool = False) -> bool:
        """True for a red flag that may count before the utterance is over.

        ``certain``: all but certain, as while more words may turn it ("her lips are blue from the popsicle").
        """
        likely = CERTAIN if certain else SURE if flag.words else LIKELY
        if flag.words:  # of half a sentence nobody can tell whose it is
            return self._plain({flag.concept}, utterance, likely, directed=0.0)
        directed = OURS if self._in_passing(utterance.ours.text, utterance) else 0.0
        return not self.others_may_talk and self._plain({flag.concept}, utterance, likely, directed)

    def settled(self, flag: Finding, utterance: OpenUtterance, heard: Words) -> bool:
        """True once more words can hardly turn a red flag: after a breath, another thought, or some time.

        What an engine ``heard`` so far must mean it as a whole; in a room that is never silent a breath is
        that no new word comes. Who cuts in on the assistant, all but certain, waits for none of it.
        """
        if utterance.over_speech and self.suffices(flag, utterance, certain=True):
            return True
        meant, limits = self._meant(heard.text, flag, utterance.question), self._limits
        if flag.concept in heard.followed and meant >= CERTAIN:
            return True
        return meant >= SURE and (
            utterance.over
            or utterance.silence_s >= limits.red_flag_breath_s
            or (len(utterance.blocks) - heard.grown_at) * BLOCK / RATE_HZ >= limits.red_flag_still_s
            or utterance.waits(flag.concept) * BLOCK / RATE_HZ >= limits.red_flag_waits_s
        )

    def _meant(self, text: str, flag: Finding, question: str | None) -> float:
        """How likely words that as a whole mean the red flag do; 0 where they do not."""
        try:
            there = flag.concept in self._interpreter.interpret(text, question).signs
            return self._interpreter.likelihood(text, question, frozenset({flag.concept})) if there else 0.0
        except Exception as error:  # what nobody can read takes no emergency back
            _log.error("the words so far could not be read (%s)", type(error).__name__)
            return 1.0

    def may_ask_back(self, utterance: OpenUtterance) -> bool:
        """True while a question of the protocol is open and nobody else talks in the room."""
        asked = utterance.question not in _STANDING
        return asked and not (self.others_may_talk or utterance.talk)

    def weak(self, meaning: Meaning, utterance: OpenUtterance) -> bool:
        """Take note of the whole; True where it is to be read back first, should it be an emergency.

        True as well of what, in answer to a read-back, may be anybody's talk.
        """
        others, talk = self.others_may_talk, self._others_talk
        there = [
            one for one in meaning.findings if one.status == "present" and one.concept in self._red_flags
        ]
        said = {one.concept for one in there if one.words}
        strange = self._interpreter.directed(meaning.text, utterance.question) < OURS
        if strange and _senseless(meaning):
            self._others.append((self._now_s, utterance.voice_s))
        if utterance.alarmed:
            return False
        if there:
            named = said or {one.concept for one in there}
            directed = DIRECTED if said or not self._in_passing(meaning.text, utterance) else OURS
            return (
                (others and not said)
                or bool(named & utterance.half_heard)
                or not self._plain(named, utterance, SURE if said else LIKELY, directed)
            )
        replies = meaning.answer or meaning.told or meaning.command
        anybodys = meaning.bare or _long(meaning) or (talk and not replies)
        if anybodys and (talk or (others and strange)):
            return True
        return strange and meaning.answer == "yes" and self._in_passing(meaning.text, utterance)

    def _plain(
        self, concepts: Collection[str], utterance: OpenUtterance, likely: float, directed: float
    ) -> bool:
        """True where some engine's words say one of the concepts, so likely, and the caller's so likely."""
        likely = CERTAIN if self.others_may_talk else likely
        question, named, i = utterance.question, frozenset(concepts), self._interpreter
        each = (
            any(
                i.likelihood(one, question, named) >= likely and i.directed(one, question) >= directed
                for one in heard
            )
            for heard in utterance.readings(guesses=not self.others_may_talk)
        )
        return all(each) if self._both_must_hear else any(each)

    def _in_passing(self, text: str, utterance: OpenUtterance) -> bool:
        """True for so many words, not begun by the answer, that others may say one among them in passing."""
        words = text.split()
        if len(words) < UNNAMED_WORDS:
            return False
        return self._interpreter.interpret(words[0], utterance.question).answer is None


def _long(meaning: Meaning) -> bool:
    return len(meaning.text.split()) >= LONG_WORDS


def _senseless(meaning: Meaning) -> bool:
    """True for a sentence of which nothing was understood, or of a long one no more than a person."""
    told = any(one.words and (one.concept != "patient" or not _long(meaning)) for one in meaning.values)
    return replace(meaning, values=()).empty and not told and len(meaning.text.split()) >= CHATTER_WORDS
