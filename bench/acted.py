"""Acted dialogue, as a television in the room has it: the recorded speech of games that Debian packages."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import numpy as np
import soundfile
import soxr

from bench.packaged import unpacked
from voice_triage.pcm import Pcm, decode, from_float
from voice_triage.thresholds import RATE_HZ

ARCHIVE = "queen.1c"
HEAD, ENTRY = 15, 21
"""Bytes before the list of files in the archive, the last two of which count them, and bytes of each entry:
a name of 12, one byte, where the file begins and how long it is (ScummVM, engines/queen/resource.cpp)."""
RAW_HZ, RAW_ENDS = 11_025, 32
"""Of the other's recordings, unsigned bytes, and the bytes at each end that are none of it."""
LEAST_S = 1.0


def lines(package: str, report: Any = print) -> list[Pcm]:
    """Lines of actors of different voices; nothing where the package cannot be had."""
    wanted, decoded = GAMES[package]
    folder = unpacked(package, wanted)
    if folder is None:
        report(f"without the acted dialogue of one game: apt-get download {package}")
        return []
    return [one for one in decoded(folder) if len(one) >= LEAST_S * RATE_HZ and np.any(one)]


def _archive(folder: Path) -> Iterator[Pcm]:
    return _decoded((folder / ARCHIVE).read_bytes())


def _raw(folder: Path) -> Iterator[Pcm]:
    """In order of their names; those of S and F are noises."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(("S", "F")):
            heard = np.frombuffer(path.read_bytes()[RAW_ENDS:-RAW_ENDS], np.uint8)
            yield from_float(soxr.resample(heard / 128.0 - 1.0, RAW_HZ, RATE_HZ))


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


GAMES: Mapping[str, tuple[Callable[[PurePosixPath], bool], Callable[[Path], Iterator[Pcm]]]]
GAMES = MappingProxyType({
    "flight-of-the-amazon-queen": (lambda file: file.name == ARCHIVE, _archive),
    "drascula": (lambda file: file.match("en/*.ALS"), _raw),
})  # fmt: skip
