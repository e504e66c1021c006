"""Telling whether a file is the one the catalogue means."""

from __future__ import annotations

import hashlib
from pathlib import Path

from voice_triage.model_store.catalogue import ModelFile


def sha256_of(path: Path) -> str:
    """Return the sha256 of the file in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def mismatch(path: Path, file: ModelFile) -> str | None:
    """Say how ``path`` differs from ``file``, or None. Raises OSError."""
    size = path.stat().st_size
    if file.bytes is not None and size != file.bytes:
        return f"it has {size} bytes instead of {file.bytes}"
    if file.sha256 is not None and (found := sha256_of(path)) != file.sha256:
        return f"its sha256 is {found} instead of {file.sha256}"
    return None
