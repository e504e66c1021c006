"""No network at run time: whole sessions with every socket denied."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pulse import in_real_time, pulse_server
from test_talk_live import Talking

ROOT = Path(__file__).parent.parent

# Loaded by every Python that is started, the voice's worker included. A local socket file is no network.
GUARD = """
import os, sys

def deny(event, given):
    local = event == "socket.__new__" and given[1] == 1
    local = local or (event == "socket.connect" and isinstance(given[1], (str, bytes)))
    if event.startswith(("socket.", "urllib.", "http.client.")) and not local:
        os.write(2, b"NETWORK: " + event.encode() + b"\\n")
        os._exit(97)

sys.addaudithook(deny)
"""

COMMANDS = {
    "chat": (["chat", "--country", "US"], "it's my son\nhe is four\nhe can't breathe\nyes\nstop\n"),
    "interpret": (["interpret", "--jsonl"], '{"text": "he has a fever"}\n'),
    "replay in text": (["replay", "tests/scenarios/urgent-fever.scenario.yaml", "--recognizer", "text"], ""),
    "check": (["check"], ""),
    "models list": (["models", "list"], ""),
}


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def _without_network() -> list[str]:
    """What cuts a process and its libraries off in the kernel as well, where that is allowed."""
    cut = ["unshare", "--map-root-user", "--net"]
    allowed = shutil.which("unshare") and subprocess.run([*cut, "true"], capture_output=True).returncode == 0
    return cut if allowed else []


def run(words: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    command = [*_without_network(), sys.executable, "-m", "voice_triage", *words]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, timeout=300)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_session_opens_no_socket(guarded: None, name: str) -> None:
    done = run(*COMMANDS[name])

    assert done.returncode == 0 and "NETWORK" not in done.stderr, done
    if name == "chat":
        assert "Call 9 1 1 now." in done.stdout


@pytest.mark.audio
def test_a_spoken_session_opens_no_socket(guarded: None, tmp_path: Path) -> None:
    """Voice, recogniser, second opinion: whoever looks for a model on the web is found out.

    A library that calls its makers by sockets of its own leaves its id and its queue in the user's cache.
    """
    report = tmp_path / "report.json"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    before = set(cache.glob("*"))
    done = run(
        ["replay", "tests/scenarios/interjection-during-greeting.scenario.yaml", "--report", str(report)]
    )

    assert done.returncode == 0 and "NETWORK" not in done.stderr, done
    assert json.loads(report.read_text())[0]["level"] == "emergency"
    assert {folder.name for folder in set(cache.glob("*")) - before} <= {"voice-triage"}


@pytest.mark.device
@in_real_time
def test_talking_opens_no_socket(guarded: None) -> None:
    with pulse_server(), Talking() as talking:
        talking.until("(listening)", 90)
        assert talking.process.poll() is None


def test_the_guard_would_notice(guarded: None, tmp_path: Path) -> None:
    """What is meant to fetch from the web is stopped by it: the tests above can fail."""
    os.environ["VOICE_TRIAGE_MODELS"] = str(tmp_path / "models")
    try:
        done = run(["models", "install", "vosk-en", "--from", "http://127.0.0.1:9/small.zip"])
    finally:
        del os.environ["VOICE_TRIAGE_MODELS"]

    assert done.returncode == 97 and "NETWORK" in done.stderr
