"""The process that owns pyttsx3: JSON lines in, JSON lines out, one sentence at a time.

pyttsx3 hangs with two threads, goes dumb with two engines, prints on standard output and returns before its
file is written. Worse: on Linux the end of one sentence races with the start of the next, which then has the
rate, or the words, of the one before. So every sentence gets an engine of its own, in a forked child.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any, TextIO

import pyttsx3

SETTLE_S = 5.0
CHILD_S = 10.0
FORKS = hasattr(os, "fork") and sys.platform != "darwin"  # macOS speech dies in a forked child


class NoVoice(Exception):
    """Raised for a voice that pyttsx3 does not have; the parent knows it by this name."""


def _file_bytes(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _whole(path: str) -> bool:
    """True unless the file's own header promises more bytes than there are: it is still being written."""
    with open(path, "rb") as file:
        head = file.read(44)
    if head[:4] != b"RIFF" or head[36:40] != b"data":
        return True  # another format (macOS writes AIFF): its size having settled must do
    return _file_bytes(path) >= 44 + int.from_bytes(head[40:44], "little")


def _wait_for(path: str, least_bytes: int) -> bool:
    """True when the file holds enough and all it should; runAndWait may return before it exists."""
    deadline = time.monotonic() + SETTLE_S
    last = -1
    while time.monotonic() < deadline:
        size = _file_bytes(path)
        if size >= least_bytes and size == last and _whole(path):
            return True
        last = size
        time.sleep(0.005)
    return False


def _engine(voice: str | None) -> Any:
    """A new engine; raises NoVoice for a voice that it would quietly replace."""
    engine = pyttsx3.init()
    if voice:
        if voice.split("+")[0].lower() not in _known(engine):
            raise NoVoice
        engine.setProperty("voice", voice)
    return engine


def _known(engine: Any) -> set[str]:
    """Voice ids, and on Linux the language alone (``en-us`` for ``gmw/en-us``)."""
    ids = {str(voice.id).lower() for voice in engine.getProperty("voices")}
    return ids | {each.rsplit("/", 1)[-1] for each in ids}


def _set_rate(engine: Any, rate_wpm: int) -> None:
    """Set the rate and wait until it holds: queued with the words, it may be overtaken by them."""
    driver = getattr(getattr(engine, "proxy", None), "_driver", engine)
    driver.setProperty("rate", rate_wpm)
    deadline = time.monotonic() + 1.0
    while engine.getProperty("rate") != rate_wpm and time.monotonic() < deadline:
        time.sleep(0.002)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("ask") == "voices":
        return {"ok": True, "voices": sorted(str(v.id) for v in _engine(None).getProperty("voices"))}
    engine = _engine(request.get("voice"))
    _set_rate(engine, int(request["rate_wpm"]))
    engine.save_to_file(request["text"], request["path"])
    engine.runAndWait()
    return {"ok": _wait_for(request["path"], int(request["least_bytes"]))}


def _reply(line: str) -> str:
    try:
        return json.dumps(_answer(json.loads(line)))
    except Exception as error:  # whatever it is, the parent decides: a fresh process or the stand-in
        # The kind only: an engine's own words might repeat the line that it was given.
        return json.dumps({"ok": False, "error": type(error).__name__})


def _in_a_child(line: str, replies: TextIO) -> None:
    """Answer from a forked child; one that hangs is killed, and the reply is ours."""
    child = os.fork()
    if child == 0:
        replies.write(_reply(line) + "\n")
        replies.flush()
        os._exit(0)
    deadline = time.monotonic() + CHILD_S
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    if status:
        replies.write(json.dumps({"ok": False, "error": f"crashed or hung (status {status})"}) + "\n")
        replies.flush()


def main() -> None:
    """Serve until standard input ends; standard output is kept for replies, whatever pyttsx3 prints."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    while line := _request():
        if FORKS:
            _in_a_child(line, replies)
        else:
            replies.write(_reply(line) + "\n")
            replies.flush()


def _request() -> str:
    """The next line of standard input, unbuffered: a child must not inherit half of another."""
    line = bytearray()
    while not line.endswith(b"\n"):
        part = os.read(0, 1)
        if not part:
            return ""
        line += part
    return line.decode("utf-8")


if __name__ == "__main__":
    main()
