"""Models on a disk that is full or closed, under a kill at any step: whole, or not there."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import GOOD, Script, is_whole, left_over, visible

from voice_triage import disk, models
from voice_triage.errors import Lacking


def test_a_full_disk_is_one_line(store: models.Store, monkeypatch: pytest.MonkeyPatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Lacking, match="No space left on device. Free some space"):
        models.install("vosk-en", store=store)

    assert visible(store) == []


def test_too_little_room_is_said_before_anything_is_fetched(
    store: models.Store, script: Script, monkeypatch: pytest.MonkeyPatch
):
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10_000, 9_000, 1_000))

    with pytest.raises(Lacking, match="0 MB free, vosk-en needs 3 MB"):
        models.install("vosk-en", store=store)

    assert script.asked == []


def test_a_folder_that_cannot_be_written_is_one_line(store: models.Store, tmp_path: Path):
    (tmp_path / "wall").write_text("no folder", encoding="utf-8")

    with pytest.raises(Lacking, match="cannot write .*wall"):
        models.install("vosk-en", store=replace(store, root=tmp_path / "wall" / "models"))


def test_permission_denied_is_one_line_with_the_cure(store: models.Store, monkeypatch: pytest.MonkeyPatch):
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)

    with pytest.raises(Lacking, match="Permission denied. Make it writable"):
        models.install("vosk-en", store=store)


def test_two_installations_at_once_one_is_told_to_wait(store: models.Store):
    with disk.locked(store.root / ".lock", "installation of a model"):
        with pytest.raises(Lacking, match="another installation of a model is running"):
            models.install("vosk-en", store=store)

    assert is_whole(models.install("vosk-en", store=store))


KILLED = """
import os, sys
from pathlib import Path
from voice_triage import models
from voice_triage.model_store.catalogue import Model, ModelFile
calls = int(sys.argv[3])
def dying(original):
    def call(*args, **kwargs):
        global calls
        calls -= 1
        if calls < 0:
            os.kill(os.getpid(), 9)
        return original(*args, **kwargs)
    return call
os.fsync, os.rename = dying(os.fsync), dying(os.rename)
models.CHECKOUT = Path(sys.argv[1]) / "none"
file = ModelFile("small.zip", "", None, None)
model = Model("vosk-en", "", "", (file,), True, ("am/final.mdl", "conf/model.conf"), 2000000)
store = models.Store(Path(sys.argv[1]), {"vosk-en": model})
models.install("vosk-en", sys.argv[2], any_checksum=True, store=store)
print("done")
"""


def test_a_kill_at_any_step_leaves_a_whole_model_or_none(store: models.Store, tmp_path: Path):
    """kill -9 at each fsync and rename of an installation over an older one; the next one then succeeds."""
    archive = tmp_path / "other.zip"
    archive.write_bytes(GOOD)
    for step in range(20):
        shutil.rmtree(store.root, ignore_errors=True)
        models.install("vosk-en", store=store)
        (store.root / "vosk-en" / "README").write_text("the old one", encoding="utf-8")

        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(store.root), str(archive), str(step)],
            check=False, capture_output=True,
        )  # fmt: skip

        found = models.installed_path("vosk-en", store)
        assert found is None or is_whole(found)
        assert is_whole(models.install("vosk-en", store=store))
        assert left_over(store) == []
        if done.returncode == 0:
            break
    assert done.stdout == b"done\n" and step > 5
