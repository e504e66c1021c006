"""The shape of the code: imports point one way, and the pure stages stay pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voice_triage"
STAGES = ("audio", "speech", "recognizers", "understanding", "triage", "dialogue")
ALLOWED = {
    ("dialogue", "triage"),  # every turn asks for the decision
}
SHARED = {
    "errors", "messages", "strict_yaml", "thresholds", "protocol", "questions", "pcm", "disk", "pinned",
    "content", "conditions", "rows", "wording", "onnx",
}  # fmt: skip
IMPURE = {"time", "threading", "random", "socket", "subprocess", "asyncio", "datetime", "logging"}
MOST_MODULE_LINES = 300
MOST_FUNCTION_LINES = 40
LONG_FUNCTIONS = {
    "app.py: _session": "hands over every part by name; there is nothing in it to take apart",
}
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


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring not counted."""
    first = function.body[0]
    says = ast.get_docstring(function) is not None
    told = (first.end_lineno or 0) - first.lineno + 1 if says else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


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


@pytest.mark.parametrize(
    ("engines", "knows"), [("recognizers/*_engine.py", "registry.py"), ("speech/*_voice.py", "choose.py")]
)
def test_one_module_alone_knows_the_engines(engines: str, knows: str) -> None:
    names = {f"voice_triage.{path.parent.name}.{path.stem}" for path in PACKAGE.glob(engines)}
    importing = {path.name for path in PACKAGE.rglob("*.py") if _imports(path) & names}

    assert len(names) >= 3 and importing == {knows}


def test_a_part_is_asked_only_for_what_its_contract_has() -> None:
    """With ``getattr(self._part, "lost", False)`` a name that changes switches off what hangs on it."""
    asked = {
        f"{path.relative_to(PACKAGE).as_posix()}: {ast.unparse(node)}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and len(node.args) > 2
        if ast.unparse(node.args[0]).startswith("self.")
    }

    assert asked == set()


def test_no_module_outgrows_the_head() -> None:
    long = {path for path in PACKAGE.rglob("*.py") if len(path.read_text().splitlines()) > MOST_MODULE_LINES}

    assert long == set()


def test_no_function_outgrows_the_head() -> None:
    long = {
        f"{path.relative_to(PACKAGE).as_posix()}: {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > MOST_FUNCTION_LINES
    }

    assert long == set(LONG_FUNCTIONS)


SAID = {"surface", "lemma", "word", "words", "w", "clause", "inside", "spoken"}
"""What the words of a caller are called in the understanding."""


def _compared(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a comparison or a union but for keys and arguments: sets["nots"], any_of("nots")."""
    yield node
    for part in ast.iter_child_nodes(node):
        if isinstance(node, ast.Subscript | ast.Call) and part is not (
            node.value if isinstance(node, ast.Subscript) else node.func
        ):
            continue
        yield from _compared(part)


def _words_in(path: Path) -> set[str]:
    """The words that the code looks for among those of a caller."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Compare | ast.BinOp):
            continue
        parts = list(_compared(node))
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        names |= {part.attr for part in parts if isinstance(part, ast.Attribute)}
        united = any(isinstance(part, ast.Set) for part in parts) and "grammar" in names
        if names & SAID or united:
            texts = (part.value for part in parts if isinstance(part, ast.Constant))
            found.update(text for text in texts if isinstance(text, str) and text.isalpha())
    return found


def test_what_a_caller_may_say_is_in_the_grammars_alone() -> None:
    """The network's module is that of a network of one language; words.py spells regular endings."""
    paths = (PACKAGE / "understanding").glob("*.py")
    words = {path.name: _words_in(path) for path in paths if path.name not in ("network.py", "words.py")}

    assert {name: found for name, found in words.items() if found} == {}
