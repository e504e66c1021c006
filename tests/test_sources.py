"""docs/sources.md: up to date, every id in it exists, and every row has a statement behind it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import re
import tokenize
from pathlib import Path
from types import ModuleType

import pytest

from voice_triage.protocol import Protocol

CITED = re.compile(r"(?<![\w/-])(?!summary)[\w/-]+\.md\b|clinical-spec|field notes|audio findings")
"""Pages of the repository, and notes that are none of it; a summary is written for the user."""
SCRIPT = Path(__file__).parent.parent / "scripts" / "sources"


@pytest.fixture(scope="module")
def sources() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("sources", str(SCRIPT))
    spec = importlib.util.spec_from_loader("sources", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_every_statement_and_row_is_traceable(sources: ModuleType) -> None:
    assert list(sources.mistakes(Protocol.load(), sources.statements())) == []


def test_the_page_is_up_to_date(sources: ModuleType) -> None:
    assert sources.PAGE.read_text(encoding="utf-8") == sources.page(Protocol.load(), sources.statements())


def test_what_a_comment_cites_is_there_to_be_read() -> None:
    """A limit whose source nobody can open has none."""
    root, folders = SCRIPT.parent.parent, ("", "docs", "models")
    cited = {
        name
        for path in (root / "voice_triage").rglob("*.py")
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT or token.string.startswith('"""')
        for name in CITED.findall(token.string)
    }

    assert len(cited) > 3
    assert {one for one in cited if not any((root / folder / one).exists() for folder in folders)} == set()


def test_a_wrong_id_is_noticed(sources: ModuleType) -> None:
    wrong = {
        "X1": {"source": "no_article", "says": "x", "rows": ["rule:none"]},
        "X2": {"source": "rash_article"},
    }

    mistakes = list(sources.mistakes(Protocol.load(), wrong))

    assert "X1: unknown source no_article" in mistakes and "X1: unknown row rule:none" in mistakes
    assert "X2: neither carried by a row nor left out for a reason" in mistakes
    assert "red_flag:seizure: no statement of rash_article stands behind it" in mistakes
