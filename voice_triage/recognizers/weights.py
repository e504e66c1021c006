"""Weights that came with a package or a download: found, and told from any others."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from pathlib import Path

from voice_triage.disk import cache_folder
from voice_triage.errors import Lacking

log = logging.getLogger(__name__)


def in_package(package: str, folder: str) -> Path | None:
    """Return a folder of an installed package; None where it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / folder


def check(weights: Path, sha256: str, engine: str, cure: str) -> None:
    """Raise Lacking unless ``weights`` are the pinned ones; the verdict is kept by size and time."""
    try:
        facts = weights.stat()
        seal = f"{weights} {facts.st_size} {facts.st_mtime_ns} {sha256}"
        if seal in _seals():
            return
        found = _sha256(weights)
    except OSError as error:
        raise Lacking(f"{weights}: {error.strerror or error}", cure) from None
    if found != sha256:
        raise Lacking(f"{weights} is not the expected {engine} model", cure)
    _remember(weights, seal)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as data:
        while piece := data.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _seal_file() -> Path:
    return cache_folder("models-checked.txt")


def _seals() -> list[str]:
    """Return what was checked before; empty when that cannot be read."""
    try:
        return _seal_file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _remember(weights: Path, seal: str) -> None:
    """Keep the verdict, one a file; where nothing can be kept, the check (0.1 s) is simply done each time."""
    others = [line for line in _seals() if not line.startswith(f"{weights} ")]
    try:
        _seal_file().parent.mkdir(parents=True, exist_ok=True)
        _seal_file().write_text("\n".join([*others, seal]) + "\n", encoding="utf-8")
    except (OSError, UnicodeError) as error:
        log.info("the check of the model is not kept: %s", error)
