"""The assistant's voice: pyttsx3 in a process of its own, so that its crashes and hangs are not ours."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from voice_triage.errors import BadInput, Lacking, typed
from voice_triage.pcm import Pcm, at_level, decode, trim
from voice_triage.speech.contract import LEVEL_DBFS, USUAL_WPM, bounded_rate, least_seconds
from voice_triage.speech.synthesis import espeak_ng_version
from voice_triage.thresholds import RATE_HZ

_log = logging.getLogger(__name__)

WORKER = "voice_triage.speech.pyttsx3_worker"
TIMEOUT_S, CLOSING_S = 15.0, 1.0
CURE = "Install it with: sudo apt-get install espeak-ng"


class WorkerDied(Exception):
    """Raised inside when the worker crashed, hung or gave a bad file; the request is tried again."""


class Pyttsx3Voice:
    """Renders one sentence a request in a worker process; tried once more in a fresh one on failure."""

    def __init__(
        self, voice: str | None = None, timeout_s: float = TIMEOUT_S, command: tuple[str, ...] = ()
    ) -> None:
        self.name = f"pyttsx3:{voice or 'default'}"
        self.version = f"{_version()}/1"
        self.degraded = False
        self._voice = voice
        self._timeout_s = timeout_s
        self._command = command or (sys.executable, "-m", WORKER)
        self._worker: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0
        self._lock = threading.Lock()

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech as int16[n]; WorkerDied twice becomes Lacking with the cure."""
        with self._lock:
            trouble = ""
            for _ in range(2):
                try:
                    return self._render_once(text, bounded_rate(rate_wpm))
                except WorkerDied as error:
                    trouble = str(error)
                    _log.warning("the pyttsx3 worker failed (%s)", trouble)
                    self._stop()
                except (KeyboardInterrupt, SystemExit):
                    self._stop()  # else it writes on into a folder that goes with this process
                    raise
        raise Lacking(f"the voice pyttsx3 does not work ({trouble})", CURE)

    def voices(self) -> list[str]:
        """Ids of the voices the engine has; Lacking when it does not start."""
        with self._lock:
            try:
                return [str(voice) for voice in self._ask({"ask": "voices"})["voices"]]
            except WorkerDied as error:
                self._stop()
                raise Lacking(f"the voice pyttsx3 does not work ({error})", CURE) from None

    def close(self) -> None:
        """End the worker; the next render starts another."""
        with self._lock:
            self._stop()

    def _render_once(self, text: str, rate_wpm: int) -> Pcm:
        words = " ".join(text.split())
        if not any(letter.isalnum() for letter in words):
            raise BadInput("the voice was given nothing to say")
        folder = self._work_folder()
        self._count += 1
        path = folder / f"{self._count}.wav"
        least_s = least_seconds(words, rate_wpm)
        request = {
            "text": words,
            "rate_wpm": rate_wpm,
            "path": str(path),
            "least_bytes": 44 + int(least_s * 32000),
        }
        try:
            self._ask(request)
            pcm = trim(decode(path))
        except (WorkerDied, BadInput):
            raise
        except Exception as error:  # soundfile raises several kinds for half a file
            raise WorkerDied(f"unreadable sound: {type(error).__name__}") from None
        finally:
            path.unlink(missing_ok=True)
        if len(pcm) < least_s * RATE_HZ * 0.8 or not pcm.any():
            raise WorkerDied("the sound is shorter than its words")
        return at_level(pcm, LEVEL_DBFS)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        worker = self._running()
        if worker.stdin is None:
            raise WorkerDied("has no pipes")
        try:
            worker.stdin.write(json.dumps({**request, "voice": self._voice}).encode() + b"\n")
            worker.stdin.flush()
        except OSError:
            raise WorkerDied(f"ended with status {worker.poll()}") from None
        try:
            reply: dict[str, Any] = json.loads(self._line(worker))
        except ValueError:
            raise WorkerDied("does not answer sense") from None
        if reply.get("error") == "NoVoice":
            # pyttsx3 itself would quietly take another.
            cure = f"say 'another voice' to hear those there are, or run: {typed('config set voice auto')}"
            raise BadInput(f"voice {self._voice!r}: pyttsx3 has no such voice; {cure}")
        if not reply.get("ok"):
            raise WorkerDied(str(reply.get("error", "wrote no sound")))
        return reply

    def _line(self, worker: subprocess.Popen[bytes]) -> bytes:
        """The next line the worker writes; WorkerDied when it ends or takes too long."""
        if worker.stdout is None:
            raise WorkerDied("has no pipes")
        answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # A thread reads: Windows cannot wait for a pipe with a limit.
        self._reader = threading.Thread(
            target=_read, args=(worker.stdout, answers), name="pyttsx3", daemon=True
        )
        self._reader.start()
        try:
            line = answers.get(timeout=self._timeout_s)
        except queue.Empty:
            raise WorkerDied(f"did not answer in {self._timeout_s:g} s") from None
        if not line.endswith(b"\n"):
            raise WorkerDied(f"ended with status {worker.poll()}")
        return line

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._end_worker()
            self._worker = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        return self._worker

    def _work_folder(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="voice-triage-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def _stop(self) -> None:
        self._end_worker()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            _kill(worker)
            if self._reader is not None:
                self._reader.join(timeout=CLOSING_S)
            # Who left the worker's session may hold the pipe: then who reads it closes it, and nobody waits.
            stuck = self._reader is not None and self._reader.is_alive()
            for pipe in (worker.stdin, None if stuck else worker.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            worker.wait()


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """Kill it and the child that speaks for it, which would write into a folder that is being removed."""
    if not hasattr(os, "killpg"):  # Windows, where it has no child
        worker.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):  # ended; macOS says the second
        os.killpg(worker.pid, signal.SIGKILL)


def _read(pipe: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Give the next line; at the end of the pipe close it."""
    line = pipe.readline()
    if not line.endswith(b"\n"):
        pipe.close()
    answers.put(line)


def _environment() -> dict[str, str]:
    """The environment, with this package importable however it was found."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}


def _version() -> str:
    """pyttsx3's version and, on Linux, that of the synthesiser behind it."""
    return "/".join(filter(None, (metadata.version("pyttsx3"), espeak_ng_version())))
