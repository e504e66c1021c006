"""The vignettes of tests/triage/*.yaml: cases as data, and what must be decided of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_triage import strict_yaml, triage
from voice_triage.errors import BadInput
from voice_triage.protocol import Protocol

FOLDER = Path(__file__).parent / "triage"
CASE_KEYS = {"age": "age_years", "months": "age_months", "patient": "patient", "hours": "duration_hours"}
STATUSES = ("present", "absent", "unsure")
EXPECTED = ("level", "action", "reasons", "patterns", "not_patterns", "points_to", "missing", "not_missing")


@dataclass(frozen=True)
class Vignette:
    id: str
    case: dict[str, Any]
    expect: dict[str, Any]

    def failures(self, protocol: Protocol) -> Iterator[str]:
        """Yield what is decided otherwise than expected."""
        try:
            case = triage.case_from_json(protocol, self.case)
        except BadInput as error:
            yield str(error)
            return
        got = triage.decision_to_json(triage.assess(protocol, case))
        for key in ("level", "action", "reasons"):
            if got[key] != self.expect[key]:
                yield f"{key}: {got[key]} instead of {self.expect[key]}"
        first = self.expect.get("patterns")
        if first is not None and got["patterns"][: len(first) or None] != first:
            yield f"patterns: {got['patterns']} do not begin with {first}"
        for name in self.expect.get("points_to", []):
            if name not in got["patterns"]:
                yield f"patterns: {name} is not there"
        for key in ("patterns", "missing"):
            for name in self.expect.get(f"not_{key}", []):
                if name in got[key]:
                    yield f"{key}: there is {name}"
        for name in self.expect.get("missing", []):
            if name not in got["missing"]:
                yield f"missing: {name} is not there"


def load_vignettes(folder: Path = FOLDER) -> list[Vignette]:
    """Return every row of every file, checked for unknown keys."""
    vignettes = []
    for file in sorted(folder.glob("*.yaml")):
        for name, row in strict_yaml.load(file).items():
            unknown = set(row) - {*CASE_KEYS, *STATUSES, *EXPECTED}
            if unknown or "level" not in row or "reasons" not in row:
                raise ValueError(f"{file.name}: {name}: unknown {unknown}, or no level or reasons")
            case = {CASE_KEYS[key]: value for key, value in row.items() if key in CASE_KEYS}
            case["findings"] = {concept: status for status in STATUSES for concept in row.get(status, [])}
            expect = {"action": None} | {key: row[key] for key in EXPECTED if key in row}
            vignettes.append(Vignette(f"{file.stem}/{name}", case, expect))
    return vignettes
