"""The live devices, on a private PulseAudio: real time, real streams, no hardware."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pulse import PulseServer, in_real_time, pulse_server, recorded

from voice_triage.audio.device import LiveDevice
from voice_triage.audio.echo import EchoCanceller
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.audio.portaudio import devices
from voice_triage.audio.pulse import hears_own_loudspeaker
from voice_triage.audio.voice_activity import VoiceActivity
from voice_triage.audio.wav import write_wav
from voice_triage.errors import Lacking
from voice_triage.pcm import Pcm, active_dbfs, at_level, rms_dbfs
from voice_triage.speech.callers import open_caller
from voice_triage.thresholds import BLOCK

pytestmark = pytest.mark.device

SILENT = np.zeros(BLOCK, np.int16)


@pytest.fixture
def server() -> Iterator[PulseServer]:
    with pulse_server() as running:
        yield running


def _tone(blocks: int, pitch_hz: float = 1000.0) -> np.ndarray:
    """int16[blocks, 320] at -9 dBFS."""
    wave = np.sin(2 * np.pi * pitch_hz * np.arange(blocks * BLOCK) / 16000)
    return (wave * 11600).astype(np.int16).reshape(-1, BLOCK)


def _exchange(device: LiveDevice, far: np.ndarray) -> Pcm:
    return np.concatenate([device.exchange(block) for block in far])


def _until(device: LiveDevice, what: Callable[[], bool], seconds: float = 15.0) -> float:
    """Go on with silence until it is so; the seconds it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not so after {seconds} s: {device.lost}"
        device.exchange(SILENT)
    return time.monotonic() - began


def _likeness(heard: Pcm, said: Pcm) -> float:
    """Highest normalised correlation of what was said with any part of what was heard."""
    n = len(heard) + len(said)
    cross = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(said, n)), n)
    window = np.sqrt(np.convolve(heard.astype(float) ** 2, np.ones(1), "same").sum())
    return float(cross.max() / (window * np.sqrt((said.astype(float) ** 2).sum())))


@in_real_time
def test_the_caller_is_heard_and_the_assistant_is_played(server: PulseServer, tmp_path: Path) -> None:
    caller = at_level(open_caller().render("he can't breathe"), -20.0)
    prompt = at_level(
        open_caller("flite", "rms").render("where are the spots, and how many are there"), -20.0
    )
    write_wav(tmp_path / "caller.wav", caller)
    far = np.concatenate((prompt, np.zeros(-len(prompt) % BLOCK + 25 * BLOCK, np.int16))).reshape(-1, BLOCK)

    with LiveDevice() as device, server.recording(tmp_path / "played.wav") as played:
        speaking = server.say(tmp_path / "caller.wav")
        heard = _exchange(device, far)
        speaking.wait()

    assert active_dbfs(heard) == pytest.approx(-20.0, abs=1.5) and _likeness(heard, caller) > 0.45
    assert active_dbfs(recorded(played)) == pytest.approx(-20.0, abs=1.5)
    # A gap of a starved stream moves half of the words: half of the likeness is proof enough.
    assert _likeness(recorded(played), prompt) > 0.45
    assert device.losses == 0


@in_real_time
def test_the_clock_is_the_microphones(server: PulseServer) -> None:
    with LiveDevice() as device:
        _exchange(device, np.zeros((25, BLOCK), np.int16))
        began, at = time.monotonic(), device.now_s
        _exchange(device, np.zeros((100, BLOCK), np.int16))

        assert device.now_s - at == pytest.approx(2.0)
        assert time.monotonic() - began == pytest.approx(2.0, abs=0.3)


class _Ear:
    """Notes when the loudspeaker was last loud, and how high."""

    loud_at = 0.0
    pitch_hz = 0.0

    def hear(self, pcm: Pcm) -> None:
        if rms_dbfs(pcm) > -30:
            self.loud_at = time.monotonic()
            self.pitch_hz = float(np.argmax(np.abs(np.fft.rfft(pcm))) * 16000 / len(pcm))


