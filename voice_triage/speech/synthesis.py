"""Speech synthesisers run as commands: text goes in by pipe or file, never through a shell."""

from __future__ import annotations

import functools
import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm, decode

TIMEOUT_S = 90.0
"""A busy machine has kept festival, of the callers, for more than 30 s over one sentence."""
LIVE_TIMEOUT_S = 10.0
"""The assistant hears nothing while its own line is made."""
VOICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+/.-]*")


def program(name: str) -> str:
    """Path of a synthesiser; Lacking with the command that installs it."""
    package = "festival" if name == "text2wave" else name
    path = shutil.which(name)
    if path is None:
        raise Lacking(f"{package} is not installed", f"Install it with: sudo apt-get install {package}")
    return path


def flite(text: str, voice: str) -> Pcm:
    """Speech by flite; BadInput for a voice it does not have (it would quietly take another)."""
    program("flite")
    known = flite_voices()
    if voice not in known:
        raise BadInput(f"voice {voice!r}: flite has {', '.join(known)}")
    return _rendered(text, lambda words, sound: [program("flite"), "-voice", voice, "-f", words, "-o", sound])


def espeak_ng(text: str, voice: str, rate_wpm: int, timeout_s: float = TIMEOUT_S) -> Pcm:
    """Speech by espeak-ng; BadInput for a voice or variant it does not have."""
    program("espeak-ng")
    _check_espeak_ng(voice)
    # The assistant speaks by it, too: what repeats the caller touches no disk.
    command = [program("espeak-ng"), "-v", voice, "-s", str(rate_wpm), "--stdin", "--stdout"]
    return _decoded(io.BytesIO(_run(command, _line(text), timeout_s)), "espeak-ng")


def festival(text: str, voice: str) -> Pcm:
    """Speech by festival; BadInput for a voice it does not have."""
    program("text2wave")
    known = festival_voices()
    if voice not in known:
        raise BadInput(f"voice {voice!r}: festival has {', '.join(known) or 'no voices'}")
    choose = f"(voice_{voice})"
    return _rendered(text, lambda words, sound: [program("text2wave"), "-eval", choose, "-o", sound, words])


@functools.lru_cache
def flite_voices() -> tuple[str, ...]:
    """Names flite knows."""
    told = _told([program("flite"), "-lv"])
    return tuple(sorted(set(told.partition(":")[2].split())))


@functools.lru_cache
def espeak_ng_version() -> str:
    """What espeak-ng says it is; empty when it is not there (rendering then says so)."""
    try:
        return " ".join(_told([program("espeak-ng"), "--version"]).split()[:4])
    except Lacking:
        return ""


@functools.lru_cache
def festival_voices() -> tuple[str, ...]:
    """Voices in festival's folders."""
    roots = (Path("/usr/share/festival/voices"), Path("/usr/local/share/festival/voices"))
    return tuple(sorted({folder.name for root in roots for folder in root.glob("*/*") if folder.is_dir()}))


@functools.lru_cache
def _check_espeak_ng(voice: str) -> None:
    base, _, variant = voice.partition("+")
    if not VOICE_NAME.fullmatch(voice):
        raise BadInput(f"voice {voice!r}: is no espeak-ng voice name, such as en-us or en-us+f3")
    table = _told([program("espeak-ng"), "--voices"]) + _told([program("espeak-ng"), "--voices=mb"])
    names = {
        word for line in table.splitlines()[1:] for word in (*line.split()[1:5], line.split()[-1]) if word
    }
    if base.lower() not in {name.lower() for name in names} | {
        name.rsplit("/", 1)[-1].lower() for name in names
    }:
        raise BadInput(f"voice {voice!r}: espeak-ng has no voice {base!r} (see: espeak-ng --voices=en)")
    # espeak-ng takes an unknown variant without a word.
    variants = re.findall(r"!v/(\S+)", _told([program("espeak-ng"), "--voices=variant"]))
    if variant and variant not in variants:
        raise BadInput(
            f"voice {voice!r}: espeak-ng has no variant {variant!r}; it has {', '.join(sorted(variants))}"
        )


def _told(command: list[str]) -> str:
    return _run(command).decode("utf-8", "replace")


def _run(command: list[str], given: bytes = b"", timeout_s: float = TIMEOUT_S) -> bytes:
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=True, input=given)
    except (OSError, subprocess.SubprocessError) as error:
        raise Lacking(f"{Path(command[0]).name} does not run ({_reason(error)})", "Reinstall it") from None
    return done.stdout


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer in {error.timeout:g} s"
    # No word of what it wrote itself: it might repeat the line that it was given.
    if isinstance(error, subprocess.CalledProcessError):
        return f"status {error.returncode}"
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else type(error).__name__


def _rendered(text: str, command: Callable[[str, str], list[str]]) -> Pcm:
    """Run a synthesiser from a text file to a sound file; Lacking when there is no sound in the end."""
    with tempfile.TemporaryDirectory(prefix="voice-triage-") as folder:
        words, sound = Path(folder, "words.txt"), Path(folder, "sound.wav")
        words.write_bytes(_line(text))
        arguments = command(str(words), str(sound))
        _run(arguments)
        return _decoded(sound, Path(arguments[0]).name)


def _line(text: str) -> bytes:
    return (" ".join(text.split()) + "\n").encode()


def _decoded(sound: Path | BinaryIO, engine: str) -> Pcm:
    try:
        return decode(sound)
    except Exception as error:  # soundfile raises several kinds for half a file
        raise Lacking(f"{engine} gave no sound ({type(error).__name__})", "Reinstall it") from None
