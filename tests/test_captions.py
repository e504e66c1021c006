"""Captions: what is shown, that it is plain where it must be, and that nothing ever raises or waits."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from voice_triage import captions
from voice_triage.captions import Captions, Places, PlainCaptions, open_captions
from voice_triage.live_captions import LiveCaptions

QUESTIONS = ("patient", "age", "emergency_signs", "duration", "glass_test")


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal, in any encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError("no file")

    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


def conversation(shown: Captions) -> None:
    shown.said("Hello.", "patient", turn=1, at_s=0.0)
    shown.said("Who is it about?", "patient", turn=1, at_s=1.0)
    shown.listening("patient", at_s=2.0)
    for word in ("my", "my son"):
        shown.level(-20.0)
        shown.hearing(word, at_s=2.5)
    shown.heard("my son", at_s=3.0)
    shown.said("How old is he?", "age", turn=2, at_s=3.5)
    shown.cut("How old", at_s=4.0)
    shown.heard("", at_s=4.4)
    shown.heard("he can't breathe", at_s=4.5)
    shown.emergency(at_s=4.6)
    shown.said("Call 112 now.", "confirm_red_flag", turn=3, at_s=4.7)
    shown.trouble("the voice failed")
    shown.state("waiting for: start triage")


def plain(stream: object, style: str = "plain") -> None:
    with open_captions(style, QUESTIONS, stream=stream, environ={}) as shown:  # type: ignore[arg-type]
        conversation(shown)


# ---- where a question stands ----


def test_the_place_of_a_question_counts_what_was_asked_and_what_may_come():
    places = Places(QUESTIONS)

    assert places.of("patient") == "question 1 of about 5"
    assert places.of("age") == "question 2 of about 5"
    assert places.of("duration") == "question 3 of about 4"
    assert places.of("age") == "question 2 of about 4"
    assert places.of("glass_test") == "question 4 of about 4"
    assert places.of("confirm_red_flag") == "" == places.of(None)


@given(asked=st.lists(st.sampled_from(QUESTIONS), min_size=1))
def test_a_place_is_never_beyond_the_whole(asked: list[str]):
    places = Places(QUESTIONS)

    for question in asked:
        number, total = (int(word) for word in places.of(question).split() if word.isdigit())
        assert 1 <= number <= total <= len(QUESTIONS)


# ---- plain ----


def test_plain_captions_are_one_line_an_event_with_who_said_it():
    stream = io.StringIO()

    plain(stream)

    assert stream.getvalue().splitlines() == [
        "question 1 of about 5",
        "assistant: Hello.",
        "assistant: Who is it about?",
        "assistant: (listening)",
        "you: my son",
        "question 2 of about 5",
        "assistant: How old is he?",
        "assistant: (stops after: How old)",
        "you: (not understood)",
        "you: he can't breathe",
        "EMERGENCY",
        "assistant: Call 112 now.",
        "note: the voice failed",
        "assistant: (waiting for: start triage)",
    ]


@pytest.mark.parametrize(
    ("style", "terminal", "term", "kind"),
    [
        ("auto", True, "xterm-256color", LiveCaptions),
        ("auto", True, "dumb", PlainCaptions),
        ("auto", True, "", PlainCaptions),
        ("auto", False, "xterm", PlainCaptions),
        ("live", False, "xterm", LiveCaptions),
        ("plain", True, "xterm", PlainCaptions),
        ("off", True, "xterm", Captions),
    ],
)
def test_the_style_follows_the_place_they_are_shown(
    style: str, terminal: bool, term: str, kind: type[Captions]
):
    stream = Terminal() if terminal else io.StringIO()

    with open_captions(style, stream=stream, environ={"TERM": term} if term else {}) as shown:
        assert type(shown) is kind


@settings(max_examples=60, deadline=None)
@given(text=st.text(), encoding=st.sampled_from(["ascii", "latin-1", "utf-8", "cp1252"]))
def test_any_words_are_one_line_without_escape_codes_in_any_encoding(text: str, encoding: str):
    stream = Terminal(encoding)

    with open_captions("plain", stream=stream, environ={}) as shown:
        shown.heard(text + "\x1b[2J\n", at_s=0.0)

    written = stream.text()
    assert written.count("\n") == 1 and written.endswith("\n")
    assert all(letter.isprintable() for letter in written[:-1])


def test_each_line_is_there_at_once_in_a_pipe():
    script = (
        "import sys, time\nfrom voice_triage.captions import open_captions\n"
        "shown = open_captions('auto')\nshown.heard('now', at_s=0)\nsys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None

    assert process.stdout.readline() == "you: now\n"
    process.communicate()


def test_a_reader_that_has_gone_ends_neither_the_session_nor_shows_an_error():
    script = (
        "import sys, time\nfrom voice_triage.captions import open_captions\n"
        "with open_captions('auto') as shown:\n"
        "    for number in range(50):\n        shown.heard('now', at_s=0); time.sleep(0.002)\n"
        "sys.stderr.write('went on')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()

    assert (process.wait(), said) == (0, "went on")


def test_a_pipe_that_nobody_reads_holds_nothing_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(captions, "CLOSING_S", 0.05)
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "w", closefd=False) as stream:
            began = time.monotonic()
            with open_captions("plain", stream=stream, environ={}) as shown:
                for _ in range(3000):
                    shown.heard("x" * 200, at_s=0.0)
            took_s = time.monotonic() - began
    finally:
        os.close(reading)  # the writing thread ends with a broken pipe
        time.sleep(0.01)
        os.close(writing)

    assert took_s < 3.0


class Failing(io.StringIO):
    """A terminal that fails in a chosen way."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise self._error


