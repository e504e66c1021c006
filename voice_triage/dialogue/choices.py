"""Which signs of a list are meant by their places in it, or by what is left out of it."""

from __future__ import annotations

from collections.abc import Mapping

from voice_triage.dialogue.state import WHICH, State
from voice_triage.messages import ALL_BUT, Finding, Meaning
from voice_triage.protocol import Question

CHOICES: Mapping[str, slice] = {
    "choice_first": slice(0, 1),
    "choice_second": slice(1, 2),
    "choice_third": slice(2, 3),
    "choice_fourth": slice(3, 4),
    "choice_last": slice(-1, None),
    "choice_all": slice(None),
}
"""Which signs of a list that was read out are meant by their places in it."""


def chosen(state: State, question: Question, meaning: Meaning) -> list[Finding]:
    """The signs of "the first one", "the first two": a list is read out in the order of ``asks_for``.

    None of "no, that's all" and "just a second", and all of them only where it was asked which. What is named
    in "all of that except the nappy" is what is not so.
    """
    if ALL_BUT in meaning.told:
        said = [
            one for one in meaning.findings if one.concept not in question.asks_for or one.status == "absent"
        ]
        named = {one.concept for one in said}
        return said + [
            Finding(name, "present", meaning.text) for name in question.asks_for if name not in named
        ]
    if meaning.answer == "no" or meaning.command is not None:
        return []
    choices = CHOICES if state.place.endswith(WHICH) else CHOICES.keys() - {"choice_all"}
    found = [name for one in meaning.told if one in choices for name in question.asks_for[CHOICES[one]]]
    return [Finding(name, "present", meaning.text) for name in dict.fromkeys(found)]
