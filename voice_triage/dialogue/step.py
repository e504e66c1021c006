"""One event on its way through the machine, and the conditions of the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from voice_triage.dialogue.circumstances import help_comes, help_here, with_told
from voice_triage.dialogue.outcome import pages
from voice_triage.dialogue.readback import causes, named_absent, taken_away, taken_back
from voice_triage.dialogue.state import CONFIRM, CUP, LOOK, LOOKER, State, age_years, case_of, decide, patient
from voice_triage.dialogue.taking import Taken, known, merge, spoken, take
from voice_triage.messages import NOT_BREATHING, Event, Heard, Meaning, Silence, Status
from voice_triage.protocol import Protocol, Question
from voice_triage.triage import Decision
from voice_triage.triage.facts import statuses_of

NO_WORDS = Meaning("")
LOW_VISION = "low_vision_no_helper"
REMINDERS = 15
"""Soft words, one a minute, without a sound in answer before the glass is no longer waited for."""
DOUBTED = 2
"""Times that a sign in words is doubted."""
REPLY_WORDS = 5
"""Where others talk, in more words a no may be anybody's: "no way, i never said that to her"."""
ADJUSTMENTS = ("slower", "faster", "louder", "quieter")


class Step:
    """What one event does; ``state`` is replaced as the machine moves."""

    def __init__(self, protocol: Protocol, before: State, event: Event) -> None:
        self.protocol = protocol
        self.before = before
        self.state = before
        self.question = question_at(protocol, before.place)
        self.partial = isinstance(event, Heard) and event.partial
        self.event = event
        self.meaning = event.meaning if isinstance(event, Heard) else NO_WORDS
        self.taken = Taken(before)
        self.withdrawn: tuple[str, ...] = ()
        self._decided: tuple[State, Decision] | None = None
        self._facts: tuple[State, Mapping[str, Status]] | None = None
        if self.partial:
            self._overhear()
        elif isinstance(event, Heard):
            self._hear()

    @property
    def decision(self) -> Decision:
        """The decision on the state as it is now."""
        if self._decided is None or self._decided[0] is not self.state:
            self._decided = (self.state, decide(self.protocol, self.state))
        return self._decided[1]

    @property
    def facts(self) -> Mapping[str, Status]:
        """Concept -> status, with what follows from what was said."""
        if self._facts is None or self._facts[0] is not self.state:
            case = case_of(self.state, self.state.statuses)
            self._facts = (self.state, statuses_of(self.protocol, case))
        return self._facts[1]

    @property
    def anybodys(self) -> bool:
        """True for what others may have said: much of it, or without sense, but no yes."""
        brief = self.meaning.answer is not None and len(self.meaning.text.split()) <= REPLY_WORDS
        return (
            isinstance(self.event, Heard) and self.event.weak and self.meaning.answer != "yes" and not brief
        )

    @property
    def answered(self) -> bool:
        """True when the utterance is an answer or a command."""
        return self.meaning.answer is not None or self.meaning.command is not None

    @property
    def flags(self) -> tuple[str, ...]:
        """Red flags that are present but not part of the announced emergency."""
        announced = self.state.announced
        return tuple(
            one.concept
            for one in self.state.findings
            if one.status == "present"
            and one.concept in self.protocol.red_flags
            and one.concept not in announced
        )

    @property
    def named(self) -> bool:
        """True when what is taken back on the read-back is named, not only answered "no" to."""
        return bool(named_absent(self.before, self.meaning))

    def _hear(self) -> None:
        if self.before.place == CONFIRM and not (self.before.doubted and self.anybodys):
            self.withdrawn = taken_back(self.protocol, self.before, self.meaning)
        self.taken = take(self.protocol, self.before, self.meaning, self.question)
        self.state = replace(self.taken.state, reminders=0)
        if self.meaning.told:
            self.state = with_told(self.state, self.meaning.told, self.decision)

    def _overhear(self) -> None:
        """Take the red flags only, and only if they raise an emergency: a partial result may be wrong."""
        said = [
            one
            for one in spoken(self.before, self.meaning, self.question)
            if one.status == "present" and one.concept in self.protocol.red_flags
        ]
        after = merge(self.protocol, self.before, said, ())
        if decide(self.protocol, after).level == "emergency":
            self.state = replace(after, overheard=True)