@in_real_time
def test_a_cut_silences_at_once_and_what_follows_is_heard_soon(server: PulseServer) -> None:
    silent_ms, heard_ms = [], []
    with LiveDevice() as device:
        ear = _Ear()
        listening = server.ear(ear.hear)
        for _ in range(5):
            _exchange(device, _tone(30))
            for block in _tone(10):  # the session is ahead: sound is waiting in every buffer
                device.loudspeaker.write(block)
            began = time.monotonic()
            device.cut()
            _exchange(device, np.zeros((15, BLOCK), np.int16))
            silent_ms.append((ear.loud_at - began) * 1000)
            began = time.monotonic()
            for block in _tone(15, 3000.0):
                device.exchange(block)
                if ear.loud_at > began and ear.pitch_hz > 2000:
                    heard_ms.append((ear.loud_at - began) * 1000)
                    break
            _exchange(device, np.zeros((15, BLOCK), np.int16))
        listening.stop()

    print(f"silent after {np.round(silent_ms)} ms, next sound after {np.round(heard_ms)} ms")
    assert np.median(silent_ms) < 60 and max(silent_ms) < 200
    assert len(heard_ms) == 5 and np.median(heard_ms) < 250


def test_an_unplugged_loudspeaker_is_noticed_and_comes_back(server: PulseServer, tmp_path: Path) -> None:
    server.without_spare_loudspeaker()
    with LiveDevice() as device:
        _exchange(device, _tone(10))
        server.unload("speaker")
        _until(device, lambda: "loudspeaker" in device.lost)
        assert "microphone" not in device.lost
        server.load("speaker")
        _until(device, lambda: not device.lost)
        with server.recording(tmp_path / "played.wav") as played:
            _exchange(device, _tone(40))

    assert active_dbfs(recorded(played)) > -15


def test_a_loudspeaker_swapped_for_another_plays_on(server: PulseServer, tmp_path: Path) -> None:
    server.pactl("load-module", "module-null-sink", "sink_name=headset", "rate=48000", "norewinds=1")
    server.without_spare_loudspeaker()
    with LiveDevice() as device:
        _exchange(device, _tone(10))
        server.unload("speaker")
        _until(device, lambda: not device.lost and device.now_s > 1.5)
        with server.recording(tmp_path / "played.wav", "headset.monitor") as played:
            _exchange(device, _tone(40))

    assert active_dbfs(recorded(played)) > -15


def test_a_microphone_is_never_replaced_by_the_loudspeakers_own_sound(server: PulseServer) -> None:
    """PulseAudio moves the stream to speaker.monitor: the assistant would answer itself."""
    with LiveDevice() as device:
        _exchange(device, np.zeros((50, BLOCK), np.int16))
        server.unload("mic")
        server.unload("micfeed")
        _until(device, lambda: "microphone" in device.lost)
        own = _exchange(device, _tone(100))
        server.pactl(
            "load-module", "module-null-sink", "sink_name=micfeed", "rate=48000", "channels=1", "norewinds=1"
        )
        server.load_microphone()
        server.pactl("set-default-sink", "speaker")
        _until(device, lambda: not device.lost)
        assert not hears_own_loudspeaker()

    assert not own.any(), "own voice taken for the caller's"


def test_a_dead_sound_server_is_survived(server: PulseServer) -> None:
    with LiveDevice() as device:
        _exchange(device, _tone(10))
        server.stop()
        _until(device, lambda: len(device.lost) == 2)
        began, at = time.monotonic(), device.now_s
        _exchange(device, np.zeros((25, BLOCK), np.int16))
        pace = (device.now_s - at) / (time.monotonic() - began)
        server.start()
        _until(device, lambda: not device.lost)
        assert _exchange(device, _tone(10)).shape == (10 * BLOCK,)

    assert 0.7 < pace < 1.7, "time must go on while the devices are lost, and make up for the watchdog"


