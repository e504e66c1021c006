"""Weights that came with a package or a download: found, and told from any others."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from voice_triage.errors import Lacking
from voice_triage.pinned import is_pinned


def in_package(package: str, folder: str) -> Path | None:
    """Return a folder of an installed package; None where it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / folder


def check(weights: Path, sha256: str, engine: str, cure: str) -> None:
    """Raise Lacking unless ``weights`` are the pinned ones."""
    try:
        pinned = is_pinned(weights, sha256)
    except OSError as error:
        raise Lacking(f"{weights}: {error.strerror or error}", cure) from None
    if not pinned:
        raise Lacking(f"{weights} is not the expected {engine} model", cure)
