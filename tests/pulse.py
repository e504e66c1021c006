"""A private PulseAudio with a virtual loudspeaker and microphone: sound devices without hardware."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ParamSpec

import numpy as np
import pytest

from voice_triage.audio.wav import read_wav
from voice_triage.pcm import Pcm

Given = ParamSpec("Given")

LACKING = [tool for tool in ("pulseaudio", "pactl", "paplay", "parec") if shutil.which(tool) is None]

# Without norewinds the null sink swallows two seconds at once and then asks for nothing for two seconds.
SINK = "module-null-sink sink_name={name} rate=48000 channels=1 norewinds=1"


class Ear(threading.Thread):
    """Listens to the loudspeaker, and passes on what it hears until it is stopped."""

    def __init__(self, environment: Mapping[str, str], hear: Callable[[Pcm], None], chunk_ms: int) -> None:
        super().__init__(daemon=True)
        flags = f"--raw --rate=16000 --channels=1 --format=s16le --latency-msec={chunk_ms}".split()
        self._recorder = subprocess.Popen(
            ["parec", "-d", "speaker.monitor", *flags],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
        )
        self._hear = hear
        self._chunk_bytes = 32 * chunk_ms
        self.start()

    def run(self) -> None:
        """Read until the recorder ends."""
        assert self._recorder.stdout is not None
        while chunk := self._recorder.stdout.read(self._chunk_bytes):
            self._hear(np.frombuffer(chunk[: len(chunk) // 2 * 2], np.int16))

    def stop(self) -> None:
        """End it."""
        self._recorder.kill()
        self._recorder.wait()
        self.join()
        if self._recorder.stdout is not None:
            self._recorder.stdout.close()


class PulseServer:
    """A sound server of our own: ``speaker`` is what the assistant plays to, ``micfeed`` what it hears."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "native"
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self.socket}",
        }
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server with its devices; RuntimeError when it does not answer in ten seconds."""
        modules = [
            f"module-native-protocol-unix socket={self.socket} auth-anonymous=1",
            SINK.format(name="speaker"),
            SINK.format(name="micfeed"),
            "module-remap-source source_name=mic master=micfeed.monitor",
        ]
        flags = "--daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=true --realtime=no"
        # High priority where it is allowed: the rest of the machine may be busy.
        command = ["pulseaudio", "-n", *flags.split(), "--high-priority=yes"]
        self._server = subprocess.Popen(
            command + [part for module in modules for part in ("-L", module)],
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while self.pactl("set-default-sink", "speaker") is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the private PulseAudio does not answer")
            time.sleep(0.05)
        self.pactl("set-default-source", "mic")

    def stop(self) -> None:
        """End the server and wait for it."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGKILL)
            server.wait()

    def pactl(self, *arguments: str) -> str | None:
        """What pactl says; None when it fails."""
        done = subprocess.run(
            ["pactl", *arguments], env={**os.environ, **self.environment}, capture_output=True, text=True
        )
        return done.stdout if done.returncode == 0 else None

    def unload(self, name: str) -> None:
        """Take a device away, as pulling its plug would."""
        for line in (self.pactl("list", "short", "modules") or "").splitlines():
            if f"_name={name} " in line + " ":
                self.pactl("unload-module", line.split()[0])

    def without_spare_loudspeaker(self) -> None:
        """Feed the microphone from nothing: ``micfeed`` is a sink, and the server would move us to it."""
        self.unload("mic")
        self.unload("micfeed")
        self.pactl("load-module", "module-null-source", "source_name=mic", "rate=48000", "channels=1")
        self.pactl("set-default-source", "mic")

    def load(self, name: str) -> None:
        """Plug a virtual loudspeaker in again and make it the usual one."""
        self.pactl("load-module", *SINK.format(name=name).split())
        self.pactl("set-default-sink", name)

    def load_microphone(self) -> None:
        """Plug the virtual microphone in again."""
        self.pactl("load-module", "module-remap-source", "source_name=mic", "master=micfeed.monitor")
        self.pactl("set-default-source", "mic")

    def say(self, wav: Path) -> subprocess.Popen[bytes]:
        """A caller speaks into the microphone, in real time."""
        command = ["paplay", "--device=micfeed", str(wav)]
        return subprocess.Popen(command, env={**os.environ, **self.environment})

    def ear(self, hear: Callable[[Pcm], None], chunk_ms: int = 10) -> Ear:
        """Somebody at the loudspeaker, to whom each piece of so many milliseconds is told as it sounds."""
        return Ear(self.environment, hear, chunk_ms)

    @contextlib.contextmanager
    def recording(self, wav: Path, source: str = "speaker.monitor") -> Iterator[Path]:
        """Record what is played to the loudspeaker for as long as the block lasts."""
        flags = ["--file-format=wav", "--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=10"]
        recorder = subprocess.Popen(
            ["parec", "-d", source, *flags, str(wav)], env={**os.environ, **self.environment}
        )
        deadline = time.monotonic() + 5
        while not (wav.exists() and wav.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield wav
        finally:
            time.sleep(0.15)
            recorder.send_signal(signal.SIGINT)
            recorder.wait(timeout=10)


def in_real_time(test: Callable[Given, None]) -> Callable[Given, None]:
    """Try a test of real time thrice: a machine with other work starves the streams now and then."""

    @functools.wraps(test)
    def tried(*given: Given.args, **named: Given.kwargs) -> None:
        for _ in range(2):
            try:
                return test(*given, **named)
            except AssertionError as error:
                print(f"tried again: {str(error).splitlines()[0]}")
                time.sleep(1)
        return test(*given, **named)

    return tried


def recorded(wav: Path) -> Pcm:
    """A finished recording, int16[n] at 16 kHz."""
    return read_wav(wav)


@contextlib.contextmanager
def pulse_server() -> Iterator[PulseServer]:
    """A running private server, for this process and its children; skips the test where there is none."""
    if LACKING:
        pytest.skip(f"needs {', '.join(LACKING)}")
    # The socket's path must be short: not under pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="vtp") as folder:
        os.chmod(folder, 0o700)
        server = PulseServer(Path(folder))
        kept = {name: os.environ.get(name) for name in server.environment}
        try:
            server.start()
            os.environ.update(server.environment)
            yield server
        finally:
            for name, value in kept.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            server.stop()
