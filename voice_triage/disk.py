"""Writing to disk so that a kill at any moment leaves the old or the new, never half of either."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import platformdirs

from voice_triage.errors import Lacking

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


def cache_folder(part: str = "") -> Path:
    """The user's folder for what can be made again, or a part of it; not created yet."""
    return Path(platformdirs.user_cache_dir("voice-triage", appauthor=False)) / part


@contextlib.contextmanager
def disk_errors(path: Path, *, reading: bool = False) -> Iterator[None]:
    """Turn an OSError about ``path``, which is written or read, into Lacking: one line with what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL:
            cure = "Free some space there, then run the same command again"
        elif error.errno in _REFUSED and reading:
            cure = "Make it readable for you, then run the same command again"
        elif error.errno in _REFUSED:
            cure = "Make it writable for you, or choose another folder"
        else:
            cure = "Check that folder, then run the same command again"
        raise Lacking(f"cannot {'read' if reading else 'write'} {path}: {reason}", cure) from None


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable; a platform that cannot is left as it is."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Replace the file at ``path`` by UTF-8 ``text`` in one step, making its folder. Raises Lacking."""
    write_bytes(path, text.encode("utf-8"))


def check_place(path: Path) -> None:
    """Raise Lacking where ``path`` could not be written now: before the work whose result goes there."""
    with disk_errors(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not _device(path):
            folder = next(one for one in _target(path).parents if one.exists())
            tempfile.TemporaryFile(dir=folder).close()  # access() knows nothing of root and read-only disks


def _device(path: Path) -> bool:
    """True for what is written into, such as /dev/null or a pipe, and never replaced by a file."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _target(path: Path) -> Path:
    """Where ``path`` leads: a settings file may be a link into someone's dotfiles."""
    return Path(os.path.realpath(path))  # resolve() raises on a link to itself


def write_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace the file at ``path`` by ``data`` in one step, making its folder. Raises Lacking.

    A file that is there keeps its permissions; a new one gets ``mode``.
    """
    with disk_errors(path):
        if _device(path):
            path.write_bytes(data)
            return
        target = _target(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else mode
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        sync_folder(target.parent)


@contextlib.contextmanager
def locked(path: Path, what: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file ``path``; the system frees it when the process dies, however it dies.

    Raises Lacking when another process holds it and ``wait`` is false.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+b")  # noqa: SIM115 - held over the yield, closed in the finally
    try:
        try:
            _lock(file, wait)
        except OSError:
            raise Lacking(
                f"another {what} is running", "Wait until it has finished, then try again"
            ) from None
        yield
    finally:
        file.close()


def _lock(file: IO[bytes], wait: bool) -> None:
    """Take the exclusive lock on ``file``. Raises OSError when it is held."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(0)
        mode = "LK_LOCK" if wait else "LK_NBLCK"
        getattr(msvcrt, "locking")(file.fileno(), getattr(msvcrt, mode), 1)  # noqa: B009 - absent on Unix
    else:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
