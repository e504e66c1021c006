"""Weights with what was learned for us in them: made at the first start of a package's and ours, and kept."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from voice_triage.disk import cache_folder

log = logging.getLogger(__name__)

_SEAL = "sha256.txt"
"""The hash of the files together, written last."""


def kept(
    engine: str, made_of: bytes, make: Callable[[], Mapping[str, bytes]], cache: Path | None = None
) -> Path | None:
    """Return a folder of the user's cache with the files of ``make``; None where they cannot be kept.

    They are made again when ``made_of`` is another or one of them was damaged; older ones of this engine go.
    """
    place = (cache or cache_folder()) / f"{engine}-{hashlib.sha256(made_of).hexdigest()[:20]}"
    if _whole(place):
        return place
    try:
        shutil.rmtree(place, ignore_errors=True)  # only a damaged one can be there
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="tuned-", dir=place.parent) as near:
            whole = Path(near) / "whole"
            whole.mkdir()
            for name, content in make().items():
                (whole / name).write_bytes(content)
            (whole / _SEAL).write_text(_seal(whole), encoding="ascii")
            whole.replace(place)
        for old in place.parent.glob(f"{engine}-*"):
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        # Another process may have put it there in the meantime: that one is as good.
        if not _whole(place):
            log.warning("the tuned %s could not be kept in %s: %s", engine, place.parent, error)
            return None
    return place


def _whole(place: Path) -> bool:
    """True when each file is there as it was written (0.1 s)."""
    try:
        return (place / _SEAL).read_text(encoding="ascii") == _seal(place)
    except (OSError, UnicodeError):
        return False


def _seal(place: Path) -> str:
    """Return the hash of what is kept, file after file."""
    digest = hashlib.sha256()
    for file in sorted(place.iterdir()):
        if file.name != _SEAL:
            digest.update(file.read_bytes())
    return digest.hexdigest()
