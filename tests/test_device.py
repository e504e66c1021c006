"""The live device on fake streams: devices that vanish, an echo that stays where it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from fake_device import SILENT, FakeBackend

from voice_triage.audio.device import LiveDevice
from voice_triage.errors import Lacking
from voice_triage.thresholds import BLOCK


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
