"""A server that misbehaves on demand, and the models it offers."""

from __future__ import annotations

import hashlib
import http.server
import io
import random
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from voice_triage import models
from voice_triage.model_store.catalogue import Model, ModelFile
from voice_triage.model_store.download import Patience

NEEDS = ("am/final.mdl", "conf/model.conf")


def zipped(entries: dict[str, bytes], top: str = "small-model/") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(top + name, data)
    return buffer.getvalue()


NOISE = random.Random(7).randbytes(300_000)
SEVERAL = {"model.bin": b"weights" * 999, "config.json": b"{}"}
GOOD = zipped({"am/final.mdl": NOISE, "conf/model.conf": b"--x=1\n", "README": b"hello\n"})


# ---- a server that misbehaves on demand ----


@dataclass
class Script:
    """What the server does; the counters say what was asked of it."""

    body: bytes = GOOD
    cuts: int = 0
    """So many connections are cut half way through what was asked for."""
    stalls: int = 0
    statuses: list[int] = field(default_factory=list)
    """Answered first, one a request."""
    ranges: bool = True
    etag: str | None = '"v1"'
    sends_length: bool = True
    kind: str = "application/zip"
    wrong_range: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range) of each request."""

    def content(self, path: str) -> bytes:
        """One of several files, by its name, else the body."""
        return SEVERAL.get(path.rpartition("/")[2], self.body)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        wanted = self.headers.get("Range")
        script.asked.append((self.path, wanted))
        self.close_connection = True
        if script.statuses:
            self.send_error(script.statuses.pop(0))
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        else:
            self.serve(script, wanted)

    def serve(self, script: Script, wanted: str | None) -> None:
        validator, content = self.headers.get("If-Range"), script.content(self.path)
        start = 0
        if wanted and script.ranges and validator in {None, script.etag}:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            shown = 0 if script.wrong_range else start
            self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        if script.etag:
            self.send_header("ETag", script.etag)
        self.send_header("Content-Type", script.kind)
        if script.sends_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if script.stalls:
            script.stalls -= 1
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.released.wait(5)  # type: ignore[attr-defined]
        elif script.cuts:
            script.cuts -= 1
            self.wfile.write(body[: len(body) // 2])
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


def model_of(body: bytes, url: str, name: str = "vosk-en", **changes: object) -> Model:
    file = ModelFile("small.zip", url, len(body), hashlib.sha256(body).hexdigest())
    model = Model(name, "a model", "MIT", (file,), archive=True, needs=NEEDS, unpacked_bytes=2_000_000)
    return replace(model, **changes)  # type: ignore[arg-type]


HASTY = Patience(stall_s=0.3, tries=3, pause_s=0.01)


def visible(store: models.Store) -> list[str]:
    """Names in the store that do not begin with a dot."""
    return sorted(path.name for path in store.root.glob("[!.]*")) if store.root.exists() else []


def is_whole(folder: Path) -> bool:
    return (folder / "am/final.mdl").read_bytes() == NOISE and (folder / "conf/model.conf").exists()


def left_over(store: models.Store) -> list[str]:
    return [
        path.name
        for path in store.root.rglob("*")
        if path.name.startswith((".new", ".old")) or path.suffix == ".part"
    ]
