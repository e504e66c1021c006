"""Acted dialogue, as a television in the room has it: the recorded speech of a game that Debian packages."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import soundfile

from bench.packaged import unpacked
from voice_triage.pcm import Pcm, decode
from voice_triage.thresholds import RATE_HZ

PACKAGE, ARCHIVE = "flight-of-the-amazon-queen", "queen.1c"
HEAD, ENTRY = 15, 21
"""Bytes before the list of files in the archive, the last two of which count them, and bytes of each entry:
a name of 12, one byte, where the file begins and how long it is (ScummVM, engines/queen/resource.cpp)."""
LEAST_S = 1.0


def lines(report: Any = print) -> list[Pcm]:
    """Lines of actors of different voices; nothing where the package cannot be had."""
    folder = unpacked(PACKAGE, lambda file: file.name == ARCHIVE)
    if folder is None:
        report(f"without acted dialogue: apt-get download {PACKAGE}")
        return []
    return [
        one
        for one in _decoded((folder / ARCHIVE).read_bytes())
        if len(one) >= LEAST_S * RATE_HZ and np.any(one)
    ]


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
