"""Every threshold of the hearing stands in one table, each with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voice_triage"
TABLE = PACKAGE / "thresholds.py"
HEARING = [
    *(PACKAGE / "recognizers").glob("*.py"),
    *(PACKAGE / "audio" / f"{name}.py" for name in ("echo", "echo_path", "endpoint", "voice_activity")),
    *(PACKAGE / f"{name}.py" for name in (
        "listening", "open_utterance", "room_talk", "second_look", "second_thoughts", "standby", "surviving",
    )),
]  # fmt: skip
FACTS = {
    "_FORM": "number of a file format",
    "_FRAME": "10 ms: what the decoder counts in",
    "_KEPT": "files in the cache",
    "_FORGOTTEN_S": "age of a file in the cache",
    "_NEVER": "how the format writes a probability of nought",
    "_FLOAT16": "number of a format of CTranslate2's",
    "_START, _END, _VOCABULARY": "Moonshine's tokens",
    "_WINDOW, _HOP, _BANDS": "Whisper's features",
    "CONTEXT": "given by Silero",
    "FRAME": "given by Silero",
    "LATE_BY": "how late the echo canceller's output is",
    "STEP": "samples the engines are fed at once",
}
"""What others have decided."""


def _names(node: ast.Assign | ast.AnnAssign) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return ", ".join(ast.unparse(target).strip("()") for target in targets)


def _numeric(node: ast.AST | None) -> bool:
    """True where a number, and no text, stands in the value."""
    constants = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)] if node else []
    return any(type(value) in (int, float) for value in constants) and not any(
        isinstance(value, str) for value in constants
    )


def _settings(body: Iterable[ast.stmt]) -> list[ast.Assign | ast.AnnAssign]:
    """Assignments of numbers at the top of a module or class."""
    found: list[ast.Assign | ast.AnnAssign] = []
    for node in body:
        if isinstance(node, ast.ClassDef):
            found += _settings(node.body)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and _numeric(node.value):
            found.append(node)
    return found


@pytest.mark.parametrize("path", HEARING, ids=lambda path: path.stem)
def test_no_threshold_stands_beside_the_table(path: Path) -> None:
    found = {_names(one): one.value for one in _settings(ast.parse(path.read_text()).body)}

    beside = {
        name for name, value in found.items()
        if name not in FACTS and not (isinstance(value, ast.Constant) and value.value == 0)
    }  # fmt: skip

    assert not beside


def _unexplained(body: list[ast.stmt]) -> list[str]:
    """Names that no reason follows; some in a row may have one together."""
    waiting: list[str] = []
    left: list[str] = []
    for node in body:
        if isinstance(node, ast.ClassDef):
            left += _unexplained(node.body)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            waiting.append(_names(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            waiting = []
    return left + waiting


def test_every_threshold_has_a_reason() -> None:
    assert not _unexplained(ast.parse(TABLE.read_text()).body)


def test_every_threshold_is_used() -> None:
    names = {
        name
        for node in ast.parse(TABLE.read_text()).body
        for one in (node.body if isinstance(node, ast.ClassDef) else [node])
        if isinstance(one, (ast.Assign, ast.AnnAssign))
        for name in _names(one).split(", ")
    }
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py") if path != TABLE)

    assert {name for name in names if name not in code} == set()
