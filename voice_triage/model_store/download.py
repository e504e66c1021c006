"""Fetching one file over HTTP: resumed after a cut, given up on a stall, checked before it is handed on."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_triage.disk import disk_errors
from voice_triage.errors import Lacking
from voice_triage.model_store.catalogue import ModelFile
from voice_triage.model_store.checksum import mismatch

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes there so far, and the bytes in all if known."""

MAX_BYTES = 8_000_000_000
"""Where the size is not known beforehand, more than this is not a speech model."""

_CHUNK = 1 << 16
_OFFLINE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
"""Not mended by waiting some seconds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a bad connection is put up with."""

    stall_s: float = 10.0
    """Nothing (or next to nothing) arrived for this long: the connection is dropped and made anew."""
    tries: int = 4
    """Connections in a row that brought nothing."""
    tries_in_all: int = 60
    pause_s: float = 0.5
    """Before the second try; doubled before each further one."""
    slowest_bytes_per_s: float = 200.0
    """A server that drips slower than this stalls."""


class WrongFile(Lacking):
    """Raised when what the server has is not the file of the catalogue."""


class _TryAgain(Exception):
    """The transfer broke in a way that another try may mend."""


class _GiveUp(Exception):
    """Another try would end the same way."""


def fetch(file: ModelFile, folder: Path, progress: Progress, patience: Patience) -> Path:
    """Return the checked file, fetched into ``folder``. Raises Lacking when it cannot be had.

    What a cut left is kept in ``folder`` and used by the next call.
    """
    part = folder / f"{partial_name(file)}.part"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    _download(file, part, progress, patience)
    problem = mismatch(part, file)
    if problem:  # perhaps halves of two versions were joined: once more, from the start
        discard(part)
        _download(file, part, progress, patience)
        problem = mismatch(part, file)
    if problem:
        discard(part)
        raise WrongFile(f"{file.url}: what came is damaged: {problem}", "Try again later")
    return part


def partial_name(file: ModelFile) -> str:
    """A name for what has been fetched so far: the same content keeps its name wherever it comes from."""
    return file.sha256 or hashlib.sha256(file.url.encode()).hexdigest()


def discard(part: Path) -> None:
    """Forget what has been fetched."""
    for path in (part, part.with_suffix(".json")):
        with disk_errors(path):
            path.unlink(missing_ok=True)


def _download(file: ModelFile, part: Path, progress: Progress, patience: Patience) -> None:
    """Transfer until the server has no more to send, over as many connections as it takes."""
    failures = most = 0
    for _ in range(patience.tries_in_all):
        before = part.stat().st_size if part.exists() else 0
        if file.bytes is not None and before == file.bytes:
            progress(file.name, before, file.bytes)
            return
        try:
            return _transfer(file, part, progress, patience)
        except _GiveUp as error:
            raise Lacking(f"{file.url}: {error}", "Check the address and your connection") from None
        except _TryAgain as error:
            reached = part.stat().st_size if part.exists() else 0
            # Counted from the most there ever was: a server that starts anew each time brings nothing.
            failures = 0 if reached > max(before, most) else failures + 1
            most = max(most, before, reached)
            reason = str(error)
        if failures >= patience.tries:
            break
        time.sleep(patience.pause_s * 2**failures)
    cure = "Check your connection, then run the same command again: it goes on where it stopped"
    raise Lacking(f"{file.url}: {reason}", cure)


def _transfer(file: ModelFile, part: Path, progress: Progress, patience: Patience) -> None:
    """One connection: append to ``part``, or start it anew if the server cannot go on in the middle."""
    request = _request(file, part)
    try:
        with contextlib.closing(_opener().open(request, timeout=patience.stall_s)) as response:
            _check_reply(response, file)
            start, total = _place(response, request, part)
            if None not in (total, file.bytes) and total != file.bytes:
                raise WrongFile(f"{file.url}: has {total} bytes instead of {file.bytes}", "Try again later")
            _remember(response, file, part, start)
            _receive(response, part, start, total or file.bytes, _Watch(file, progress, patience))
    except urllib.error.HTTPError as error:
        error.close()
        _explain_status(error, part)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            what = error.reason.verify_message
            raise _GiveUp(f"the server's certificate is not trusted ({what})") from None
        if isinstance(error.reason, socket.gaierror) or getattr(error.reason, "errno", 0) in _OFFLINE:
            raise _GiveUp(_reason(error.reason)) from None
        raise _TryAgain(_reason(error.reason)) from None
    except (http.client.HTTPException, OSError) as error:
        raise _TryAgain(_reason(error)) from None
    except (UnicodeError, ValueError) as error:  # a redirect to an address that is none
        raise _GiveUp(f"not a usable address ({error})") from None


