"""The commands about models say what they did."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from model_server import GOOD

from voice_triage import models, models_command
from voice_triage.errors import BadInput, Lacking


def test_the_commands_say_what_they_did(store: models.Store, capsys: pytest.CaptureFixture[str]):
    lines: list[str] = []

    models_command.list_all(lines.append, store)
    models_command.install(lines.append, "vosk-en", None, store)
    models_command.path(lines.append, None, store)
    models_command.path(lines.append, "vosk-en", store)
    models_command.list_all(lines.append, store, as_json=True)
    models_command.remove(lines.append, "vosk-en", store)
    models_command.remove(lines.append, "vosk-en", store)

    place = str(store.root / "vosk-en")
    assert lines[0].endswith("not installed") and lines[0].startswith("vosk-en")
    assert lines[2:5] == [f"vosk-en is installed in {place}", str(store.root), place]
    assert json.loads(lines[5])[0]["installed"] == place
    assert lines[6:] == ["vosk-en is removed", "vosk-en is not installed"]
    assert capsys.readouterr().err.splitlines()[-1] == "small.zip: 100 %"
    with pytest.raises(Lacking, match="Run: voice-triage models install vosk-en"):
        models_command.path(lines.append, "vosk-en", store)


def test_the_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with models_command.Bar(screen) as bar:
        bar("a.zip", 1, 2)
        bar("a.zip", 2, 2)

    assert "a.zip" in screen.getvalue()


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICE_TRIAGE_MODELS", str(tmp_path))
    lines: list[str] = []

    assert models.command(["path"], lines.append) == 0
    assert models.command([], lines.append) == 0
    assert lines[0] == str(tmp_path)
    assert [line.split()[0] for line in lines[1:]] == ["vosk-en", "whisper-tiny.en", "piper-joe"]
    (tmp_path / "x.zip").write_bytes(GOOD)
    with pytest.raises(BadInput, match="sha256 is .* instead of 30f26242.*--any-checksum"):
        models.command(["install", "--from", str(tmp_path / "x.zip")], lines.append)
    with pytest.raises(BadInput, match="conf/mfcc.conf is missing"):
        models.command(["install", "--from", str(tmp_path / "x.zip"), "--any-checksum"], lines.append)
    for wrong in (["instal"], ["remove"], ["path", "a", "b"]):
        with pytest.raises(BadInput, match="see 'voice-triage models"):
            models.command(wrong, lines.append)