def test_a_suspended_microphone_is_noticed(server: PulseServer) -> None:
    with LiveDevice() as device:
        _exchange(device, _tone(10))
        server.pactl("suspend-source", "mic", "1")
        server.pactl("suspend-sink", "micfeed", "1")
        _until(device, lambda: "microphone" in device.lost)
        server.pactl("suspend-sink", "micfeed", "0")
        server.pactl("suspend-source", "mic", "0")
        _until(device, lambda: not device.lost)


def test_devices_are_chosen_by_name_or_number(server: PulseServer) -> None:
    number = next(each.index for each in devices() if each.name == "pulse")

    with LiveDevice("PULSE", number) as device:
        assert device.exchange(SILENT).shape == (BLOCK,)
    with pytest.raises(Lacking, match="'kitchen': there is no such device; there are .*'pulse'"):
        LiveDevice("kitchen").open()


WITHOUT_SOUND = """
from voice_triage.audio.device import LiveDevice
from voice_triage.errors import Lacking
try:
    LiveDevice().open()
except Lacking as error:
    print(error)
    raise SystemExit(error.exit_status)
"""


def _without_sound(code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PULSE_SERVER": f"unix:{tmp_path}/none", "XDG_RUNTIME_DIR": str(tmp_path)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


def test_no_microphone_is_one_line_with_the_cure(tmp_path: Path) -> None:
    done = _without_sound(WITHOUT_SOUND, tmp_path)

    assert done.returncode == 3, done
    assert (
        done.stdout.startswith("no microphone") and "Plug in" in done.stdout and done.stdout.count("\n") == 1
    )
    assert done.stderr == ""


def test_no_portaudio_is_one_line_with_the_cure(tmp_path: Path) -> None:
    block = "import ctypes.util, sys\nctypes.util.find_library = lambda name: None\n"

    done = _without_sound(block + WITHOUT_SOUND, tmp_path)

    assert done.returncode == 3, done
    assert "sudo apt-get install libportaudio2" in done.stdout


def test_a_server_with_only_a_loudspeaker_has_no_microphone(server: PulseServer, tmp_path: Path) -> None:
    server.unload("mic")
    server.unload("micfeed")
    done = subprocess.run([sys.executable, "-c", WITHOUT_SOUND], capture_output=True, text=True)

    assert done.returncode == 3 and "only the loudspeaker's own sound" in done.stdout, done


@in_real_time
def test_own_voice_looped_back_into_the_microphone_opens_nothing(server: PulseServer) -> None:
    """The loudspeaker stands beside the microphone: without the canceller the assistant answers itself."""
    server.pactl(
        "load-module", "module-loopback", "source=speaker.monitor", "sink=micfeed", "latency_msec=60"
    )
    prompts = ("is there any trouble breathing", "is the neck stiff", "are the spots all over the body")
    player, endpointer = Player(), Endpointer(VoiceActivity().warm_up())
    heard, cleaned, events = [], [], []
    with LiveDevice() as device:
        canceller = EchoCanceller(lambda: device.reference)
        for prompt in prompts:
            player.say(at_level(open_caller("flite", "rms").render(prompt), -20.0), prompt, pause_s=0.5)
        while player.playing:
            playing, far = player.playing, player.next_block()
            mic = device.exchange(far)
            heard.append(mic)
            cleaned.append(canceller.process(mic, far))
            events.append(endpointer.feed(cleaned[-1], playing).event)
            if len(heard) in (60, 150, 240):
                time.sleep(0.3)  # a slow recogniser: the echo's delay must not move for it

    echo_db = rms_dbfs(np.concatenate(heard))
    print(f"echo at {echo_db:.0f} dBFS, {rms_dbfs(np.concatenate(cleaned)):.0f} dBFS after the canceller")
    assert echo_db > -35, "the loop back does not work: the test would prove nothing"
    assert "opened" not in events and device.losses == 0
    assert rms_dbfs(np.concatenate(cleaned)) < -45
