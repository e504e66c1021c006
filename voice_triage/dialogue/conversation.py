"""The dialogue: an event in, a turn out. No clock, no threads, no I/O, no randomness."""

from __future__ import annotations

from collections.abc import Mapping

from voice_triage.dialogue.advice import with_advice
from voice_triage.dialogue.effects import apply, arrive
from voice_triage.dialogue.machine import DialogueMachine
from voice_triage.dialogue.replies import REPLIES, asking
from voice_triage.dialogue.rows import GO, HEAR, OVERHEAR, SILENT
from voice_triage.dialogue.state import ENDED, NEXT, STANDING_BY, State, decide, patient
from voice_triage.dialogue.step import Step, question_at
from voice_triage.messages import Event, Finding, Heard, Line, Patience, Phase, Silence, Turn, Value
from voice_triage.protocol import Protocol
from voice_triage.triage import Decision

EMERGENCY_REPLIES = ("announce", "announce_rest", "announce_again")


class Dialogue:
    """A conversation over one protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.machine = DialogueMachine(protocol)
        self.state = State(place=protocol.questions[0].id)

    @classmethod
    def at(cls, protocol: Protocol, state: State) -> Dialogue:
        """Return a dialogue that stands at ``state``."""
        dialogue = cls(protocol)
        dialogue.state = state
        return dialogue

    def start(self) -> Turn:
        """Return the greeting and the first question."""
        step = Step(self.protocol, State(place=NEXT), Silence())
        self._settle(step, NEXT, "ask")
        return self._turn(step, (Line("greeting"), *asking(step)), "ask")

    def handle(self, event: Event) -> Turn:
        """Return what to do about ``event``; an empty Turn() when there is nothing to do."""
        step = Step(self.protocol, self.state, event)
        trigger = SILENT if not isinstance(event, Heard) else OVERHEAR if event.partial else HEAR
        place, reply = self.machine.move(self.state.place, trigger, step)
        apply(step, reply)
        reply = self._settle(step, place, reply)
        if reply == "nothing":
            return Turn()
        lines = REPLIES[reply](step)
        self.state = with_advice(self.state, lines)
        return self._turn(step, lines, reply)

    # ---- what is known ----

    @property
    def decision(self) -> Decision:
        """The decision as things stand."""
        return decide(self.protocol, self.state)

    @property
    def findings(self) -> Mapping[str, Finding]:
        """Concept -> finding, in the order in which they were said."""
        return {one.concept: one for one in self.state.findings}

    @property
    def values(self) -> Mapping[str, Value]:
        """age, temperature, duration, patient -> what was said."""
        return {one.concept: one for one in self.state.values}

    @property
    def patient(self) -> str | None:
        """self, child, other or None."""
        return patient(self.state)

    @property
    def question(self) -> str | None:
        """The id of the open question."""
        return self.state.question

    @property
    def doubted(self) -> bool:
        """True while an emergency was read back and is not announced yet."""
        return self.state.doubted

    @property
    def phase(self) -> Phase:
        """asking, standing_by or ended."""
        return _phase(self.state)

    @property
    def asked(self) -> tuple[str, ...]:
        """Question ids asked aloud, each once, in order."""
        return self.state.asked

    @property
    def red_flags(self) -> tuple[str, ...]:
        """What caused the emergency that stands; nothing that was taken back."""
        return self.state.announced

    # ---- moving ----

    def _settle(self, step: Step, place: str, reply: str) -> str:
        """Enter ``place``, or from the hub the place that the machine chooses; return the reply."""
        if place == NEXT:
            place, chosen = self.machine.move(NEXT, GO, step)
            if chosen in ("announce", "ask_whether", "once_more"):
                reply = chosen
            apply(step, chosen)
        arrive(step, place)
        self.state = step.state
        return reply

    def _turn(self, step: Step, lines: tuple[Line, ...], reply: str) -> Turn:
        return Turn(
            lines=lines,
            question=self.question,
            emergency=reply in EMERGENCY_REPLIES,
            phase=self.phase,
            patience=self._patience(reply),
            adjust=step.meaning.command if reply == "adjust" else None,
            re_listen=reply == "wait",
        )

    def _patience(self, reply: str) -> Patience:
        if self.state.doubted:
            return "short"
        question = question_at(self.protocol, self.state.place)
        own: Patience = question.patience if question else "normal"
        if self.phase == "standing_by" or (reply == "wait" and own == "normal"):
            return "long"
        return own


def _phase(state: State) -> Phase:
    if state.place == STANDING_BY:
        return "standing_by"
    return "ended" if state.place == ENDED else "asking"