def _request(file: ModelFile, part: Path) -> urllib.request.Request:
    """The request for what is missing."""
    headers = {"User-Agent": "voice-triage", "Accept-Encoding": "identity"}
    have = part.stat().st_size if part.exists() else 0
    note = _note(part)
    validator = note.get("validator") if note.get("url") == file.url else None
    if have and (validator or file.sha256):  # without either nobody would notice two halves of two files
        headers["Range"] = f"bytes={have}-"
        if validator:
            headers["If-Range"] = str(validator)
    return urllib.request.Request(file.url, headers=headers)


def _note(part: Path) -> dict[str, Any]:
    """What was remembered of the server when ``part`` was begun."""
    try:
        data = json.loads(part.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _check_reply(response: Any, file: ModelFile) -> None:
    """Refuse a reply that cannot be the file."""
    kind = response.headers.get_content_type()
    if kind == "text/html" and not file.name.endswith(".html"):
        raise _GiveUp("the server sent a web page instead of the file (a log-in page of the network?)")


def _place(response: Any, request: urllib.request.Request, part: Path) -> tuple[int, int | None]:
    """Return where in the file the reply starts, and the size of the whole file if the server says it."""
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isdigit() else None
    if response.status != 206 or not request.has_header("Range"):
        return 0, size
    have = part.stat().st_size
    unit, _, span = response.headers.get("Content-Range", "").partition(" ")
    first, _, rest = span.partition("-")
    if unit != "bytes" or first != str(have):
        discard(part)
        raise _TryAgain("the server sent another part than the one asked for")
    total = rest.partition("/")[2]
    return have, int(total) if total.isdigit() else (have + size if size is not None else None)


def _remember(response: Any, file: ModelFile, part: Path, start: int) -> None:
    """Keep what tells later whether the file on the server is still the same."""
    if start:
        return
    etag = response.headers.get("ETag", "")
    weak = etag.startswith("W/")  # may not be used to join two halves
    validator = etag if etag and not weak else response.headers.get("Last-Modified")
    with disk_errors(part):
        part.with_suffix(".json").write_text(
            json.dumps({"url": file.url, "validator": validator}), encoding="utf-8"
        )


class _Watch:
    """Counts what arrives: tells the progress, and notices a server that only drips."""

    def __init__(self, file: ModelFile, progress: Progress, patience: Patience) -> None:
        self._file, self._progress, self._patience = file, progress, patience
        self._since, self._count = time.monotonic(), 0
        self.limit = MAX_BYTES if file.bytes is None else file.bytes

    def got(self, count: int, done: int, total: int | None) -> None:
        """Note ``count`` more bytes. Raises _TryAgain when they come too slowly, _GiveUp when too many."""
        if done > self.limit:
            raise _GiveUp(f"the server sends more than the {self.limit} bytes of the file")
        self._progress(self._file.name, done, self._file.bytes or total)
        self._count += count
        spent = time.monotonic() - self._since
        if spent >= self._patience.stall_s:
            if self._count < self._patience.slowest_bytes_per_s * spent:
                raise _TryAgain("the connection is next to dead")
            self._since, self._count = time.monotonic(), 0


def _receive(response: Any, part: Path, start: int, total: int | None, watch: _Watch) -> None:
    """Write the body to ``part`` from byte ``start`` on. Raises _TryAgain if it ends early."""
    with disk_errors(part):
        target = part.open("ab" if start else "wb")
    with target:
        done = start
        watch.got(0, done, total)
        while chunk := response.read1(_CHUNK):
            done += len(chunk)
            watch.got(len(chunk), done, total)
            with disk_errors(part):
                target.write(chunk)
                target.flush()  # so that a full disk shows here, and a kill loses little
    if total is not None and done < total:
        raise _TryAgain(f"the connection was cut after {done} of {total} bytes")


def _explain_status(error: urllib.error.HTTPError, part: Path) -> None:
    """Raise what an HTTP error means."""
    words = " ".join(str(error.reason).split())
    said = f"the server answered {error.code} {words if words.isprintable() else ''}".rstrip()
    if error.code == 416:
        discard(part)
        raise _TryAgain("the file there is not the size it should be")
    if error.code in {408, 425, 429} or error.code >= 500:
        raise _TryAgain(said)
    raise _GiveUp(said)


def _reason(error: object) -> str:
    """One short line for what went wrong with a connection."""
    if isinstance(error, TimeoutError):
        return "nothing came for a long time"
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead):
        return "the server closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects within the web only, and never from https down to http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme not in {"http", "https"} or (req.type == "https" and scheme == "http"):
            raise urllib.error.HTTPError(newurl, 403, f"and sent us on to {scheme}, refused", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """An opener for http and https alone: no file:, ftp: or data: addresses, whoever names them."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
