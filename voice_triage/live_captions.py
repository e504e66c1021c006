"""Live captions on a terminal: the conversation, the question's place, a level meter; in high contrast."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import TextIO

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from voice_triage.captions import CLOSING_S, Captions, Places, plain_words

REFRESH_S = 0.125
METER_FLOOR_DBFS = -60.0
METER_FALL_DB = 3.0
"""The meter falls by so much each refresh: a short word stays visible."""

# Never by colour alone: every state has its word. All pairs have a contrast of more than 7 to 1 (WCAG AAA).
ASSISTANT = "bold bright_white on black"
CALLER = "bold bright_yellow on black"
HEARING = "bright_cyan on black"
FRAME = "bright_white on black"
EMERGENCY = "bold bright_white on #a00000"


class _Screen(Console):
    """A console that lets a broken pipe be an error like others; rich would end the program."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that is being handled."""
        raise


class LiveCaptions(Captions):
    """Redrawn eight times a second from what the session has noted; see voice_triage.captions."""

    def __init__(self, stream: TextIO, places: Places, environ: Mapping[str, str]) -> None:
        self._console = _Screen(file=stream, _environ=environ, highlight=False)
        self._places = places
        self._lines: deque[Text] = deque(maxlen=100)
        self._hearing, self._place, self._doing = "", "", "starting"
        self._level = self._shown_level = METER_FLOOR_DBFS
        self._emergency_turn: int | None = None
        self._emergency_next = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._redraw, name="captions", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Clear the screen of the caller before, whose turns were counted from one, too."""
        self._places.begin()
        self._lines.clear()
        self._hearing, self._place = "", ""
        self._emergency_turn, self._emergency_next = None, False

    # ---- what the session says ----

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        """A line of the assistant."""
        if self._emergency_next:
            self._emergency_turn, self._emergency_next = turn, False
        urgent = turn == self._emergency_turn
        self._place = self._places.of(question)
        self._doing = "EMERGENCY" if urgent else "speaking"
        self._add("assistant", text, EMERGENCY if urgent else ASSISTANT)

    def cut(self, text: str, *, at_s: float) -> None:
        """The assistant stops for the caller."""
        self._doing = "listening"
        self._add("assistant", f"(stops after: {text})" if text else "(stops)", FRAME)

    def listening(self, question: str | None, *, at_s: float) -> None:
        """The caller's turn."""
        self._doing = "listening"

    def hearing(self, text: str, *, at_s: float) -> None:
        """Words so far."""
        self._hearing = text

    def heard(self, text: str, *, at_s: float) -> None:
        """A finished utterance."""
        self._hearing = ""
        self._add("you", text or "(not understood)", CALLER)

    def emergency(self, *, at_s: float) -> None:
        """The next line said is the announcement."""
        self._emergency_next = True
        self._doing = "EMERGENCY"

    def level(self, dbfs: float) -> None:
        """The loudest since the last drawing counts."""
        self._level = max(self._level, dbfs)

    def trouble(self, what: str) -> None:
        """Something failed and was survived."""
        self._add("note", what, FRAME)

    def state(self, what: str) -> None:
        """What goes on now."""
        self._doing = plain_words(what)

    def close(self) -> None:
        """Draw the end and give the screen back."""
        self._done.set()
        self._thread.join(CLOSING_S)

    def _add(self, who: str, text: str, style: str) -> None:
        self._lines.append(Text(self._showable(f"{who}: {plain_words(text)}"), style=style))

    def _showable(self, text: str) -> str:
        """The text with ? for what the terminal's encoding lacks."""
        encoding = self._console.encoding
        return text.encode(encoding, "replace").decode(encoding)

    # ---- drawing, in a thread of its own ----

    def _redraw(self) -> None:
        """Draw until closed, or until the terminal is gone."""
        try:
            with Live(console=self._console, auto_refresh=False, get_renderable=self.draw) as live:
                while not self._done.wait(REFRESH_S):
                    live.refresh()
        except (OSError, ValueError):  # hung up, closed, or an encoding that lies about itself
            return

    def draw(self) -> RenderableType:
        """The screen as of now."""
        lines = list(self._lines.copy())  # the session goes on adding to the original
        if self._hearing:
            lines.append(Text(self._showable(f"you: {plain_words(self._hearing)} ..."), style=HEARING))
        urgent = self._doing == "EMERGENCY"
        title = Text(f" {self._doing}" + (f", {self._place} " if self._place else " "))
        body = Panel(
            Group(*self._fitting(lines)),
            title=title,
            title_align="left",
            style=EMERGENCY if urgent else FRAME,
            border_style=EMERGENCY if urgent else FRAME,
        )
        return Group(body, Align.left(self._meter()))

    def _fitting(self, lines: list[Text]) -> list[Text]:
        """The newest lines that fit on the screen, long ones wrapped."""
        width, rows = max(10, self._console.width - 4), max(4, self._console.height - 6)
        kept: list[Text] = []
        for line in reversed(lines):
            rows -= len(line.wrap(self._console, width))
            if rows < 0 and kept:
                break
            kept.insert(0, line)
        return kept

    def _meter(self) -> Text:
        """The microphone's level as a bar and a number."""
        self._shown_level = max(self._level, self._shown_level - METER_FALL_DB, METER_FLOOR_DBFS)
        self._level = METER_FLOOR_DBFS
        width = max(10, min(40, self._console.width - 30))
        filled = round(width * (1 - self._shown_level / METER_FLOOR_DBFS))
        full, empty = ("#", ".") if self._console.options.ascii_only else ("█", "░")
        bar = full * filled + empty * (width - filled)
        return Text(f" microphone {bar} {self._shown_level:4.0f} dB", style=FRAME)