def question_at(protocol: Protocol, place: str) -> Question | None:
    """Return the protocol's question that is open at ``place``, if it is one of its own."""
    name = place.split(".")[0]
    return next((one for one in protocol.questions if one.id == name), None)


def wants(step: Step, name: str) -> bool:
    """True when the question ``name`` is to be asked now."""
    state, protocol = step.state, step.protocol
    if state.revisit is not None:
        return state.revisit == name
    question = question_at(protocol, name)
    if question is None or name in state.settled:
        return False
    values = [one.concept for one in state.values]
    if name not in state.reopened and known(question, state.statuses, values):
        return False
    if question.cannot_raise and step.decision.level == "urgent":
        return False
    return question.when is None or question.when.holds(step.facts, age_years(state), patient(state))


def returns(step: Step, name: str) -> bool:
    """True when a value that was not understood is asked for once more before a mild end."""
    state, question = step.state, question_at(step.protocol, name)
    if question is None or name in state.retried or step.decision.level not in ("routine", "self_care"):
        return False
    return not known(question, state.statuses, [one.concept for one in state.values])


def alarm(step: Step) -> bool:
    """True when an emergency is to be announced: a new one, or a red flag added to one."""
    if step.decision.level != "emergency":
        return False
    if not step.before.announced:
        return True
    if step.before.doubted:
        return not step.protocol.red_flags.keys().isdisjoint(step.meaning.signs)  # any confirms it
    if _told(step, NOT_BREATHING):
        return False  # told at once to press on the chest; what else is new needs no read-back first
    if step.before.overheard and not step.answered:
        return False  # the rest of the utterance that raised it: the line is being spoken already
    if step.partial:
        # In mid-sentence only what changes the instruction is worth starting the line again for.
        standing = step.before.standing
        return standing is not None and standing.action == "go" and step.decision.action == "call"
    return bool(step.flags)


def _weak(step: Step) -> bool:
    """True for an emergency that is to be read back first; no sign is doubted for ever.

    A bare answer is doubted once: to "I heard spots that stay" some say again "no, they don't".
    """
    caused, times = causes(step.protocol, step.state, step.decision), 1 if step.meaning.bare else DOUBTED
    often = all(step.state.doubts.count(one) >= times for one in caused)
    weak = isinstance(step.event, Heard) and step.event.weak
    return weak and not often and not step.before.doubted


def _others_only(step: Step) -> bool:
    """True where only others talk, as far as one can know."""
    if isinstance(step.event, Silence):
        return step.event.voices
    meaning, announced = step.meaning, step.before.announced
    return step.anybodys and not (meaning.told or meaning.command or meaning.signs.intersection(announced))


ABOUT_A_QUESTION: Mapping[str, Callable[[Step, str], bool]] = {"wants": wants, "returns": returns}
"""Conditions that name a question, as in "wants:age"."""


def _says(command: str) -> Callable[[Step], bool]:
    return lambda step: step.meaning.command == command


def _answers(answer: str) -> Callable[[Step], bool]:
    return lambda step: step.meaning.answer == answer


def _told(step: Step, *names: str) -> bool:
    return any(name in step.meaning.told for name in names)


def _tells(*names: str) -> Callable[[Step], bool]:
    return lambda step: _told(step, *names)


def _tried(times: int) -> Callable[[Step], bool]:
    return lambda step: step.before.tries >= times


def _announced_as(step: Step, status: str) -> bool:
    """True when a finding of this status concerns the announced emergency."""
    return any(one.status == status and one.concept in step.before.announced for one in step.meaning.findings)


