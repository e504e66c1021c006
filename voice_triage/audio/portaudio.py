"""Real microphones and loudspeakers, through sounddevice; nothing is loaded until they are wanted."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from voice_triage.errors import Lacking, typed
from voice_triage.thresholds import RATE_HZ

Samples = npt.NDArray[np.int16]
"""int16[n, channels] at the device's own rate."""

Kind = Literal["input", "output"]
Want = str | int | None
"""A device by name (or part of it), by number, or None for the usual one."""

LATENCY_S = 0.05
"""Low enough for an interrupt, high enough that a busy machine does not starve it."""

_NAMES: dict[Kind, str] = {"input": "microphone", "output": "loudspeaker"}


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One sound device as PortAudio lists it."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate_hz: int


class Stream(Protocol):
    """A running stream of one direction."""

    rate_hz: int
    channels: int
    latency_s: float

    @property
    def active(self) -> bool:
        """False once the device has stopped by itself."""

    def restart(self) -> None:
        """Throw away what is in the device's buffer and go on at once; OSError when it will not."""

    def close(self) -> None:
        """Stop and give back; never raises."""


class Backend(Protocol):
    """Where streams come from: PortAudio, or a fake in tests."""

    def open(self, kind: Kind, want: Want, block: Callable[[Samples, bool], None]) -> Stream:
        """Start a stream; ``block`` gets sound (input) or fills it (output). Raises Lacking."""

    def refresh(self) -> None:
        """Look for devices anew; every stream must be closed first."""


def _cure(kind: Kind) -> str:
    or_type = f", or type: {typed('chat')}" if kind == "input" else ""
    return f"Plug in or switch on a {_NAMES[kind]} (check: {typed('doctor')}){or_type}"


class NoDevice(Lacking):
    """Raised when the machine has no device of this kind at all."""

    def __init__(self, kind: Kind, why: str) -> None:
        super().__init__(f"no {_NAMES[kind]} ({why})", _cure(kind))
        self.kind = kind


def missing(kind: Kind, why: str) -> Lacking:
    """The error that says which device is missing and what to do."""
    return Lacking(f"no {_NAMES[kind]} ({why})", _cure(kind))


def load() -> ModuleType:
    """The sounddevice module; Lacking when PortAudio is not installed."""
    try:
        with _quiet():
            sounddevice = importlib.import_module("sounddevice")
    except OSError:
        cure = "Install it with: sudo apt-get install libportaudio2"
        raise Lacking("the sound library PortAudio is not installed", cure) from None
    return sounddevice


def devices() -> list[DeviceInfo]:
    """Every sound device there is; Lacking when PortAudio is not installed."""
    sounddevice = load()
    return [
        DeviceInfo(
            int(each["index"]),
            str(each["name"]),
            int(each["max_input_channels"]),
            int(each["max_output_channels"]),
            int(each["default_samplerate"]),
        )
        for each in sounddevice.query_devices()
    ]


def choose(listed: list[DeviceInfo], kind: Kind, want: Want, usual: int = -1) -> DeviceInfo:
    """The device asked for; ``usual`` is PortAudio's default. Lacking: no such one, or none."""
    able = [each for each in listed if (each.inputs if kind == "input" else each.outputs) > 0]
    if not able:
        raise NoDevice(kind, "no sound device has one")
    if want is None:
        # The sound server's device follows the user's own choice; a bare card does not, and is often taken.
        served = [each for each in able if each.name in ("pulse", "pipewire")]
        return next((each for each in able if each.index == usual and not served), (served or able)[0])
    wanted = str(want).strip().lower()
    if wanted.isdigit():
        found = [each for each in able if each.index == int(wanted)]
    else:
        exact = [each for each in able if each.name.lower() == wanted]
        found = exact or [each for each in able if wanted in each.name.lower()]
    if not found:
        names = ", ".join(f"{each.index} {each.name!r}" for each in able)
        # Lacking, not bad input: plugged in late it is there, and the service starts again.
        cure = f"Plug it in, or choose another: {typed(f'config set {kind}_device NAME')}"
        raise Lacking(f"{_NAMES[kind]} {want!r}: there is no such device; there are {names}", cure)
    return found[0]


class PortAudio:
    """The backend for real devices."""

    def open(self, kind: Kind, want: Want, block: Callable[[Samples, bool], None]) -> Stream:
        """Open at 16 kHz mono if the device takes it, else at a rate and channel count of its own."""
        sounddevice = load()
        device = choose(devices(), kind, want, int(sounddevice.default.device[0 if kind == "input" else 1]))
        why = ""
        for rate_hz in dict.fromkeys((RATE_HZ, device.rate_hz, 48000, 44100)):
            for channels in (1, 2):
                try:
                    with _quiet():
                        return _PortAudioStream(kind, device.index, (rate_hz, channels), block)
                except sounddevice.PortAudioError as error:
                    why = str(error.args[0] if error.args else error)
        raise missing(
            kind, f"{device.name} does not open: {why.splitlines()[0] if why else 'no reason given'}"
        )

    def refresh(self) -> None:
        """PortAudio lists devices once, when it starts: start it again."""
        sounddevice = load()
        with _quiet(), contextlib.suppress(sounddevice.PortAudioError):
            sounddevice._terminate()
            sounddevice._initialize()


class _PortAudioStream:
    """A sounddevice stream of one direction, started."""

    def __init__(
        self, kind: Kind, device: int, form: tuple[int, int], block: Callable[[Samples, bool], None]
    ) -> None:
        sounddevice = load()
        self._error = sounddevice.PortAudioError
        # Whoever regains a lost device closes the other one's stream, too, while the session may be using it:
        # PortAudio would get a pointer that is freed.
        self._lock, self._closed = threading.Lock(), False
        self.rate_hz, self.channels = form
        make = sounddevice.InputStream if kind == "input" else sounddevice.OutputStream
        self._stream = make(
            device=device,
            samplerate=self.rate_hz,
            channels=self.channels,
            dtype="int16",
            blocksize=self.rate_hz // 50,
            latency=LATENCY_S,
            callback=lambda data, frames, when, status: block(data, bool(status)),
        )
        try:
            self._stream.start()
            self.latency_s = float(self._stream.latency)
        except self._error:
            self.close()
            raise

    @property
    def active(self) -> bool:
        """False once the device has stopped by itself."""
        with self._lock:
            try:
                return not self._closed and bool(self._stream.active)
            except self._error:
                return False

    def restart(self) -> None:
        """Silence within about 10 ms (abort), then running again."""
        with self._lock:
            if self._closed:
                raise OSError("the stream is closed")
            try:
                self._stream.abort()
                self._stream.start()
            except self._error as error:
                raise OSError(str(error)) from None

    def close(self) -> None:
        """Stop and give back; never raises."""
        with self._lock:
            self._closed = True
            for step in (self._stream.abort, self._stream.close):
                with contextlib.suppress(self._error):
                    step()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep ALSA's own complaints off the user's terminal: what matters is raised as an error."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):
        yield
        return
    nothing: Any = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nothing)
        os.close(kept)
