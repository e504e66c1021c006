"""An emergency on weak evidence: it is read back before it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.state import CONFIRM, State
from voice_triage.dialogue.taking import merge
from voice_triage.evidence import bare
from voice_triage.messages import NOT_BREATHING, Finding, Line, Meaning, Turn

READ_BACK = ("emergency.heard", "emergency.measured")
TIMES = 2
"""Replies without sense after which the sign is left unsure; and times that a sign is doubted at all."""
YES_WORDS = 5
"""In more words a yes may be anybody's: "right, let's get going then"."""
AGREES = frozenset({"help_called", "on_the_way", "help_here", "no_help", "asks_to_call", NOT_BREATHING})
"""What nobody would tell who has not meant it."""
AGAIN, ENDS = Meaning("", command="repeat"), ("stop", "restart")

Settled = tuple[Meaning, tuple[Line, ...]]
"""What is to be taken at the question that was open before, and what is said first."""


@dataclass(slots=True)
class Doubt:
    """One at a time. A yes, another red flag or silence confirms it, a no drops it.

    While it is open its red flags are unsure to the dialogue, and stay so where nobody answers.
    """

    turn: Turn | None = None
    """The read-back that is open."""
    _before: State | None = None
    _meaning: Meaning = AGAIN
    _tries: int = 0
    _times: Counter[str] = field(default_factory=Counter)
    """How often each sign was doubted."""

    def ask(self, dialogue: Dialogue, before: State, meaning: Meaning, announced: Turn) -> Turn:
        """Return the turn that reads back what ``meaning`` made of the dialogue, which stood at ``before``.

        Where all of it was doubted often enough, it is announced as it is.
        """
        flags = dialogue.red_flags
        often = (
            1 if bare(meaning) else TIMES
        )  # "no, they don't" at the glass is said again with the same words
        if before.announced or all(self._times[one] >= often for one in flags):
            return announced
        self._times.update(flags)
        start = next(at for at, line in enumerate(announced.lines) if line.prompt in READ_BACK)
        dialogue.state = _unsure(dialogue, before)
        self._before, self._meaning, self._tries = before, meaning, 0
        self.turn = Turn(announced.lines[start:], question=CONFIRM)
        return self.turn

    def hear(self, dialogue: Dialogue, meaning: Meaning) -> Turn | Settled:
        """Return the read-back once more, or what was settled by what was heard in answer to it."""
        flags = {*dialogue.protocol.red_flags}
        brief = len(meaning.text.split()) <= YES_WORDS
        if meaning.signs & flags or AGREES.intersection(meaning.told):
            return self._confirmed(dialogue)
        if meaning.answer in ("yes", "unsure") and brief:
            return self._confirmed(dialogue)
        if meaning.answer == "no":
            return self._dropped(dialogue, meaning)
        if meaning.command in ENDS:
            self.turn = None
            return meaning, ()
        self._tries += 1
        if self.turn is not None and self._tries < TIMES:
            return self.turn
        self.turn = None
        return AGAIN, (Line("go_on"),)

    def silence(self, dialogue: Dialogue, *, voices: bool) -> Turn | Settled:
        """Return what was doubted: nobody took it back, and no ``voices`` go on that do not answer."""
        return self.hear(dialogue, Meaning("")) if voices else self._confirmed(dialogue)

    def _confirmed(self, dialogue: Dialogue) -> Settled:
        self.turn = None
        if self._before is not None:
            dialogue.state = self._before
        return self._meaning, ()

    def _dropped(self, dialogue: Dialogue, meaning: Meaning) -> Settled:
        """The caller said none of it; what else the no tells is taken."""
        self._confirmed(dialogue)
        rest = replace(meaning, answer=None, told=())
        return (AGAIN if rest.empty else rest), (Line("withdrawn"),)


def _unsure(dialogue: Dialogue, before: State) -> State:
    """The state before, with the red flags that are new unsure, and their questions still to be asked."""
    protocol, known = dialogue.protocol, before.statuses
    new = [
        name
        for name, one in dialogue.findings.items()
        if one.status == "present" and name in protocol.red_flags and known.get(name) != "present"
    ]
    asking = {one.id for one in protocol.questions if not {*new}.isdisjoint(one.asks_for)} - before.settled
    after = merge(protocol, before, [Finding(name, "unsure") for name in new], ())
    return replace(after, reopened=before.reopened | asking)
