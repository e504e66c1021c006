"""A store of sounds that ends with its test."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_triage.speech.store import SoundStore


@pytest.fixture
def store(tmp_path: Path) -> SoundStore:
    return SoundStore(tmp_path / "sounds")
