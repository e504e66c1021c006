"""Unpacking a zip that may be hostile: nothing outside the folder, no links, no bombs."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from voice_triage import disk
from voice_triage.errors import BadInput

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may become."""

    total_bytes: int = 4_000_000_000
    entries: int = 5_000
    ratio: float = 60.0
    """Unpacked to packed; speech models stay below 5."""


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpack ``archive`` into the existing ``folder``, leaving out a single top folder, durable on return.

    Raises BadInput naming archive and entry, Lacking when the disk refuses; ``folder`` may then be half full.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked(opened.infolist(), archive, limits)
            for entry, parts in _without_top_folder(entries):
                _extract(opened, entry, folder.joinpath(*parts))
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError) as error:
        raise BadInput(f"{archive}: not a usable zip file: {error or type(error).__name__}") from None
    except OSError as error:
        raise BadInput(f"{archive}: {error.strerror or error}") from None
    for place, _, _ in os.walk(folder):
        disk.sync_folder(Path(place))


_Entry = tuple[zipfile.ZipInfo, tuple[str, ...]]


def _checked(infos: list[zipfile.ZipInfo], archive: Path, limits: Limits) -> list[_Entry]:
    """Return the files with their safe path parts. Raises BadInput before anything is written."""
    if len(infos) > limits.entries:
        raise BadInput(f"{archive}: {len(infos)} entries, more than {limits.entries}: refused")
    packed = max(1, archive.stat().st_size)  # the sizes in the entries may overlap; the file's cannot
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise BadInput(f"{archive}: unpacks to {total} bytes, more than {limits.total_bytes}: refused")
    if total > max(1_000_000, limits.ratio * packed):
        raise BadInput(f"{archive}: unpacks to {total // packed} times its size, a zip bomb: refused")
    entries: list[_Entry] = []
    seen: set[str] = set()
    for info in infos:
        parts = _safe_parts(info, archive)
        if info.is_dir():
            continue
        name = "/".join(parts).casefold()
        if name in seen:
            raise BadInput(f"{archive}: {info.filename[:80]!r} is there twice: refused")
        seen.add(name)
        entries.append((info, parts))
    for info, parts in entries:
        if any("/".join(parts[:depth]).casefold() in seen for depth in range(1, len(parts))):
            raise BadInput(f"{archive}: {info.filename[:80]!r} lies inside a file: refused")
    return entries


def _safe_parts(info: zipfile.ZipInfo, archive: Path) -> tuple[str, ...]:
    """Return the path of an entry, part by part. Raises BadInput for all that could lead elsewhere."""
    raw = info.orig_filename
    path = PurePosixPath(raw)
    kind = stat.S_IFMT(info.external_attr >> 16)
    windows = PureWindowsPath(raw)
    problem = None
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        problem = "a link or a device"
    elif path.is_absolute() or windows.drive or windows.root:
        problem = "an absolute path"
    elif ".." in path.parts or ".." in windows.parts:
        problem = "a path that leads out of the folder"
    elif "\\" in raw or ":" in raw or not path.parts or not raw.isprintable() or len(raw) > 200:
        problem = "not a plain file name"
    elif info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        problem = "encrypted or packed in an unusual way"
    if problem:
        raise BadInput(f"{archive}: {raw[:80]!r} is {problem}: refused")
    return path.parts


def _without_top_folder(entries: list[_Entry]) -> list[_Entry]:
    """Leave out the first part of every path if all share it."""
    tops = {parts[0] for _, parts in entries}
    if len(tops) != 1 or any(len(parts) == 1 for _, parts in entries):
        return entries
    return [(info, parts[1:]) for info, parts in entries]


def _extract(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one entry; zipfile itself checks its CRC and stops at its stated size. Raises Lacking."""
    with opened.open(info) as source:
        with disk.disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            file = target.open("xb")
        with file:
            _copy(source, file, target)


def _copy(source: IO[bytes], file: IO[bytes], target: Path) -> None:
    """Copy to the disk for good. Raises Lacking."""
    while chunk := source.read(_CHUNK):
        with disk.disk_errors(target):
            file.write(chunk)
    with disk.disk_errors(target):
        file.flush()
        os.fsync(file.fileno())
