"""Files that must be exactly those that were pinned by sha256, wherever they come from."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from voice_triage.disk import cache_folder, write_text
from voice_triage.errors import Lacking

log = logging.getLogger(__name__)


def sha256_of(path: Path) -> str:
    """Return the sha256 of the file in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def is_pinned(path: Path, sha256: str) -> bool:
    """True if ``path`` has this sha256; a good verdict is kept by size and time. Raises OSError."""
    facts = path.stat()
    seal = f"{path} {facts.st_size} {facts.st_mtime_ns} {sha256}"
    if seal in _seals():
        return True
    if sha256_of(path) != sha256:
        return False
    _remember(path, seal)
    return True


def _seal_file() -> Path:
    return cache_folder("models-checked.txt")


def _seals() -> list[str]:
    """Return what was checked before; empty when that cannot be read."""
    try:
        return _seal_file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _remember(path: Path, seal: str) -> None:
    """Keep the verdict, one a file; where nothing can be kept, the check (0.1 s) is simply done each time."""
    others = [line for line in _seals() if not line.startswith(f"{path} ")]
    try:
        write_text(_seal_file(), "\n".join([*others, seal]) + "\n")
    except (Lacking, UnicodeError) as error:
        log.info("the check of %s is not kept: %s", path.name, error)
