"""The shape of the code: imports point one way, and the pure stages stay pure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voice_triage"
STAGES = ("audio", "speech", "recognizers", "understanding", "triage", "dialogue")
ALLOWED = {
    ("dialogue", "triage"),  # every turn asks for the decision
}
SHARED = {
    "errors", "messages", "strict_yaml", "thresholds", "protocol", "questions", "pcm", "disk", "content",
    "conditions", "rows", "wording",
}  # fmt: skip
IMPURE = {"time", "threading", "random", "socket", "subprocess", "asyncio", "datetime", "logging"}
MODULES = sorted(path for stage in STAGES for path in (PACKAGE / stage).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    """Full names of what a module imports, those inside functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_stage_imports_only_itself_and_what_all_share(path: Path) -> None:
    stage = path.relative_to(PACKAGE).parts[0]
    own = {name.split(".")[1] for name in _imports(path) if name.startswith("voice_triage.")}

    strangers = {
        name for name in own if name != stage and name not in SHARED and (stage, name) not in ALLOWED
    }

    assert not strangers


@pytest.mark.parametrize("stage", ["triage", "dialogue"])
def test_the_dialogue_and_the_decision_are_pure(stage: str) -> None:
    for path in (PACKAGE / stage).rglob("*.py"):
        roots = {name.split(".")[0] for name in _imports(path)}

        assert not roots & IMPURE, path


def test_only_app_knows_the_concrete_engines() -> None:
    engines = {f"voice_triage.recognizers.{name}_engine" for name in ("vosk", "pocketsphinx", "whisper")}
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "recognizers":
            continue
        assert not _imports(path) & engines, path


def test_no_module_outgrows_the_head() -> None:
    longest = {path.name: len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py")}

    assert {name: lines for name, lines in longest.items() if lines > 320} == {}
