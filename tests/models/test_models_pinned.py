"""What was found to be the file that is pinned is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_triage import pinned


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is remembered."""
    monkeypatch.setattr(pinned, "cache_folder", lambda part: tmp_path / "cache" / part)
    return tmp_path / "cache" / "models-checked.txt"


def _seen(path: Path, text: str) -> bool:
    """Whether a new file at ``path`` is the one that is pinned: it is."""
    path.write_text(text)
    return pinned.is_pinned(path, pinned.sha256_of(path))


def test_a_reader_meets_what_was_remembered_before_or_after_never_half_of_it(checked: Path, tmp_path: Path):
    """Several processes of one replay read and write it at the same time."""
    assert _seen(tmp_path / "one", "1")
    with checked.open() as reader:
        assert _seen(tmp_path / "two", "2")

        assert len(reader.readlines()) == 1
    assert len(checked.read_text().splitlines()) == 2


def test_where_nothing_can_be_remembered_the_file_is_checked_each_time(checked: Path, tmp_path: Path):
    checked.parent.write_text("a file where the folder should be")

    assert _seen(tmp_path / "one", "1") and _seen(tmp_path / "one", "1")
