"""Telling whether a file is the one the catalogue means."""

from __future__ import annotations

from pathlib import Path

from voice_triage.model_store.catalogue import ModelFile
from voice_triage.pinned import sha256_of


def mismatch(path: Path, file: ModelFile) -> str | None:
    """Say how ``path`` differs from ``file``, or None. Raises OSError."""
    size = path.stat().st_size
    if file.bytes is not None and size != file.bytes:
        return f"it has {size} bytes instead of {file.bytes}"
    if file.sha256 is not None and (found := sha256_of(path)) != file.sha256:
        return f"its sha256 is {found} instead of {file.sha256}"
    return None
