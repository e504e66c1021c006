"""The utterance that is being spoken: its sound, its words so far, and what was made of them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from voice_triage.messages import Alarm, Finding, Hypothesis, Meaning
from voice_triage.pcm import Pcm
from voice_triage.second_look import SecondLook
from voice_triage.second_thoughts import unsaid
from voice_triage.thresholds import RATE_HZ, SUPPRESSED_S, Thresholds

_log = logging.getLogger(__name__)

Again = Callable[[int], Callable[[], Pcm]]
"""Gives the work of hearing the last samples anew (Canceller.again): the second opinion can wait."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an engine has heard of it so far, and the red flags in that."""

    text: str = ""
    flags: Mapping[str, Finding] = field(default_factory=dict)
    """None while words stand open that could turn them."""
    said: frozenset[str] = frozenset()
    """All of them, whatever stands open."""
    followed: frozenset[str] = frozenset()
    """Those after which another thought has begun, or another red flag."""
    grown_at: int = 0
    """Blocks that there were when the words last changed."""


@dataclass(slots=True)
class OpenUtterance:
    """What is known of it; the listener fills it block by block."""

    question: str | None
    over_speech: bool
    second: SecondLook
    blocks: list[Pcm] = field(default_factory=list)
    ours: Words = field(default_factory=Words)
    """What the first engine has heard so far."""
    doubtful: str | None = None
    """Those of its words that were not heard clearly, of an engine that can say so."""
    clear: frozenset[str] = frozenset()
    """Red flags in them that need not be heard again."""
    standing: dict[str, int] = field(default_factory=dict)
    """Red flag -> blocks for which it has stood in the partial results."""
    since: dict[str, int] = field(default_factory=dict)
    """Red flag -> the block from which on an engine's words have said it."""
    alarmed: dict[str, str] = field(default_factory=dict)
    """Red flags raised already -> the words that said them."""
    half_heard: frozenset[str] = frozenset()
    """Red flags that one engine's words say, and those of both together do not."""
    final: Hypothesis | None = None
    confirmed: bool = False
    voice_s: float = 0.0
    silence_s: float = 0.0
    talk: bool = False
    """It follows at once on one that had to be closed by force: people talk without end."""
    cut: bool = False
    """Not even a breath lies between the two: it is the rest of what was said, and answers nothing."""
    checks: dict[tuple[str, str], SecondLook] = field(default_factory=dict)
    """What the second opinion was asked about a red flag in mid-speech."""
    look: Meaning = field(default_factory=lambda: Meaning(""))
    """What the second opinion last meant, while speech went on."""
    theirs: Words = field(default_factory=Words)
    """What it has heard, as of the last look."""
    whole: frozenset[str] = frozenset()
    """Signs in it that more words can hardly turn."""
    over: bool = False
    """The words have come to their end, though voices in the room have not."""
    looked_at: int = 0
    """Blocks that the second opinion was last asked about."""
    looked_in_pause: bool = False
    """They ended in silence: their last word is hardly half of another."""
    failures: int = 0
    """Of the recogniser, when the utterance began."""
    waited: int = 0

    @property
    def pcm(self) -> Pcm:
        """All of its sound, with what came before the first voice."""
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.int16)

    def readings(self, *, guesses: bool) -> list[set[str]]:
        """What each engine has made of it so far, with what else it may have been."""
        ours = {self.ours.text, self.final.text if self.final else ""}
        looks = [look.result() for look in (self.second, *self.checks.values())]
        heard = [look for look in looks if look]
        theirs = {text for one in heard for text in (one.text, *(one.others if guesses and one.sure else ()))}
        return [ours, theirs | {""}] if self.second.there else [ours]

    def sound(self, again: Again | None, longest: int | None = None) -> Callable[[], Pcm]:
        """What the second opinion is to hear: of who speaks over the assistant also what was suppressed."""
        pcm = self.pcm if longest is None else self.pcm[-longest:]
        if again is None or not self.over_speech:
            return lambda: pcm
        earlier = 0 if self.talk else round(SUPPRESSED_S * RATE_HZ)  # that belongs to the one before
        work = again(len(pcm) + earlier)

        def sound() -> Pcm:
            try:
                return work()
            except Exception as error:
                _log.error("the sound could not be heard again (%s)", type(error).__name__)
                return pcm

        return sound

    def check(self, finding: Finding, again: Again | None, longest: int) -> SecondLook:
        """What the second opinion says of this flag, asked once for its words.

        The engine hears a pause one block after the look at it began: the same sound, asked about already.
        """
        key = (finding.concept, finding.words)
        if key not in self.checks and self.looked_in_pause and len(self.blocks) - self.looked_at <= 2:
            self.checks[key] = copy.copy(self.second)  # the next look is another
        elif key not in self.checks:
            self.checks[key] = look = self.second.another()
            look.ask(lambda: self.sound(again, longest), 1.0)
        return self.checks[key]

    def hold_s(self, finding: Finding, limits: Thresholds) -> float:
        """How long the words must stand: the last word of a partial result may be half of another."""
        words = finding.words.split()
        if len(words) < 2:
            return limits.red_flag_hold_one_word_s
        last = words[-1:] == self.ours.text.split()[-1:]
        return limits.red_flag_hold_last_s if last else limits.red_flag_hold_s

    def waits(self, concept: str) -> int:
        """Blocks for which this red flag has been known."""
        return len(self.blocks) - self.since.get(concept, len(self.blocks))

    def stand(self) -> None:
        """Count a block for the red flags in the words so far; one that was taken back begins anew."""
        self.standing = {one: self.standing.get(one, 0) + 1 for one in self.ours.flags}
        self.since = {one: self.since.get(one, len(self.blocks)) for one in self.ours.said | self.theirs.said}

    def raises(self, alarm: Alarm) -> list[Alarm]:
        """The alarm, noted as raised; nothing where there is no red flag in it."""
        self.alarmed |= {one.concept: one.words for one in alarm.findings}
        return [alarm] if alarm.findings else []

    def unsaid(self, ours: Meaning, theirs: Meaning | None, whole: Meaning) -> frozenset[str]:
        """The red flags raised in mid-sentence that no engine's reading of the whole leaves possible."""
        if not self.second.of_s:  # there is no second engine
            return unsaid(self.alarmed, (ours, whole))
        second = self.second.result()
        if second is None or theirs is None or not (second.sure and second.text):
            return frozenset()  # of two engines one alone takes nothing back
        return unsaid(self.alarmed, (ours, theirs, whole))

    def compare(self, meaning: Meaning) -> tuple[frozenset[str], bool]:
        """Which signs the last look showed, too, and whether it meant the same; this look is kept."""
        before, self.look = self.look, meaning
        grown = len(meaning.text.split()) > len(before.text.split())
        return before.signs & meaning.signs, meaning.says(before) and not meaning.empty and not grown
