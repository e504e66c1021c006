"""The small frozen messages that pass between the stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["present", "absent", "unsure"]
Answer = Literal["yes", "no", "unsure"]
Level = Literal["emergency", "urgent", "routine", "self_care"]
Action = Literal["call", "go"]
Patience = Literal["short", "normal", "long", "unlimited"]
Phase = Literal["asking", "standing_by", "ended"]

COMMANDS = (
    "repeat", "help", "back", "restart", "stop", "wait", "ready",
    "slower", "faster", "louder", "quieter", "why", "summary",
)  # fmt: skip

WISHES = ("spell", "another_voice", "more_time", "unhurried")
"""What a caller may wish of the assistant itself; the session grants it, the dialogue does not know it."""


NOT_BREATHING = "not_breathing"
"""The circumstance that has first aid of its own."""
ALL_BUT = "choice_all_but"
"""The circumstance that all of a list is so but what is named next."""
CIRCUMSTANCES = (
    "help_called", "no_help", "on_the_way", "help_here", "alone", "accompanied", "child_calling",
    "spots_fade", "spots_stay", NOT_BREATHING, "fit_over", "asks_food", "no_phone",
    "cannot_see", "asks_to_call", "asks_who", "asks_language", "patient_put_right",
    "choice_first", "choice_second", "choice_third", "choice_fourth", "choice_last", "choice_all",
    ALL_BUT,
)  # fmt: skip
"""What a caller may tell of himself and of the help he called or wants; none of it is a finding."""


# ---- recogniser -> understanding ----


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser believes was said so far in this utterance."""

    text: str
    """Lower-case words separated by single spaces; empty when nothing was recognised."""
    others: tuple[str, ...] = ()
    """What else the words may have been, the likeliest first, of an engine that can say so."""
    sure: bool = True
    """False where the engine itself thinks its words improbable: no red flag is raised by them alone."""
    doubtful: str | None = None
    """Those of its words that the engine is less sure of; None where it cannot say which."""
    failed: bool = False
    """The engine broke, or was never asked: it has not heard nothing, it has not heard at all."""


# ---- understanding -> dialogue ----


@dataclass(frozen=True, slots=True)
class Finding:
    """One concept of the protocol, with what the caller said of it."""

    concept: str
    status: Status
    words: str = ""
    """The caller's words that said it; empty when it follows from a bare answer."""


GROWN_UP = 18
"""Years from which on nobody is a child: the group ``adult`` of the protocol."""


@dataclass(frozen=True, slots=True)
class Value:
    """A measured thing: age (years, months), temperature (celsius), duration (hours), patient (value)."""

    concept: str
    unit: str
    value: float | str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an utterance means, given the question that was open."""

    text: str
    answer: Answer | None = None
    command: str | None = None
    findings: tuple[Finding, ...] = ()
    values: tuple[Value, ...] = ()
    wish: str | None = None
    """One of WISHES, beside the command that it is to all but the assistant's voice."""

    told: tuple[str, ...] = ()
    """Those of CIRCUMSTANCES that were told."""

    words: str = ""
    """The text as it was read, short forms written out ("can not"); the words of findings are of these."""
    conceivable: frozenset[str] | None = None
    """Red flags that some reading of the text may mean, however little likely; None where nobody can say."""

    worded: bool = False
    """The answer says the thing itself, "they stay", and not only yes or no."""

    partly: bool = False
    """A "no" to a list that only signs said to be absent stand for: "he's awake" leaves the rest open."""

    supported: frozenset[str] = frozenset()
    """Red flags that count only where another engine has heard them, too."""

    @property
    def empty(self) -> bool:
        """True when nothing usable was understood."""
        return not (self.answer or self.command or self.wish or self.findings or self.values or self.told)

    @property
    def bare(self) -> bool:
        """True for an answer, and nothing said besides."""
        said = any(one.words for one in self.findings) or any(one.words for one in self.values)
        return self.answer is not None and not (said or self.told or self.command or self.worded)

    @property
    def signs(self) -> frozenset[str]:
        """The concepts that are present."""
        return frozenset(one.concept for one in self.findings if one.status == "present")

    def says(self, other: Meaning) -> bool:
        """True when ``other`` says the same, in whatever words."""
        return _bare(self) == _bare(other)


def _bare(meaning: Meaning) -> tuple[object, ...]:
    """What is meant, without the words."""
    return (
        (meaning.answer, meaning.command, meaning.wish, meaning.told),
        {(one.concept, one.status) for one in meaning.findings},
        {(one.concept, one.value) for one in meaning.values},
    )


# ---- hearing -> session ----


@dataclass(frozen=True, slots=True)
class Partial:
    """The words recognised so far in the open utterance."""

    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """The safety lane is sure enough of these red flags."""

    findings: tuple[Finding, ...]
    text: str
    by: Literal["streaming", "second opinion"] = "streaming"
    """The lane that raises it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The caller has finished speaking. An empty meaning with words is speech not understood."""

    meaning: Meaning
    question: str | None
    """The question that was open when the caller began to speak."""
    alarmed: bool
    """The safety lane has already acted on it: what remains of it is no answer."""
    over_speech: bool
    """It began while the assistant was speaking."""
    brief: bool = False
    """Too short to stop the assistant for, unless it means something."""
    confirmed: bool = True
    """It surely was a voice, at some time; only of weight over the assistant's own."""
    weak: bool = False
    """The evidence for it is weak, or others may have said it: an emergency is read back before it counts."""
    unsaid: frozenset[str] = frozenset()
    """Red flags that were raised in the middle of it, and that the whole of it surely does not say."""


Outcome = Partial | Alarm | Utterance


# ---- session -> dialogue ----


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller said something; an empty meaning is speech that was not understood."""

    meaning: Meaning
    partial: bool = False
    """True from the safety lane: only the red flags in it are acted on."""
    weak: bool = False
    """An emergency in it is read back before it counts; or, in answer to that, others may have said it."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The patience of the open question ran out and nobody answered."""

    voices: bool = False
    """Words were heard, but nothing came of them yet."""


Event = Heard | Silence


# ---- dialogue -> wording -> session ----


@dataclass(frozen=True, slots=True)
class Line:
    """A prompt by id, with the values of its slots; only wording turns it into words."""

    prompt: str
    slots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What the assistant does next."""

    lines: tuple[Line, ...] = ()
    question: str | None = None
    """The question that is open after the lines; None when none is."""
    emergency: bool = False
    """The emergency announcement: cuts whatever is being said and starts at once."""
    phase: Phase = "asking"
    patience: Patience = "normal"
    adjust: str | None = None
    """slower, faster, louder or quieter: the session changes its voice, then speaks the lines."""
    re_listen: bool = field(default=False)
    """Nothing to say: keep listening with the given patience (the caller asked to wait)."""
