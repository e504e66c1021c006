"""docs/sources.md: up to date, every id in it exists, and every row has a statement behind it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from voice_triage.protocol import Protocol

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


def test_a_wrong_id_is_noticed(sources: ModuleType) -> None:
    wrong = {
        "X1": {"source": "no_article", "says": "x", "rows": ["rule:none"]},
        "X2": {"source": "rash_article"},
    }

    mistakes = list(sources.mistakes(Protocol.load(), wrong))

    assert "X1: unknown source no_article" in mistakes and "X1: unknown row rule:none" in mistakes
    assert "X2: neither carried by a row nor left out for a reason" in mistakes
    assert "red_flag:seizure: no statement of rash_article stands behind it" in mistakes
