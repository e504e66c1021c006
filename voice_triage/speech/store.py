"""Sounds kept on disk by key: whole or not at all, checked when read, bounded in size."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np

from voice_triage.pcm import Pcm

_log = logging.getLogger(__name__)

MAGIC = b"VTPCM1\n\0"
DIGEST = 32
CAP_BYTES = 128 * 1024 * 1024
MEMORY_BYTES = 32 * 1024 * 1024
"""Sound kept in memory, the least used out first: a service runs for months (17 minutes of speech)."""


class SoundStore:
    """A folder of PCM files named by the hash of what they are; any trouble with it means memory only."""

    def __init__(
        self, folder: Path | None, cap_bytes: int = CAP_BYTES, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self.folder = folder
        self._cap_bytes = cap_bytes
        self._memory_bytes = memory_bytes
        self._memory: OrderedDict[str, Pcm] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()
        self._written = 0

    @staticmethod
    def key(**parts: str | int) -> str:
        """The name of a sound: a hash, so that no words can be read off the folder."""
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def get(self, key: str) -> Pcm | None:
        """The sound, or None when it is not there or is damaged (then it is removed)."""
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        pcm = self._read(key)
        if pcm is not None:
            self._remember(key, pcm)
        return pcm

    def put(self, key: str, pcm: Pcm, *, on_disk: bool = True) -> None:
        """Keep a sound for this process, and on disk for the next ones."""
        self._remember(key, pcm)
        if on_disk and self.folder is not None:
            try:
                self._write(self.folder, key, pcm)
            except OSError as error:
                _log.warning("sounds are not kept on disk: %s", error.strerror or error)
                self.folder = None

    def _remember(self, key: str, pcm: Pcm) -> None:
        pcm.setflags(write=False)
        with self._lock:
            before = self._memory.pop(key, None)
            self._memory[key] = pcm
            self._held += pcm.nbytes - (0 if before is None else before.nbytes)
            while self._held > self._memory_bytes and len(self._memory) > 1:
                self._held -= self._memory.popitem(last=False)[1].nbytes

    def _read(self, key: str) -> Pcm | None:
        if self.folder is None:
            return None
        path = self.folder / f"{key}.pcm"
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        body = raw[len(MAGIC) + DIGEST :]
        whole = (
            raw.startswith(MAGIC) and raw[len(MAGIC) : len(MAGIC) + DIGEST] == hashlib.sha256(body).digest()
        )
        if not whole or len(body) % 2:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return np.frombuffer(body, "<i2").astype(np.int16)

    def _write(self, folder: Path, key: str, pcm: Pcm) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        body = pcm.astype("<i2").tobytes()
        partial = folder / f".{key}.{os.getpid()}.{threading.get_ident()}.part"
        try:
            partial.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)
            partial.replace(folder / f"{key}.pcm")
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
        if not self._written or self._written > self._cap_bytes // 8:
            self._written = 0
            self._prune(folder)
        self._written += len(body)

    def _prune(self, folder: Path) -> None:
        """Remove the oldest until the folder is under its cap, and the leavings of killed processes."""
        files: list[tuple[float, int, Path]] = []
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        newest = max((when for when, _, _ in files), default=0.0)
        for when, size, path in sorted(files):
            stale = path.suffix == ".part" and when < newest - 3600
            if total > self._cap_bytes or stale:
                with contextlib.suppress(OSError):
                    path.unlink()
                total -= size
