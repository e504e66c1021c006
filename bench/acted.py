"""Acted dialogue, as a television in the room has it: the recorded speech of a game that Debian packages."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voice_triage.disk import cache_folder
from voice_triage.pcm import Pcm, decode
from voice_triage.thresholds import RATE_HZ

PACKAGE, ARCHIVE = "flight-of-the-amazon-queen", "queen.1c"
HEAD, ENTRY = 15, 21
"""Bytes before the list of files in the archive, the last two of which count them, and bytes of each entry:
a name of 12, one byte, where the file begins and how long it is (ScummVM, engines/queen/resource.cpp)."""
LEAST_S = 1.0


def lines(report: Any = print) -> list[Pcm]:
    """Lines of actors of different voices; nothing where the package cannot be had."""
    path = cache_folder("bench") / ARCHIVE
    if not path.is_file() and not _fetch(path):
        report(f"without acted dialogue: apt-get download {PACKAGE}")
        return []
    return [one for one in _decoded(path.read_bytes()) if len(one) >= LEAST_S * RATE_HZ and np.any(one)]


def _fetch(path: Path) -> bool:
    """Take the archive out of the package, which need not be installed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["apt-get", "download", "-q", PACKAGE]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        for package in Path(folder).glob("*.deb"):
            files = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=False)
            with tarfile.open(fileobj=io.BytesIO(files.stdout)) as tar:
                for member in tar:
                    if Path(member.name).name == ARCHIVE and (file := tar.extractfile(member)):
                        path.write_bytes(file.read())
    return path.is_file()


def _decoded(data: bytes) -> Iterator[Pcm]:
    """The recordings of speech, whose names end in .SB, in order of their names."""
    (count,) = struct.unpack(">H", data[HEAD - 2 : HEAD])
    listed = [data[at : at + ENTRY] for at in range(HEAD, HEAD + count * ENTRY, ENTRY)]
    for entry in sorted(one for one in listed if one[:12].rstrip(b"\0").endswith(b".SB")):
        start, size = struct.unpack(">II", entry[13:])
        try:
            yield decode(io.BytesIO(data[start : start + size]))
        except (soundfile.SoundFileError, ValueError):
            continue  # a few are no sound
