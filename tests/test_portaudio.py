"""Which device is taken, and what the libraries print on the way."""

from __future__ import annotations

import os
from typing import Any

import pytest

from voice_triage.audio.library_noise import LibraryNoise
from voice_triage.audio.portaudio import DeviceInfo, choose
from voice_triage.errors import Lacking

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
    with pytest.raises(Lacking, match="there is no such device; there are 0 'HDA Intel"):
        choose(LISTED, kind, want)


def test_no_device_of_that_kind_at_all_is_lacking() -> None:
    with pytest.raises(Lacking, match="no microphone"):
        choose([LISTED[2]], "input", None)


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
