"""Sound files: anything in, 16-bit out, and one line for whatever is wrong."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage.audio.wav import read_wav, write_wav
from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import active_dbfs, rms_dbfs

TONE_HZ = 440.0


def _tone(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate_hz * seconds)) / rate_hz)


def _pitch_hz(pcm: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm))) * 16000 / len(pcm))


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_any_rate_is_taken(tmp_path: Path, rate_hz: int, subtype: str) -> None:
    soundfile.write(tmp_path / "a.wav", _tone(rate_hz), rate_hz, subtype)

    pcm = read_wav(tmp_path / "a.wav")

    assert pcm.dtype == np.int16 and pcm.ndim == 1
    assert abs(len(pcm) - 8000) <= 2
    assert abs(_pitch_hz(pcm) - TONE_HZ) < 3
    assert abs(rms_dbfs(pcm) - -9.03) < 0.3


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW", "IMA_ADPCM"]
)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_depth_and_channel_count_is_taken(tmp_path: Path, subtype: str, channels: int) -> None:
    if subtype == "IMA_ADPCM" and channels > 2:
        pytest.skip("libsndfile writes ADPCM with at most two channels")
    soundfile.write(tmp_path / "a.wav", np.repeat(_tone(16000)[:, None], channels, 1), 16000, subtype)

    pcm = read_wav(tmp_path / "a.wav")

    assert abs(rms_dbfs(pcm) - -9.03) < 0.3
    assert abs(_pitch_hz(pcm) - TONE_HZ) < 3


def test_loud_float_files_are_clipped_not_wrapped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 4 * _tone(16000), 16000, "FLOAT")

    pcm = read_wav(tmp_path / "a.wav")

    assert pcm.max() == 32767 and pcm.min() == -32768
    assert np.all(np.diff(np.sign(pcm[:18].astype(int)))[1:] <= 0) or abs(_pitch_hz(pcm) - TONE_HZ) < 3


def _header_only(path: Path) -> None:
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))


def _nan(path: Path) -> None:
    soundfile.write(path, np.full(100, np.nan), 16000, "FLOAT")


def _cut_header(path: Path) -> None:
    write_wav(path, np.ones(100, np.int16))
    path.write_bytes(path.read_bytes()[:30])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no such sound file"),
        (lambda path: path.touch(), "is empty"),
        (_header_only, "has no samples"),
        (lambda path: path.write_text("scenario: not sound\n"), "is not a WAV"),
        (lambda path: path.write_bytes(os.urandom(4096)), "is not a WAV"),
        (_cut_header, "is not a WAV"),
        (_nan, "not numbers"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
def test_bad_files_are_named_in_one_line(tmp_path: Path, make: object, says: str) -> None:
    path = tmp_path / "clip.wav"
    make(path)  # type: ignore[operator]

    with pytest.raises(BadInput, match=says) as told:
        read_wav(path)

    assert str(path) in str(told.value) and "\n" not in str(told.value)


@settings(max_examples=40, deadline=None)
@given(junk=st.binary(max_size=300), head=st.booleans())
def test_no_file_content_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, head: bool
) -> None:
    path = tmp_path_factory.mktemp("junk") / "a.wav"
    path.write_bytes((b"RIFF\x24\x00\x00\x00WAVEfmt " if head else b"") + junk)

    try:
        pcm = read_wav(path)
    except BadInput:
        return
    assert pcm.dtype == np.int16 and pcm.ndim == 1


@pytest.mark.parametrize("shape", [(1600,), (1600, 2)])
def test_what_is_written_is_read_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pcm = np.random.default_rng(0).integers(-32768, 32767, shape).astype(np.int16)

    write_wav(tmp_path / "a.wav", pcm)

    back, rate_hz = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert rate_hz == 16000 and np.array_equal(back, pcm)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_refused_write_is_one_line_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "wall").write_text("a file, not a folder")
    with pytest.raises(Lacking, match="cannot write .*wall"):
        write_wav(tmp_path / "wall" / "a.wav", np.zeros(10, np.int16))
    (tmp_path / "taken").mkdir()
    with pytest.raises(Lacking, match="cannot write .*taken"):
        write_wav(tmp_path / "taken", np.zeros(10, np.int16))
    assert list((tmp_path / "taken").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"wall", "taken"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(Lacking, match="cannot write /dev/full: No space left"):
        write_wav("/dev/full", np.zeros(10, np.int16))


def test_active_level_ignores_the_pauses() -> None:
    tone = (_tone(16000) * 3276).astype(np.int16)
    with_pause = np.concatenate((np.zeros(16000, np.int16), tone, np.zeros(32000, np.int16)))

    assert abs(active_dbfs(with_pause) - active_dbfs(tone)) < 0.2
    assert active_dbfs(np.zeros(0, np.int16)) == -120
