"""The dialogue: which question comes next, what a reply does, and when to sound the alarm."""

from voice_triage.dialogue.conversation import Dialogue
from voice_triage.dialogue.rows import question_ids
from voice_triage.dialogue.state import State

__all__ = ["Dialogue", "State", "question_ids"]
