"""The process that owns the one pyttsx3 engine: JSON lines in, JSON lines out, one sentence at a time.

pyttsx3 hangs with two threads, goes dumb with two engines, prints on standard output and returns before
its file is written; so it lives alone here and is killed when it misbehaves.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

import pyttsx3

SETTLE_S = 4.0


def _file_bytes(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _wait_for(path: str, least_bytes: int) -> bool:
    """True when the file holds enough and has stopped growing; runAndWait may return before it exists."""
    deadline = time.monotonic() + SETTLE_S
    last = -1
    while time.monotonic() < deadline:
        size = _file_bytes(path)
        if size >= least_bytes and size == last:
            return True
        last = size
        time.sleep(0.005)
    return False


def _answer(engine: Any, request: dict[str, Any]) -> dict[str, Any]:
    if request.get("ask") == "voices":
        voices = engine.getProperty("voices")
        return {"ok": True, "voices": [{"id": str(v.id), "name": str(v.name)} for v in voices]}
    engine.setProperty("rate", int(request["rate_wpm"]))
    engine.save_to_file(request["text"], request["path"])
    engine.runAndWait()
    return {"ok": _wait_for(request["path"], int(request["least_bytes"]))}


def _serve(requests: TextIO, replies: TextIO) -> None:
    engine: Any = None
    for line in requests:
        request = json.loads(line)
        try:
            if engine is None:
                engine = pyttsx3.init()
                if request.get("voice"):
                    engine.setProperty("voice", request["voice"])
            reply = _answer(engine, request)
        except (
            Exception
        ) as error:  # whatever it is, the parent decides: it is a fresh process or the fallback
            reply = {"ok": False, "error": f"{type(error).__name__}: {error}"[:300]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def main() -> None:
    """Serve until standard input ends; standard output is kept for replies, whatever pyttsx3 prints."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with open(0, encoding="utf-8", closefd=False) as requests:
        _serve(requests, replies)
    # The engine's own thread may hang at exit: there is nothing to save.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
