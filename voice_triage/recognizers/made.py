"""Files of an engine that are made at the first start and kept in the user's cache, whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from voice_triage.disk import cache_folder
from voice_triage.pinned import is_pinned, sha256_of

log = logging.getLogger(__name__)

_KEPT = 3
"""Folders kept of an engine: what older ones left behind goes, other checkouts may use the next newest."""
_FORGOTTEN_S = 3600
"""Age from which a half-written folder is that of a killed process."""
_SEAL = "sha256"
"""The hash of each file, written last."""


@contextmanager
def made(name: str, make: Callable[[Path], None], cache: Path | None = None) -> Iterator[Path]:
    """Give the folder called ``name`` with what ``make`` writes; it may be gone after the block.

    ``name`` is the engine's, a dash, and a hash of all that goes in. Where nothing can be kept the files are
    made anew. Raises what ``make`` raises, and OSError when there is no room even for that.
    """
    folder = (cache or cache_folder()) / name
    if not _sound(folder):
        with tempfile.TemporaryDirectory(prefix="voice-triage-") as scratch:
            built = Path(scratch)
            make(built)
            if not _keep(built, folder):
                yield built
                return
    with suppress(OSError):
        os.utime(folder)  # in use: it is not the oldest
    _prune(folder.parent, name.partition("-")[0])
    yield folder


def tuned(
    engine: str, form: bytes, tuning: Path, files: Callable[[], Mapping[str, bytes]], cache: Path | None
) -> AbstractContextManager[Path]:
    """Give a folder with ``files``, a model with what is in ``tuning``; see made.

    ``form`` is another when something else is made of the same weights, which are pinned.
    """

    def make(folder: Path) -> None:
        for name, content in files().items():
            (folder / name).write_bytes(content)

    digest = hashlib.sha256(form + tuning.read_bytes()).hexdigest()
    return made(f"{engine}-{digest[:20]}", make, cache)


def _prune(cache: Path, engine: str) -> None:
    """Remove all but the folders used last, and the leavings of killed processes."""
    ages: list[tuple[float, Path]] = []
    for path in cache.glob(f"{engine}-*"):
        with suppress(OSError):  # another process may be removing it too
            ages.append((path.stat().st_mtime, path))
    whole = [row for row in sorted(ages, reverse=True) if row[1].name.count("-") == 1]
    halves = [row for row in ages if row not in whole and row[0] < time.time() - _FORGOTTEN_S]
    for _, path in (*whole[_KEPT:], *halves):
        shutil.rmtree(path, ignore_errors=True)


def _sound(folder: Path) -> bool:
    """True when the files are there and are what was written; what was looked at before is not read again."""
    try:
        seal = (folder / _SEAL).read_text(encoding="ascii").split()
        files = list(zip(seal[::2], seal[1::2], strict=True))
        return bool(files) and all(is_pinned(folder / name, sha256) for sha256, name in files)
    except (OSError, UnicodeError, ValueError):
        return False


def _keep(built: Path, folder: Path) -> bool:
    """Copy the files into the cache, whole or not at all; False when it cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as near:
            whole = Path(near) / "whole"
            shutil.copytree(built, whole)
            seal = "".join(f"{sha256_of(file)} {file.name}\n" for file in sorted(built.iterdir()))
            (whole / _SEAL).write_text(seal, encoding="ascii")
            shutil.rmtree(folder, ignore_errors=True)  # only a damaged one can be there
            whole.replace(folder)
    except OSError as error:
        # Another process may have put it there in the meantime: that one is as good.
        if not _sound(folder):
            log.warning("files made for %s could not be kept in %s: %s", folder.name, folder.parent, error)
            return False
    return True
