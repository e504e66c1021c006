"""The dialogue as the session talks to it: with what may still be unsaid, and what is still doubted."""

from __future__ import annotations

from dataclasses import dataclass

from voice_triage.dialogue import Dialogue
from voice_triage.doubt import AGAIN, Doubt
from voice_triage.messages import Alarm, Heard, Line, Meaning, Silence, Turn, Utterance
from voice_triage.mid_sentence import MidSentence


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant does next."""

    turn: Turn
    first: tuple[Line, ...] = ()
    """Said before the lines of the turn, but for an emergency."""
    taken: bool = False
    """Something was told, and it counts."""


class Conversation:
    """Hears for the dialogue; each method returns what is to be done, ``Turn()`` where nothing is."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._mid_sentence = MidSentence()
        self._doubt = Doubt()

    def alarm(self, alarm: Alarm) -> Turn:
        """A red flag was heard in the middle of a sentence."""
        known = self._dialogue.red_flags
        fresh = tuple(one for one in alarm.findings if one.concept not in known)
        if not fresh:
            return Turn()
        self._doubt.turn = None
        return self._mid_sentence.tell(self._dialogue, alarm.text, fresh)

    def taken_back(self, utterance: Utterance) -> bool:
        """True where the whole sentence has taken back what its beginning raised."""
        return self._mid_sentence.taken_back(self._dialogue, utterance)

    def hear(self, meaning: Meaning, first: tuple[Line, ...] = (), *, weak: bool = False) -> Reply:
        """The whole of what was said; an emergency on ``weak`` evidence is read back first."""
        dialogue = self._dialogue
        if self._doubt.turn:
            return self._settled(self._doubt.hear(dialogue, meaning))
        stood, before = dialogue.state, (dialogue.question, dialogue.findings, dialogue.values)
        turn = dialogue.handle(Heard(meaning))
        if weak and turn.emergency:
            return Reply(self._doubt.ask(dialogue, stood, meaning, turn))
        told = bool(meaning.answer or meaning.findings or meaning.values)
        return Reply(turn, first, told and before != (dialogue.question, dialogue.findings, dialogue.values))

    def silence(self, *, voices: bool) -> Reply:
        """Nobody has answered in time, though perhaps ``voices`` go on."""
        if self._doubt.turn:
            return self._settled(self._doubt.silence(self._dialogue, voices=voices))
        return Reply(self._dialogue.handle(Silence()))

    def again(self) -> Turn:
        """What was asked last is asked once more."""
        return self._doubt.turn or self._dialogue.handle(Heard(AGAIN))

    def _settled(self, what: Turn | tuple[Meaning, tuple[Line, ...]]) -> Reply:
        return Reply(what) if isinstance(what, Turn) else self.hear(*what)