CONDITIONS: Mapping[str, Callable[[Step], bool]] = {
    "alarm": alarm,
    "weak": _weak,
    "doubted": lambda step: step.before.doubted,
    "others_only": lambda step: step.before.doubted and _others_only(step),
    "settled": lambda step: step.taken.settled,
    "vague_yes": lambda step: step.taken.vague_yes,
    "news": lambda step: step.taken.news,
    "may_ask_again": lambda step: (
        (step.taken.news or step.meaning.command == "ready") and not step.before.excused
    ),
    "says_stop": _says("stop"),
    "says_restart": _says("restart"),
    "says_repeat": _says("repeat"),
    "says_help": _says("help"),
    "says_why": _says("why"),
    "says_summary": _says("summary"),
    "says_wait": _says("wait"),
    "says_ready": lambda step: step.meaning.command == "ready" or _has_a_looker(step),
    "says_back": _says("back"),
    "says_adjust": lambda step: step.meaning.command in ADJUSTMENTS,
    "answers_yes": _answers("yes"),
    "answers_no": _answers("no"),
    "wants_more": lambda step: step.meaning.answer == "yes" or step.meaning.command == "ready",
    "answers_unsure": lambda step: _unsure(step),
    "answers_doubtfully": lambda step: step.meaning.answer in ("yes", "no"),
    "cannot_see": lambda step: not step.before.looked and _cannot_see(step),
    "known_blind": lambda step: not step.state.looked and step.state.statuses.get(LOW_VISION) == "present",
    "tried_once": _tried(1),
    "tried_twice": _tried(2),
    "tried_five_times": _tried(5),
    "nobody_there": lambda step: step.before.reminders >= REMINDERS,
    "asked_before": lambda step: any(
        one.kind == "walk" and one.id in step.state.retried for one in step.protocol.questions
    ),
    "has_glass": lambda step: step.state.has_glass,
    "takes_all_back": lambda step: bool(step.withdrawn) and not _still_emergency(step),
    "takes_some_back": lambda step: bool(step.withdrawn),
    "rest_of_utterance": lambda step: step.before.overheard and not step.answered,
    "confirms": lambda step: step.meaning.answer == "yes" or _announced_as(step, "present"),
    "doubts_it": lambda step: _announced_as(step, "absent"),
    "help_here": lambda step: help_here(step.meaning.told),
    "help_comes": lambda step: help_comes(step.meaning.told, step.decision),
    "no_help": _tells("no_help"),
    "says_alone": _tells("alone", "child_calling"),
    "not_breathing": _tells(NOT_BREATHING),
    "fit_over": lambda step: _told(step, "fit_over") and "seizure" in step.before.announced,
    "asks_food": _tells("asks_food"),
    "asks_to_call": _tells("asks_to_call"),
    "asks_who": lambda step: _told(step, "asks_who") and step.meaning.answer is None,
    "asks_language": lambda step: _told(step, "asks_language") and step.meaning.answer is None,
    "no_phone": _tells("no_phone"),
    "stays_after_all": lambda step: _told(step, "spots_stay") and _looked_before(step) is not None,
    "another_patient": lambda step: patient(step.before) not in (None, patient(step.state)),
    "level_changed": lambda step: step.decision.level != step.before.told_level,
    "pages_left": lambda step: step.before.page < len(pages(step.decision)),
}  # fmt: skip


def _looked_before(step: Step) -> Question | None:
    """The glass test, where it was done, found no spots that stay, and was not done again."""
    state = step.before
    done = (one for one in step.protocol.questions if one.kind == "walk" and one.id in state.settled)
    return next((one for one in done if one.id not in state.retried), None)


def _unsure(step: Step) -> bool:
    """True when the caller cannot tell, in an answer or in words."""
    asked = step.question.asks_for if step.question else ()
    said = any(one.status == "unsure" and one.concept in asked for one in step.meaning.findings)
    return said or step.meaning.answer == "unsure"


def _cannot_see(step: Step) -> bool:
    """True when the caller cannot look, or has looked and cannot tell."""
    blind = any(one.concept == LOW_VISION and one.status == "present" for one in step.meaning.findings)
    said = blind or _told(step, "cannot_see")
    return said or (step.before.place.endswith((LOOK, CUP)) and _unsure(step))


def _has_a_looker(step: Step) -> bool:
    """True for "yes, my neighbour is here" where somebody is looked for who can see the spots."""
    return step.before.place.endswith(LOOKER) and _told(step, "accompanied")


def _still_emergency(step: Step) -> bool:
    after = taken_away(step.protocol, step.state, step.withdrawn, named=step.named)
    return decide(step.protocol, after).level == "emergency"
