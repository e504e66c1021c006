"""The machine: the rows, built with `transitions` after they were checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from transitions import EventData, Machine

from voice_triage.dialogue.checks import check_machine
from voice_triage.dialogue.rows import places, rows
from voice_triage.dialogue.state import NEXT
from voice_triage.dialogue.step import ABOUT_A_QUESTION, CONDITIONS, Step
from voice_triage.protocol import Protocol


class Mover:
    """The model that `transitions` moves; it remembers what the row that was taken says."""

    place: str
    reply: str = ""
    hear: Callable[..., bool]
    overhear: Callable[..., bool]
    silent: Callable[..., bool]
    go: Callable[..., bool]


class DialogueMachine:
    """Moves from place to place; knows nothing of words."""

    def __init__(self, protocol: Protocol) -> None:
        self.rows = rows(protocol)
        self.places = (*places(protocol), NEXT)
        check_machine(protocol, self.rows)
        self._mover = Mover()
        self._machine = Machine(
            model=self._mover,
            states=list(self.places),
            initial=NEXT,
            model_attribute="place",
            auto_transitions=False,
            send_event=True,
        )
        for row in self.rows:
            self._machine.add_transition(
                row.trigger,
                row.source,
                row.dest,
                conditions=[_condition(name) for name in row.conditions],
                after=partial(_note, reply=row.reply),
            )

    def move(self, place: str, trigger: str, step: Step) -> tuple[str, str]:
        """Return where the first row that fits leads from ``place``, and its reply."""
        self._machine.set_state(place)
        getattr(self._mover, trigger)(step=step)
        return self._mover.place, self._mover.reply


def _condition(name: str) -> Callable[[EventData], bool]:
    kind, _, argument = name.partition(":")
    if kind in ABOUT_A_QUESTION:
        return lambda event: ABOUT_A_QUESTION[kind](event.kwargs["step"], argument)
    return lambda event: CONDITIONS[name](event.kwargs["step"])


def _note(event: EventData, *, reply: str) -> None:
    model: Any = event.model
    model.reply = reply
