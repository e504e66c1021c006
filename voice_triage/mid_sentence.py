"""An emergency that was raised before its sentence was over, and what the rest of the sentence makes of it.

"He fainted last year at school, but not now": the alarm does not wait for the "but". Where the whole, heard
again, says none of what was raised, the conversation stands where it stood before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.state import ENDED, State
from voice_triage.messages import Finding, Heard, Meaning, Turn, Utterance


@dataclass(slots=True)
class MidSentence:
    """The red flags of the open utterance that the dialogue was told of, and where it stood before them."""

    _before: State | None = None
    _raised: frozenset[str] = frozenset()

    def tell(self, dialogue: Dialogue, text: str, flags: tuple[Finding, ...]) -> Turn:
        """Tell the dialogue of red flags in words that go on, and return what it does."""
        stood = dialogue.state
        turn = dialogue.handle(Heard(Meaning(text, findings=flags), partial=True))
        if turn != Turn() and not stood.announced and stood.place != ENDED:  # there nothing would be asked
            self._before = stood
        self._raised |= {one.concept for one in flags}
        return turn

    def taken_back(self, dialogue: Dialogue, utterance: Utterance) -> bool:
        """The utterance is over: True if ``dialogue`` was set back to where it stood before.

        The one before it may be decided only now; where it tells nothing, this one may still unsay itself.
        """
        meaning = utterance.meaning
        tells = meaning.findings or meaning.values or meaning.command or meaning.answer == "yes"
        if meaning.text and not (utterance.alarmed or tells):
            return False
        before, raised = self._before, self._raised
        self._before, self._raised = None, frozenset()
        if before is None or not raised | (_present(dialogue.state) - _present(before)) <= utterance.unsaid:
            return False
        dialogue.state = before
        return True


def no_answer(meaning: Meaning, known: Collection[str]) -> Meaning:
    """Return what counts of words that were begun before the question, or over the emergency line.

    "No no he can't breathe" must not take back what it has just raised: the ``known`` red flags.
    """
    kept = (one for one in meaning.findings if one.status == "present" or one.concept not in known)
    return replace(meaning, answer=None, findings=tuple(kept), told=())


def _present(state: State) -> frozenset[str]:
    return frozenset(one.concept for one in state.findings if one.status == "present")
