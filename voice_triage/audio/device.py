"""The live sound device: a microphone and a loudspeaker that may vanish in mid-sentence and come back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

import numpy as np

from voice_triage.audio import pulse
from voice_triage.audio.library_noise import LibraryNoise
from voice_triage.audio.portaudio import Backend, NoDevice, PortAudio, Want, missing
from voice_triage.audio.streams import Loudspeaker, Microphone
from voice_triage.errors import TriageError
from voice_triage.pcm import Pcm
from voice_triage.thresholds import BLOCK, RATE_HZ

_log = logging.getLogger(__name__)

Side = Literal["microphone", "loudspeaker"]

BLOCK_S = BLOCK / RATE_HZ
BACK_OFF_S = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Pauses between attempts to open a lost device; the last one repeats."""

REFRESH_AT = (4, 8, 16)
"""Attempts at which PortAudio looks for devices anew, then every 16th: it breaks off the other stream too."""

WATCH_S = 1.0
"""How often the sound server is asked what the microphone is connected to."""


class LiveDevice:
    """Real sound, block by block. While the microphone is lost it gives silence: the session goes on."""

    name = "live"

    def __init__(
        self,
        microphone: Want = None,
        loudspeaker: Want = None,
        *,
        backend: Backend | None = None,
        own_sound: Callable[[], bool] = pulse.hears_own_loudspeaker,
    ) -> None:
        self._backend = backend or PortAudio()
        self.microphone = Microphone(self._backend, microphone)
        self.loudspeaker = Loudspeaker(self._backend, loudspeaker)
        self._own_sound = own_sound
        self._blocks = 0
        self._lost: set[Side] = set()
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None
        self._watcher: threading.Thread | None = None
        self._monitored = False
        self._due = 0.0
        self._noise = LibraryNoise()
        self.reference: Pcm = np.zeros(BLOCK, np.int16)
        """What the loudspeaker was really playing when the block last given out was recorded."""
        self.losses = 0
        """Times a device was lost, and the session went on."""

    @property
    def now_s(self) -> float:
        """Seconds of microphone sound given out, silence in place of a lost microphone included."""
        return self._blocks * BLOCK_S

    @property
    def lost(self) -> frozenset[Side]:
        """The devices that are missing just now: the session says so on the other one, or beeps."""
        return frozenset(self._lost)

    def open(self) -> LiveDevice:
        """Start both; Lacking when one is missing, also one of a certain name."""
        if self.microphone.want is None and isinstance(self._backend, PortAudio):
            if pulse.usual_microphone_is_a_monitor():
                raise NoDevice("input", "the sound server offers only the loudspeaker's own sound")
        try:
            self._noise.hold()
            self._open_both()
        except BaseException:
            self.close()
            raise
        self._watcher = threading.Thread(target=self._watch, name="sound-watch", daemon=True)
        self._watcher.start()
        return self

    def exchange(self, far: Pcm) -> Pcm:
        """Play int16[320], wait for the next int16[320] of the microphone; silence while that is lost."""
        self._check()
        if "loudspeaker" not in self._lost:
            self.loudspeaker.write(far)
        block = None
        if "microphone" not in self._lost:
            block = self._heard()
        self.reference = self.loudspeaker.reference(self.microphone.waiting_s)
        if block is None:
            block = self._silence_in_real_time()
        else:
            self._due = time.monotonic()
        self._blocks += 1
        return block

    def cut(self) -> int:
        """Silence at once; the count of samples handed over to ``exchange`` and never heard."""
        return 0 if "loudspeaker" in self._lost else self.loudspeaker.cut()

    def close(self) -> None:
        """Give both devices back."""
        self._closing.set()
        for thread in (self._keeper, self._watcher):
            if thread is not None and thread is not threading.current_thread():
                thread.join(timeout=5)
        self.microphone.close()
        self.loudspeaker.close()
        self._noise.release()

    def __enter__(self) -> LiveDevice:
        return self.open()

    def __exit__(self, *error: object) -> None:
        self.close()

    def _open_both(self) -> None:
        for kind, direction in (("input", self.microphone), ("output", self.loudspeaker)):
            try:
                direction.open()
            except OSError as error:
                raise missing("input" if kind == "input" else "output", str(error)) from None

    def _heard(self) -> Pcm | None:
        """The next block; None once the microphone has stopped giving any."""
        while "microphone" not in self._lost:
            block = self.microphone.read(0.1)
            if block is not None:
                return block
            self._check()
        return None

    def _silence_in_real_time(self) -> Pcm:
        """A block of nothing, one every 20 ms by the clock."""
        now = time.monotonic()
        self._due = max(self._due + BLOCK_S, now - 1.0)
        if self._due > now:
            time.sleep(self._due - now)
        return np.zeros(BLOCK, np.int16)

    def _check(self) -> None:
        """Note what is lost, and set about getting it back."""
        if "microphone" not in self._lost and (self._monitored or not self.microphone.alive):
            self._lose("microphone")
        if "loudspeaker" not in self._lost and not self.loudspeaker.alive:
            self._lose("loudspeaker")
        if (
            self._lost
            and (self._keeper is None or not self._keeper.is_alive())
            and not self._closing.is_set()
        ):
            self._keeper = threading.Thread(target=self._regain, name="sound-regain", daemon=True)
            self._keeper.start()

    def _lose(self, side: Side) -> None:
        self._lost.add(side)
        self.losses += 1
        _log.warning("the %s is lost", side)

    def _regain(self) -> None:
        """Try again, with growing pauses, until nothing is lost (in a thread: opening may take seconds)."""
        attempt = 0
        while self._lost and not self._closing.wait(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)]):
            attempt += 1
            if attempt in REFRESH_AT or attempt % REFRESH_AT[-1] == 0:
                self._start_anew()
            for side in tuple(self._lost):
                if self._reopened(side):
                    self._lost.discard(side)
                    _log.warning("the %s is back", side)

    def _start_anew(self) -> None:
        self._lost |= {"microphone", "loudspeaker"}
        self.microphone.close()
        self.loudspeaker.close()
        self._backend.refresh()

    def _reopened(self, side: Side) -> bool:
        direction = self.microphone if side == "microphone" else self.loudspeaker
        try:
            direction.open()
        except (TriageError, OSError):
            return False
        if side == "microphone":
            self._monitored = self._own_sound()
            if self._monitored:
                direction.close()
                return False
        return True

    def _watch(self) -> None:
        """Notice when the sound server has moved the microphone to the loudspeaker's own sound."""
        while not self._closing.wait(WATCH_S):
            if "microphone" not in self._lost and self._own_sound():
                self._monitored = True
