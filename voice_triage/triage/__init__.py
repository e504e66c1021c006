"""The clinical decision: findings in, level, action, reasons and patterns out. Pure and table-driven."""

from voice_triage.triage.assessment import assess
from voice_triage.triage.case import Case, Decision, case_from_json, decision_to_json

__all__ = ["Case", "Decision", "assess", "case_from_json", "decision_to_json"]
