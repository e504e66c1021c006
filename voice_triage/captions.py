"""Captions: what is said and heard, as it happens, for people who read along or cannot hear.

Every method only notes what happened; a thread of its own writes. So a terminal that is stopped, a pipe that
is full or gone, and letters that a terminal cannot show never hold up the voice, nor raise in the session.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TextIO

from voice_triage.observer import Observer

CLOSING_S = 1.0
"""How long the end waits for a reader that has stopped reading."""


class Places:
    """Where a question stands in the whole; "about", since questions that do not fit are left out."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._order = tuple(questions)
        self._asked: list[str] = []

    def begin(self) -> None:
        """Nothing has been asked yet."""
        self._asked.clear()

    def of(self, question: str | None) -> str:
        """Such as "question 5 of about 12"; "" for what is no question of the protocol."""
        if question not in self._order:
            return ""
        if question not in self._asked:
            self._asked.append(question)
        number = self._asked.index(question) + 1
        furthest = max(self._order.index(one) for one in self._asked)
        left = sum(one not in self._asked for one in self._order[furthest + 1 :])
        return f"question {number} of about {len(self._asked) + left}"


class Captions(Observer):
    """An observer that can be opened, told a state of its own, and closed; this one shows nothing."""

    def begin(self) -> None:
        """Another conversation: nothing of the one before stays."""

    def state(self, what: str) -> None:
        """What goes on now, in a few words, such as "waiting for: start triage"."""

    def close(self) -> None:
        """Write what is left, for at most a second, and let go of the screen; a second call does nothing."""

    def __enter__(self) -> Captions:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_captions(
    style: str = "auto",
    questions: Sequence[str] = (),
    *,
    stream: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
) -> Captions:
    """Return captions of the ``style`` auto, live, plain or off, written to ``stream`` (standard output).

    Auto is live on a terminal and plain elsewhere, also on one that can do nothing (TERM=dumb).
    """
    stream = sys.stdout if stream is None else stream
    environ = os.environ if environ is None else environ
    if style == "off" or stream is None:
        return Captions()
    if style == "live" or (style == "auto" and _can_move(stream, environ)):
        from voice_triage.live_captions import LiveCaptions  # rich, only where it is used

        return LiveCaptions(stream, Places(questions), environ)
    return PlainCaptions(stream, Places(questions))


def _can_move(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True for a terminal with a cursor that can be moved."""
    try:
        return stream.isatty() and environ.get("TERM", "xterm" if os.name == "nt" else "dumb") != "dumb"
    except ValueError:  # closed
        return False


class PlainCaptions(Captions):
    """One line an event, nothing but words: for screen readers, pipes and files."""

    def __init__(self, stream: TextIO, places: Places) -> None:
        self._lines = _Lines(stream)
        self._places = places
        self._place = ""

    def begin(self) -> None:
        """Count the questions anew."""
        self._places.begin()
        self._place = ""

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """``assistant: …``, with the question's place before its first line."""
        place = self._places.of(question)
        if place and place != self._place:
            self._lines.put(place)
        self._place = place
        self._lines.put(f"assistant: {text}")

    def cut(self, text: str, *, at_s: float) -> None:
        """The assistant stops for the caller."""
        self._lines.put(f"assistant: (stops after: {text})" if text else "assistant: (stops)")

    def listening(self, question: str | None, *, at_s: float) -> None:
        """The caller's turn."""
        self._lines.put("assistant: (listening)")

    def heard(self, text: str, *, at_s: float) -> None:
        """What was understood of the caller, as ``you: …``."""
        self._lines.put(f"you: {text}" if text else "you: (not understood)")

    def emergency(self, *, at_s: float) -> None:
        """A word that nobody overlooks."""
        self._lines.put("EMERGENCY")

    def trouble(self, what: str) -> None:
        """Something failed and was survived."""
        self._lines.put(f"note: {what}")

    def state(self, what: str) -> None:
        """What goes on now."""
        self._lines.put(f"assistant: ({what})")

    def close(self) -> None:
        """Write what is left."""
        self._lines.close()


class _Lines:
    """Writes lines from a thread, each at once; after the first failure nothing more."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: queue.Queue[str | None] = queue.Queue(maxsize=1000)
        self._thread = threading.Thread(target=self._write_all, name="captions", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Hand over one line; it is lost if a thousand are waiting already."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(plain_words(line))

    def close(self) -> None:
        """Wait for at most CLOSING_S until all is written."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(CLOSING_S)

    def _write_all(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                write_line(self._stream, line)
            except (OSError, ValueError):  # the reader has gone, or the stream is closed
                return


def write_line(stream: TextIO, line: str) -> None:
    """Write one line at once, with ? for what the stream's encoding lacks. Raises OSError, ValueError."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    data = (line + "\n").encode(encoding, "replace")
    try:
        handle = stream.fileno()
    except (OSError, AttributeError):  # no file behind it
        handle = -1
    if handle < 0 or os.name == "nt":  # a Windows console wants letters, not bytes
        stream.write(data.decode(encoding))
        stream.flush()
        return
    stream.flush()
    # Past the stream's buffer: what a broken pipe refused must not lie there and fail again at exit.
    while data:
        data = data[os.write(handle, data) :]


def plain_words(text: str) -> str:
    """The text as one line without anything a terminal would obey."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
