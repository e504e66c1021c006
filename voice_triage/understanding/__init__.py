"""Text to findings, values, answers and commands. The words are in grammars/."""

from voice_triage.understanding.alarms import PartialAlarm
from voice_triage.understanding.interpreter import Interpreter
from voice_triage.understanding.meaning_json import from_json, to_json
from voice_triage.understanding.phrases import Phrases

__all__ = ["Interpreter", "PartialAlarm", "Phrases", "from_json", "to_json"]
