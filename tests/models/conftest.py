"""A server on this machine, and a store that fetches from it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import GOOD, HASTY, SEVERAL, Handler, Script, Server, model_of

from voice_triage import models
from voice_triage.model_store.catalogue import Model, ModelFile


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    running.script = Script()  # type: ignore[attr-defined]
    running.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.released.set()  # type: ignore[attr-defined]
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def script(server: Server) -> Script:
    return server.script  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def store(tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch) -> models.Store:
    monkeypatch.setattr(models, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    several = Model(
        "whisper", "files", "MIT",
        tuple(
            ModelFile(name, f"{base}/w/{name}", len(data), hashlib.sha256(data).hexdigest())
            for name, data in SEVERAL.items()
        ),
    )  # fmt: skip
    return models.Store(
        tmp_path / "models", {"vosk-en": model_of(GOOD, f"{base}/small.zip"), "whisper": several}, HASTY
    )
