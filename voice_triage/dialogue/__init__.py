"""The dialogue: which question comes next, what a reply does, and when to sound the alarm."""

from voice_triage.dialogue.conversation import Dialogue
from voice_triage.dialogue.state import CONFIRM, MORE, SUMMARY, State
from voice_triage.protocol import Protocol

__all__ = ["Dialogue", "State", "question_ids"]


def question_ids(protocol: Protocol) -> tuple[str, ...]:
    """Return the id of everything a caller can be asked: the protocol's questions and the dialogue's own."""
    return (*(question.id for question in protocol.questions), CONFIRM, SUMMARY, MORE)
