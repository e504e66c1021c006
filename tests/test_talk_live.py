"""The whole product in real time, on virtual devices: a caller speaks, the program answers aloud."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pulse import PulseServer, in_real_time, pulse_server, recorded

from voice_triage.audio.wav import write_wav
from voice_triage.pcm import rms_dbfs
from voice_triage.speech.callers import open_caller

pytestmark = pytest.mark.device

TALK = [sys.executable, "-m", "voice_triage", "talk", "--plain", "--country", "US"]


@pytest.fixture
def server() -> Iterator[PulseServer]:
    with pulse_server() as running:
        yield running


class Talking:
    """The program in a process of its own, its captions read line by line."""

    def __init__(self, *flags: str) -> None:
        self.process = subprocess.Popen(
            [*TALK, *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ),
        )
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.strip())
                self._changed.notify_all()

    def until(self, words: str, seconds: float = 60, *, times: int = 1) -> None:
        def come() -> bool:
            return sum(words in line for line in self.lines) >= times

        with self._changed:
            assert self._changed.wait_for(come, seconds), f"'{words}' did not come: {self.lines}"

    def __enter__(self) -> Talking:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _caller(folder: Path, text: str) -> Path:
    wav = folder / "caller.wav"
    pcm = open_caller("flite", "slt").render(text)
    write_wav(wav, np.concatenate((pcm, np.zeros(8000, np.int16))))
    return wav


@in_real_time
def test_a_red_flag_is_heard_over_the_assistant_and_answered_aloud(
    server: PulseServer, tmp_path: Path
) -> None:
    with server.recording(tmp_path / "heard.wav") as wav, Talking() as talking:
        talking.until("assistant: Who has")
        server.say(_caller(tmp_path, "my son can't breathe")).wait()
        talking.until("EMERGENCY", 20)
        talking.until("Call 9 1 1 now", 20)

    assert any("stops" in line for line in talking.lines), "it fell silent in mid-sentence"
    assert rms_dbfs(recorded(wav)) > -50, "it was spoken, not only shown"


@in_real_time
def test_its_own_voice_in_the_microphone_raises_nothing(server: PulseServer, tmp_path: Path) -> None:
    server.pactl(
        "load-module", "module-loopback", "source=speaker.monitor", "sink=micfeed", "latency_msec=60"
    )
    with Talking() as talking:
        talking.until("listening", 60)
        server.say(_caller(tmp_path, "me")).wait()
        talking.until("How old", 30)
        talking.until("(listening)", 30)

    assert "EMERGENCY" not in talking.lines


@in_real_time
def test_standby_begins_and_ends_and_begins_again_without_a_hand(server: PulseServer, tmp_path: Path) -> None:
    with Talking("--standby") as talking:
        talking.until("standing by")
        server.say(_caller(tmp_path, "start triage")).wait()
        talking.until("assistant: Who has", 30)
        talking.until("(listening)", 30)
        server.say(_caller(tmp_path, "stop")).wait()
        talking.until("standing by", 60, times=2)
        server.say(_caller(tmp_path, "check a rash")).wait()
        talking.until("assistant: Who has", 30, times=2)
