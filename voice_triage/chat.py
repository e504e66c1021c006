"""The same conversation typed: one line a turn, on a terminal or through a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voice_triage.dialogue import Dialogue
from voice_triage.messages import Heard, Line, Meaning, Silence, Turn
from voice_triage.understanding import Interpreter
from voice_triage.wishes import Wishes, as_command
from voice_triage.wording import Wording


def chat(
    dialogue: Dialogue,
    interpreter: Interpreter,
    wording: Wording,
    lines: Iterable[str],
    show: Callable[[str], None],
) -> None:
    """Converse until the dialogue ends; an empty line is silence, the end of ``lines`` is a stop."""
    wishes, last = Wishes(wording), ""

    def perform(turn: Turn, first: tuple[Line, ...] = ()) -> None:
        nonlocal last
        lines = turn.lines or ((Line("waiting"),) if turn.re_listen else ())  # aloud that is a tone
        for line in (*first, *lines):
            last = wording.say(line, dialogue.patient)
            show(last)

    perform(dialogue.start())
    for line in lines:
        if line.strip():
            meaning = as_command(interpreter.interpret(line.strip(), dialogue.question))
            turn = dialogue.handle(Heard(meaning))
            perform(turn, wishes.grant(meaning.wish, turn, last) if meaning.wish else ())
        else:
            perform(dialogue.handle(Silence()))
        if dialogue.phase == "ended":
            return  # asks for no further line: on a terminal it would wait for one after the goodbye
    perform(dialogue.handle(Heard(Meaning("", command="stop"))))
