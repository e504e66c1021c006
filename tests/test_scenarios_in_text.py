"""Every scenario file holds on words alone: what fails here is dialogue or understanding, not hearing.

tests/scenarios is played in sound too; tests/transcripts only here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_triage.app import Kit, settings_from
from voice_triage.replaying import load_all, run_one

TESTS = Path(__file__).parent
FILES = sorted((TESTS / "scenarios").glob("*.scenario.yaml"))
TRANSCRIPTS = sorted((TESTS / "transcripts").glob("*.yaml"))


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(settings_from({}))


@pytest.mark.parametrize("file", [*FILES, *TRANSCRIPTS], ids=lambda file: file.name.split(".")[0])
def test_scenario_in_text(file: Path, kit: Kit) -> None:
    (scenario,) = load_all([file], kit)

    result = run_one(scenario, "text", None, kit)

    assert result.failures == []


def test_there_are_enough_scenarios() -> None:
    assert len(FILES) >= 30 and len(TRANSCRIPTS) >= 40
