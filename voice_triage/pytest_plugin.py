"""Collects ``*.scenario.yaml`` files as tests: anyone's folder of scenarios is a test-suite.

``pytest --scenario-recognizer=text`` plays them without sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from voice_triage.arguments import RECOGNIZERS
from voice_triage.errors import TriageError

if TYPE_CHECKING:
    from voice_triage.report import Result


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of recogniser."""
    parser.addoption(
        "--scenario-recognizer",
        default="auto",
        choices=(*RECOGNIZERS, "text"),
        help="recogniser for *.scenario.yaml files",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that scenario items carry."""
    config.addinivalue_line("markers", "audio: drives a real recogniser on synthetic speech (slower)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take scenario files."""
    if file_path.name.endswith((".scenario.yaml", ".scenario.yml")):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """One scenario file: one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give its only item."""
        yield ScenarioItem.from_parent(self, name=self.path.name.split(".")[0])


class ScenarioFailed(Exception):
    """Carries the result of a scenario that did not meet its expectations."""

    def __init__(self, result: Result) -> None:
        super().__init__("; ".join(result.failures))
        self.result = result


class ScenarioItem(pytest.Item):
    """Plays the scenario through the whole product."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.config.getoption("--scenario-recognizer") != "text":
            self.add_marker("audio")

    def runtest(self) -> None:
        """Load, play, check."""
        from voice_triage.replaying import load_all, run_one, shared_kit

        (scenario,) = load_all([self.path], shared_kit())
        result = run_one(scenario, self.config.getoption("--scenario-recognizer"), None, shared_kit())
        if not result.passed:
            raise ScenarioFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The failures and the transcript instead of a traceback."""
        error = excinfo.value
        if isinstance(error, ScenarioFailed):
            turns = [
                f"{one.t_s:7.2f}  {one.who:9} {one.text}" + (f"   [heard: {one.heard}]" if one.heard else "")
                for one in error.result.turns
            ]
            return "\n".join([*error.result.failures, "", *turns])
        if isinstance(error, TriageError):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the scenario stands."""
        return self.path, 0, f"scenario: {self.name}"
