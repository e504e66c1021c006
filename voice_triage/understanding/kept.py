"""Compiled grammars in the user's cache: compiling takes seconds, and nobody calling may wait for them."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import os
import pickle
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from voice_triage.disk import cache_folder

_log = logging.getLogger(__name__)

_MAGIC = b"VTGRAM1\n"
_DIGEST = 32
_KEPT = 3
"""Entries in the folder: what an older edit left behind is removed."""


def fingerprint(folder: Path) -> str:
    """Differs when any word file in ``folder``, the code that compiles them or the Python does."""
    digest = hashlib.sha256(f"{platform.python_implementation()} {platform.python_version()}".encode())
    here = Path(__file__).resolve().parent
    readers = (here.parent / "content.py", here.parent / "strict_yaml.py")
    for path in (*sorted(folder.glob("*.yaml")), *sorted(here.glob("*.py")), *readers):
        with contextlib.suppress(OSError):  # whoever reads it says what is wrong
            body = path.read_bytes()
            digest.update(f"{path.name} {len(body)}\n".encode() + body)
    return digest.hexdigest()


def recall(name: str) -> Any | None:
    """What was kept under ``name``; None when it is not there, damaged, or could be somebody else's."""
    path = _path(name)
    try:
        with open(path, "rb") as file:
            if not _ours(os.fstat(file.fileno())):
                return None
            raw = file.read()
        body = raw[len(_MAGIC) + _DIGEST :]
        if raw[: len(_MAGIC) + _DIGEST] != _MAGIC + hashlib.sha256(body).digest():
            return None
        # A pickle can run code: only a file that we own and nobody else may write gets here.
        with _no_collection():
            value = pickle.loads(body)
            if hasattr(gc, "freeze"):  # never looked through again either
                gc.freeze()
            with contextlib.suppress(OSError):
                os.utime(path)  # what is in use is not the oldest
            return value
    except Exception:  # a pickle may fail in any way; the grammar is then compiled as if it were new
        return None


def keep(name: str, value: Any) -> None:
    """Keep ``value`` for the next start, whole or not at all; an unwritable folder is done without."""
    path = _path(name)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _prune(path.parent)
    except OSError as error:
        _log.info("the compiled grammar is not kept: %s", error.strerror or error)


def _path(name: str) -> Path:
    return cache_folder("grammars") / f"{name}.pickle"


def _ours(status: os.stat_result) -> bool:
    """True for a file that this user owns and nobody else may write; Windows keeps profiles apart itself."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Many small objects at once, none of them garbage: looking for it takes longer than loading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _prune(folder: Path) -> None:
    """Remove all but the newest entries."""
    entries = sorted(folder.glob("*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[_KEPT:]:
        path.unlink(missing_ok=True)
