"""Files of a Debian package, taken out of it without installing it."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from voice_triage.disk import cache_folder


def unpacked(package: str, wanted: Callable[[PurePosixPath], bool]) -> Path | None:
    """The folder with the package's files that are ``wanted``; None where the package cannot be had."""
    folder = cache_folder("bench") / package
    if folder.is_dir():
        return folder
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        taken = Path(place) / "taken"
        command = ["apt-get", "download", "-q", package]
        subprocess.run(command, cwd=place, capture_output=True, check=False)
        for archive in Path(place).glob("*.deb"):
            files = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], capture_output=True, check=False)
            with tarfile.open(fileobj=io.BytesIO(files.stdout)) as tar:
                for member in tar:
                    if wanted(PurePosixPath(member.name)) and (file := tar.extractfile(member)):
                        taken.mkdir(exist_ok=True)
                        (taken / PurePosixPath(member.name).name).write_bytes(file.read())
        if taken.is_dir():
            taken.rename(folder)  # whole or not at all
    return folder if folder.is_dir() else None
