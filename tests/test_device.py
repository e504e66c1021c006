"""The live device on fake streams: odd rates, stereo, clocks that disagree, devices that vanish."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from voice_triage.audio.device import LiveDevice
from voice_triage.audio.library_noise import LibraryNoise
from voice_triage.audio.pace import Pace
from voice_triage.audio.portaudio import DeviceInfo, choose
from voice_triage.audio.streams import AHEAD_BLOCKS, HELD_S, Loudspeaker, Microphone
from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm
from voice_triage.thresholds import BLOCK

SILENT = np.zeros(BLOCK, np.int16)


class FakeStream:
    """A device under the test's thumb: ``tick`` is one callback."""

    latency_s = 0.05

    def __init__(self, block: Callable[[Any, bool], None], rate_hz: int, channels: int) -> None:
        self.block, self.rate_hz, self.channels = block, rate_hz, channels
        self.active, self.closed, self.restarts = True, False, 0
        self.tick()

    def tick(self, samples: Pcm | None = None, trouble: bool = False) -> np.ndarray:
        data = np.zeros((self.rate_hz // 50, self.channels), np.int16)
        if samples is not None:
            data[:] = samples[:, None]
        self.block(data, trouble)
        return data

    def restart(self) -> None:
        self.restarts += 1

    def close(self) -> None:
        self.closed, self.active = True, False


class FakeBackend:
    """Opens fake streams, or refuses."""

    def __init__(self, rate_hz: int = 16000, channels: int = 1) -> None:
        self.form = (rate_hz, channels)
        self.opened: dict[str, list[FakeStream]] = {"input": [], "output": []}
        self.refuse: set[str] = set()
        self.refreshed = 0

    def open(self, kind: str, want: object, block: Callable[[Any, bool], None]) -> FakeStream:
        if kind in self.refuse:
            raise Lacking(f"no {kind}", "plug it in")
        # The first callback comes from the device's thread, after open has returned.
        stream = FakeStream.__new__(FakeStream)
        FakeStream.__init__(stream, block, *self.form)
        self.opened[kind].append(stream)
        return stream

    def refresh(self) -> None:
        self.refreshed += 1


def _microphone(rate_hz: int = 16000, channels: int = 1) -> tuple[Microphone, FakeStream]:
    backend = FakeBackend(rate_hz, channels)
    microphone = Microphone(backend)
    microphone.open()
    microphone.read(0.0)  # what came with the first callback
    return microphone, backend.opened["input"][0]


def _loudspeaker(rate_hz: int = 16000, channels: int = 1) -> tuple[Loudspeaker, FakeStream]:
    backend = FakeBackend(rate_hz, channels)
    loudspeaker = Loudspeaker(backend)
    loudspeaker.open()
    return loudspeaker, backend.opened["output"][0]


def _tone(rate_hz: int, seconds: float = 1.0) -> Pcm:
    return (10000 * np.sin(2 * np.pi * 500 * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def _pitch_hz(pcm: Pcm, rate_hz: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm))) * rate_hz / len(pcm))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_microphone_of_any_rate_gives_16_khz_without_seams(rate_hz: int, channels: int) -> None:
    microphone, stream = _microphone(rate_hz, channels)
    heard: list[Pcm] = []
    for part in _tone(rate_hz).reshape(50, -1):
        stream.tick(part)
        while (block := microphone.read(0.0)) is not None:
            heard.append(block)

    pcm = np.concatenate(heard)[1600:]
    assert all(len(block) == BLOCK for block in heard) and len(heard) >= 47
    assert _pitch_hz(pcm, 16000) == pytest.approx(500, abs=3)
    assert np.abs(np.diff(pcm.astype(int))).max() < 2200, "a click between blocks"


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_loudspeaker_of_any_rate_plays_16_khz_without_seams(rate_hz: int, channels: int) -> None:
    loudspeaker, stream = _loudspeaker(rate_hz, channels)
    played = []
    for i, block in enumerate(_tone(16000).reshape(-1, BLOCK)):
        loudspeaker.write(block)
        if i >= 8:  # soxr gives its sound in bursts
            played.append(stream.tick())

    sound = np.concatenate(played)
    assert sound.shape[1] == channels and np.array_equal(sound[:, 0], sound[:, -1])
    assert _pitch_hz(sound[:, 0], rate_hz) == pytest.approx(500, abs=3)
    assert loudspeaker.underruns == 0


def test_an_answer_is_kept_while_the_session_is_busy_but_not_for_ever() -> None:
    microphone, stream = _microphone()
    for _ in range(100):
        stream.tick(np.full(BLOCK, 7, np.int16))
    kept = microphone.waiting_s
    for _ in range(1000):
        stream.tick()

    assert kept == pytest.approx(2.0) and microphone.overruns > 0
    assert microphone.waiting_s <= HELD_S + 0.03


def test_clocks_that_disagree_meet_again_in_the_silences() -> None:
    """A loudspeaker 1 % slow must not fall seconds behind in an hour."""
    loudspeaker, stream = _loudspeaker()
    for i in range(5000):
        loudspeaker.write(np.full(BLOCK, 500, np.int16) if i % 200 < 100 else SILENT)
        if i % 100:
            stream.tick()

    assert loudspeaker._queued <= (AHEAD_BLOCKS + 4) * BLOCK
    assert loudspeaker.overruns == 0


def test_a_fast_loudspeaker_is_fed_ahead_in_the_silences() -> None:
    loudspeaker, stream = _loudspeaker()
    for i in range(3000):
        loudspeaker.write(np.full(BLOCK, 500, np.int16) if i % 200 < 100 else SILENT)
        for _ in range(2 if i % 100 == 0 else 1):
            stream.tick()

    assert loudspeaker.underruns <= 3


def test_a_cut_empties_everything_and_counts_what_was_unheard() -> None:
    loudspeaker, stream = _loudspeaker()
    for _ in range(10):
        loudspeaker.write(np.full(BLOCK, 500, np.int16))

    unheard = loudspeaker.cut()

    assert unheard == 10 * BLOCK + 800 and stream.restarts == 1
    assert not stream.tick().any() and loudspeaker.underruns == 0


def test_running_dry_in_mid_sentence_is_counted_as_trouble() -> None:
    loudspeaker, stream = _loudspeaker()
    loudspeaker.write(np.full(BLOCK, 500, np.int16))
    for trouble in (False, True, False):
        stream.tick(trouble=trouble)

    assert loudspeaker.underruns == 2 and loudspeaker.troubles == 1


def test_the_echos_delay_stands_still_while_the_session_stumbles() -> None:
    """A canceller that has learned a delay of 100 ms is deaf for seconds when it becomes 400 ms."""
    backend = FakeBackend()
    device = _live(backend)
    speech = np.random.default_rng(0).integers(-9000, 9000, (400, BLOCK)).astype(np.int16)
    speech[::50] = 0  # breaths between the sentences
    on_air = [SILENT] * 5  # the way from the device to the microphone: 100 ms
    heard, told = [], []

    def tick() -> None:
        on_air.append(backend.opened["output"][0].tick()[:, 0])
        backend.opened["input"][0].tick(on_air.pop(0))

    for i, block in enumerate(speech):
        for _ in range({100: 15, 103: 0, 220: 25, 221: 0}.get(i, 1)):
            tick()
        if device.microphone.waiting_s >= 0.02:
            heard.append(device.exchange(block))
            told.append(device.reference)
    device.close()

    lags = []
    for start in range(20 * BLOCK, 340 * BLOCK, 20 * BLOCK):
        said = np.concatenate(told)[start : start + 4 * BLOCK].astype(float)
        late = np.concatenate(heard)[start : start + 30 * BLOCK].astype(float)
        if said.any():
            lags.append(int(np.argmax(np.correlate(late, said, "valid"))))
    assert len(lags) > 10 and max(lags) - min(lags) <= 2 * BLOCK, lags
    assert min(lags) > 0, "the echo must not come before what makes it"


def _paced(lost_at: dict[int, float], blocks: int = 600, drift: float = 0.0) -> list[int]:
    """What a pace makes of callbacks 20 ms apart, up to 30 ms late, before some of which sound was lost."""
    late = np.random.default_rng(0).exponential(0.006, blocks).clip(0, 0.03)
    pace, now_s, found = Pace(16000), 100.0, []
    for i in range(blocks):
        now_s += 0.02 * (1 + drift) + lost_at.get(i, 0.0)
        found.append(pace.feed(BLOCK, now_s + late[i]))
    return found


@pytest.mark.parametrize("lost_s", [0.015, 0.04, 0.2])
def test_swallowed_sound_is_noticed_and_measured(lost_s: float) -> None:
    """A microphone that loses 40 ms brings every echo 40 ms early, which no canceller follows."""
    found = _paced({200: lost_s, 400: lost_s})

    assert sum(found[:200]) == 0 and found[224:].count(0) >= len(found[224:]) - 4
    assert sum(found) / 16000 == pytest.approx(2 * lost_s, abs=0.006)


@pytest.mark.parametrize("drift", [0.0, 0.0001, -0.0001])
def test_late_callbacks_and_drifting_clocks_are_no_loss(drift: float) -> None:
    assert sum(_paced({}, blocks=3000, drift=drift)) == 0


# ---- devices that vanish ----


def _live(backend: FakeBackend, own_sound: Callable[[], bool] = lambda: False) -> LiveDevice:
    return LiveDevice(backend=backend, own_sound=own_sound).open()  # type: ignore[arg-type]


def _tick_all(backend: FakeBackend) -> None:
    for kind in backend.opened.values():
        for stream in kind:
            if stream.active:
                stream.tick()


def _until(device: LiveDevice, backend: FakeBackend, what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        _tick_all(backend)
        device.exchange(SILENT)


@pytest.mark.parametrize(("kind", "side"), [("input", "microphone"), ("output", "loudspeaker")])
def test_a_lost_device_is_noticed_and_opened_again(kind: str, side: str) -> None:
    backend = FakeBackend()
    with_device = _live(backend)
    try:
        backend.refuse.add(kind)
        backend.opened[kind][0].active = False
        _until(with_device, backend, lambda: with_device.lost == {side})
        _until(with_device, backend, lambda: with_device.now_s > 1.0)
        assert with_device.lost == {side}
        backend.refuse.clear()
        _until(with_device, backend, lambda: not with_device.lost)
        assert len(backend.opened[kind]) >= 2 and with_device.losses >= 1
    finally:
        with_device.close()


def test_a_device_that_falls_silent_without_a_word_is_lost() -> None:
    backend = FakeBackend()
    device = _live(backend)
    backend.refuse.update(("input", "output"))
    began = time.monotonic()
    while len(device.lost) < 2:
        device.exchange(SILENT)

    assert 0.2 < time.monotonic() - began < 2.0
    device.close()


def test_when_both_stay_lost_portaudio_looks_anew() -> None:
    backend = FakeBackend()
    device = _live(backend)
    backend.refuse.update(("input", "output"))
    for kind in backend.opened.values():
        kind[0].active = False
    _until(device, backend, lambda: backend.refreshed > 0)

    device.close()
    assert all(stream.closed for kind in backend.opened.values() for stream in kind)


def test_a_microphone_moved_to_the_loudspeakers_own_sound_is_lost() -> None:
    backend, moved = FakeBackend(), False
    device = _live(backend, lambda: moved)
    _until(device, backend, lambda: device.now_s > 0.1)
    moved = True
    _until(device, backend, lambda: "microphone" in device.lost)
    moved = False
    _until(device, backend, lambda: not device.lost)

    device.close()


def test_nothing_to_open_is_lacking_and_leaves_nothing_open() -> None:
    backend = FakeBackend()
    backend.refuse.add("output")

    with pytest.raises(Lacking, match="no output"):
        _live(backend)

    assert backend.opened["input"][0].closed


# ---- choosing ----

LISTED = [
    DeviceInfo(0, "HDA Intel: ALC295", 2, 2, 44100),
    DeviceInfo(1, "USB Headset", 1, 2, 48000),
    DeviceInfo(2, "HDMI", 0, 8, 48000),
    DeviceInfo(3, "pulse", 32, 32, 44100),
]


@pytest.mark.parametrize(
    ("kind", "want", "index"),
    [("input", "headset", 1), ("output", "hdmi", 2), ("output", "2", 2), ("input", 0, 0), ("input", None, 3)],
)
def test_devices_are_chosen_by_name_part_or_number(kind: Any, want: Any, index: int) -> None:
    assert choose(LISTED, kind, want, usual=0).index == index


def test_without_a_sound_server_the_usual_device_is_taken() -> None:
    assert choose(LISTED[:2], "input", None, usual=1).index == 1
    assert choose(LISTED[:2], "input", None, usual=-1).index == 0


@pytest.mark.parametrize(("kind", "want"), [("input", "hdmi"), ("input", 2), ("output", "kitchen")])
def test_a_device_that_is_not_there_is_named_with_those_that_are(kind: Any, want: Any) -> None:
    with pytest.raises(BadInput, match="there is no such device; there are 0 'HDA Intel"):
        choose(LISTED, kind, want)


def test_no_device_of_that_kind_at_all_is_lacking() -> None:
    with pytest.raises(Lacking, match="no microphone"):
        choose([LISTED[2]], "input", None)


# ---- what the libraries print ----


def test_library_noise_is_sieved_out_of_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    noise = LibraryNoise()
    noise.hold()
    os.write(2, b"ALSA lib pcm.c:8570:(snd_pcm_recover) underrun occurred\nnews: the microphone ")
    os.write(2, b"is lost\nExpression 'x' failed in 'pa_linux_alsa.c', line: 1\n")
    os.write(2, b"a last word")
    noise.release()
    os.write(2, b"\nALSA lib is whole again\n")
    noise.release()

    told = "news: the microphone is lost\na last word\nALSA lib is whole again\n"
    assert capfd.readouterr().err == told
