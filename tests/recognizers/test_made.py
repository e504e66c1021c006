"""What is made once and kept: used again, mended, shared with other checkouts, and done without."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_triage.recognizers.made import made


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where the checks are remembered
    return tmp_path / "cache"


def write(folder: Path) -> None:
    (folder / "one").write_text("first")
    (folder / "two").write_text("second")


def refuse(folder: Path) -> None:
    raise AssertionError("it was there")


def test_what_was_made_is_not_made_again(cache: Path) -> None:
    with made("engine-1", write, cache) as folder:
        assert (folder / "one").read_text() == "first"

    with made("engine-1", refuse, cache) as folder:
        assert (folder / "two").read_text() == "second"
        assert folder.parent == cache


@pytest.mark.parametrize("damage", ["another", "gone", "unsealed", "empty"])
def test_what_was_damaged_is_made_again(cache: Path, damage: str) -> None:
    with made("engine-1", write, cache) as folder:
        pass
    if damage == "another":
        (folder / "two").write_text("secomd")
    elif damage == "gone":
        (folder / "two").unlink()
    elif damage == "unsealed":
        (folder / "sha256").unlink()
    else:
        (folder / "sha256").write_text("")

    with made("engine-1", write, cache) as folder:
        assert (folder / "two").read_text() == "second"
    with made("engine-1", refuse, cache):
        pass


def test_the_last_three_are_kept_for_other_checkouts(cache: Path) -> None:
    for number in range(5):
        with made(f"engine-{number}", write, cache):
            pass
    with made("another-0", write, cache):
        pass

    assert {one.name for one in cache.iterdir()} == {"engine-2", "engine-3", "engine-4", "another-0"}


def test_where_nothing_can_be_kept_it_is_made_each_time(cache: Path) -> None:
    cache.write_text("a file, no folder")

    with made("engine-1", write, cache) as folder:
        assert (folder / "one").read_text() == "first"
    assert not folder.exists()
    with pytest.raises(AssertionError, match="it was there"), made("engine-1", refuse, cache):
        pass