@pytest.mark.parametrize("style", ["plain", "live"])
@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(), OSError(5, "hung up"), ValueError("closed"), UnicodeEncodeError("a", "b", 0, 1, "c")],
)
def test_a_terminal_that_fails_is_left_alone(style: str, error: Exception):
    before = sys.stdout
    with open_captions(style, QUESTIONS, stream=Failing(error), environ={"TERM": "xterm"}) as shown:
        conversation(shown)
        time.sleep(0.15)
        conversation(shown)

    assert sys.stdout is before


def test_a_closed_stream_is_left_alone():
    stream = io.StringIO()
    stream.close()

    for style in ("auto", "plain", "live"):
        with open_captions(style, stream=stream, environ={"TERM": "xterm"}) as shown:
            conversation(shown)


# ---- live ----


def live(
    then: Callable[[Captions], None], environ: dict[str, str], encoding: str = "utf-8", lines: int = 24
) -> str:
    stream = Terminal(encoding)
    size = {"COLUMNS": "80", "LINES": str(lines)}
    with open_captions(
        "live", QUESTIONS, stream=stream, environ={"TERM": "xterm", **size, **environ}
    ) as shown:
        then(shown)
    return stream.text()


def test_live_captions_show_words_place_state_and_level():
    def so_far(shown: Captions) -> None:
        shown.said("How old is he?", "age", turn=2, at_s=0.0)
        shown.listening("age", at_s=1.0)
        shown.hearing("he is", at_s=1.0)
        shown.level(-12.0)

    screen = live(so_far, {"NO_COLOR": "1"})

    assert "assistant: How old is he?" in screen
    assert "you: he is ..." in screen
    assert "listening, question 1 of about 4" in screen
    assert "-12 dB" in screen and "█" in screen


def test_an_emergency_is_shown_in_words_and_ends_with_its_turn():
    def emergency(shown: Captions) -> None:
        shown.emergency(at_s=0.0)
        shown.said("Call 112 now.", None, turn=3, at_s=0.0)

    def after(shown: Captions) -> None:
        emergency(shown)
        shown.said("How old is he?", "age", turn=4, at_s=9.0)

    assert "EMERGENCY" in live(emergency, {"NO_COLOR": "1"})
    assert "48;2;160;0;0" in live(emergency, {"COLORTERM": "truecolor"})
    assert " speaking, question 1" in live(after, {})


def test_no_color_gives_no_colours():
    screen = live(conversation, {"NO_COLOR": "1"})

    assert "\x1b[3" not in screen and "\x1b[4" not in screen


def test_a_terminal_without_line_drawing_gets_plain_letters():
    def so_far(shown: Captions) -> None:
        shown.level(-10.0)
        shown.said("Fieber über 38 °C – ja?", "age", turn=1, at_s=0.0)

    screen = live(so_far, {}, encoding="ascii")

    assert "Fieber ?ber 38 ?C ? ja?" in screen and "#" in screen


def test_the_newest_words_are_on_the_screen_however_long_the_talk():
    def long_talk(shown: Captions) -> None:
        for number in range(60):
            shown.heard(f"answer {number} " + "and so on " * 20, at_s=number)
        shown.said("The last question?", "age", turn=9, at_s=99.0)

    screen = live(long_talk, {"NO_COLOR": "1"}, lines=12)

    assert "The last question?" in screen.split("\x1b[?25h")[0][-900:]
    assert "answer 1 " not in screen


def test_nothing_of_a_caption_is_obeyed_by_the_terminal():
    def hostile(shown: Captions) -> None:
        shown.heard("[bold]x[/bold] \x1b]0;title\x07", at_s=0.0)
        shown.state("\x1b[2J")

    screen = live(hostile, {})

    assert "[bold]x[/bold]" in screen
    assert "\x1b]0" not in screen and "\x1b[2J" not in screen


def test_the_next_caller_sees_nothing_of_the_one_before() -> None:
    """Each conversation counts its turns from one: the emergency of turn 3 was shown to the next caller."""
    shown = LiveCaptions(Terminal(), Places(QUESTIONS), {})
    try:
        conversation(shown)
        shown.begin()
        shown.said("How old are you?", "age", turn=3, at_s=0.0)
        console = Console(file=io.StringIO(), width=80, height=24)
        console.print(shown.draw())
    finally:
        shown.close()
    screen = console.file.getvalue()  # type: ignore[attr-defined]

    assert "EMERGENCY" not in screen and "breathe" not in screen
    assert "question 1 of" in screen
