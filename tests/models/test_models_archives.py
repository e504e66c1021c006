"""Models unpacked from hostile and broken archives: refused before anything is written."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_server import GOOD, left_over, model_of, visible

from voice_triage import models
from voice_triage.errors import BadInput, TriageError
from voice_triage.model_store import unpack


def entry(name: str, data: bytes = b"x", mode: int = 0) -> Callable[[zipfile.ZipFile], None]:
    def add(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name  # the constructor would tidy it
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)

    return add


HOSTILE = {
    "parent": ([entry("../../evil")], "leads out"),
    "parent inside": ([entry("top/../../evil")], "leads out"),
    "windows parent": ([entry("top\\..\\..\\evil")], "leads out"),
    "absolute": ([entry("/etc/evil")], "absolute"),
    "drive": ([entry("C:\\evil")], "absolute"),
    "drive relative": ([entry("C:evil")], "absolute"),
    "share": ([entry("\\\\host\\share\\evil")], "absolute"),
    "link": ([entry("top/link", b"/etc", stat.S_IFLNK | 0o777), entry("top/link/evil")], "link"),
    "device": ([entry("top/dev", b"", stat.S_IFCHR | 0o666)], "device"),
    "pipe": ([entry("top/pipe", b"", stat.S_IFIFO | 0o666)], "device"),
    "control characters": ([entry("top/\x1b[2J")], "not a plain file name"),
    "twice": ([entry("top/a"), entry("top/A")], "twice"),
    "file as folder": ([entry("top/a"), entry("top/a/b")], "inside a file"),
    "bomb": ([entry("top/zeros", bytes(30_000_000))], "zip bomb"),
    "many": ([entry(f"top/{number}") for number in range(5_001)], "more than 5000"),
    "very long name": ([entry("top/" + "a" * 300)], "not a plain file name"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_before_anything_is_written(
    store: models.Store, tmp_path: Path, name: str
):
    adders, says = HOSTILE[name]
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for add in adders:
            add(archive)
    before = {each for each in tmp_path.rglob("*") if store.root not in each.parents}

    with pytest.raises(BadInput, match=says) as caught:
        models.install("vosk-en", str(path), any_checksum=True, store=store)

    assert caught.value.exit_status == 2
    assert str(path) in str(caught.value) and "\x1b" not in str(caught.value)
    assert {each for each in tmp_path.rglob("*") if store.root not in each.parents} - before <= {store.root}
    assert visible(store) == [] and left_over(store) == []


def test_an_archive_larger_than_its_model_may_be_is_refused(store: models.Store, base: str):
    tight = {"vosk-en": model_of(GOOD, f"{base}/small.zip", unpacked_bytes=1000)}

    with pytest.raises(BadInput, match="more than 1000: refused"):
        models.install("vosk-en", store=replace(store, catalogue=tight))


def lied_about(body: bytes) -> bytes:
    """Change the stated size of an entry in the central folder."""
    at = body.rindex(b"PK\x01\x02") + 24
    return body[:at] + (5).to_bytes(4, "little") + body[at + 4 :]


BROKEN = {
    "empty": b"",
    "text": b"this is no zip",
    "half": GOOD[: len(GOOD) // 2],
    "flipped": GOOD[:200_000] + bytes([GOOD[200_000] ^ 255]) + GOOD[200_001:],
    "wrong size": lied_about(GOOD),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_one_line_and_leaves_nothing(store: models.Store, tmp_path: Path, name: str):
    path = tmp_path / "broken.zip"
    path.write_bytes(BROKEN[name])

    with pytest.raises(BadInput, match="broken.zip"):
        models.install("vosk-en", str(path), any_checksum=True, store=store)

    assert visible(store) == [] and left_over(store) == []


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_any_flipped_byte_unpacks_the_same_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
):
    folder = tmp_path_factory.mktemp("flip")
    archive = folder / "a.zip"
    archive.write_bytes(GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    (folder / "out").mkdir()

    try:
        unpack.unpack(archive, folder / "out", unpack.Limits())
    except TriageError as error:
        assert "\n" not in str(error)
    finally:
        assert sorted(path.name for path in folder.iterdir()) == ["a.zip", "out"]
        shutil.rmtree(folder)
