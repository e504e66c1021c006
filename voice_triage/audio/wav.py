"""WAV files: any in, 16-bit out."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np

from voice_triage.disk import write_bytes
from voice_triage.errors import BadInput
from voice_triage.pcm import Pcm, decode
from voice_triage.thresholds import RATE_HZ


def read_wav(path: str | os.PathLike[str]) -> Pcm:
    """Sound of any rate, depth and channels as 16 kHz mono; BadInput: missing, empty or no sound."""
    import soundfile

    file = Path(path)
    try:
        if file.is_dir():
            raise BadInput(f"{file}: is a folder, not a sound file")
        if file.stat().st_size == 0:
            raise BadInput(f"{file}: is empty")
        return decode(file)
    except FileNotFoundError:
        raise BadInput(f"{file}: no such sound file") from None
    except OSError as error:
        raise BadInput(f"{file}: cannot be read ({error.strerror or error})") from None
    except soundfile.SoundFileError:
        raise BadInput(f"{file}: is not a WAV file that can be read") from None
    except ValueError as error:
        raise BadInput(f"{file}: {error}") from None


def write_wav(path: str | os.PathLike[str], pcm: Pcm) -> None:
    """Write int16 [n] mono or [n, 2] stereo, all or nothing, making its folder. Raises Lacking."""
    samples = np.ascontiguousarray(pcm, dtype="<i2")
    if samples.ndim not in (1, 2):
        raise ValueError(f"sound has shape {samples.shape}, not [n] or [n, channels]")
    data = io.BytesIO()
    with wave.open(data, "wb") as out:
        out.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.tobytes())
    write_bytes(Path(path), data.getvalue())
