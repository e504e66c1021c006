"""``voice-triage install-service``: a systemd user unit that stands by, and a desktop entry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice_triage import disk
from voice_triage.errors import BadInput, Lacking, typed

UNIT = "voice-triage.service"
ENTRY = "voice-triage.desktop"

Run = Callable[[Sequence[str]], str]
"""Runs a program and returns what it printed; "" when it is not there."""


def run_quietly(command: Sequence[str]) -> str:
    """Run ``command`` for at most 20 seconds and return its output; "" if it is missing or hangs."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL,
            errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Machine:
    """What the installation depends on; the defaults are this machine's."""

    program: tuple[str, ...] = field(default_factory=lambda: own_command())
    """How to start voice-triage, with absolute paths."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    platform: str = sys.platform
    run: Run = run_quietly

    def _folder(self, variable: str, default: str) -> Path:
        """An XDG folder; the standard has relative values ignored."""
        given = Path(self.environ.get(variable, ""))
        return given if given.is_absolute() else Path(self.environ.get("HOME") or Path.home()) / default

    @property
    def unit(self) -> Path:
        """The systemd user unit."""
        return self._folder("XDG_CONFIG_HOME", ".config") / "systemd" / "user" / UNIT

    @property
    def entry(self) -> Path:
        """The desktop entry."""
        return self._folder("XDG_DATA_HOME", ".local/share") / "applications" / ENTRY


def own_command() -> tuple[str, ...]:
    """Return the command that starts this installation, with absolute paths."""
    script = Path(sys.executable).parent / "voice-triage"
    return (str(script),) if script.exists() else (sys.executable, "-m", "voice_triage")


def command(remove: bool, out: Callable[[str], None], machine: Machine | None = None) -> int:
    """Install the unit and the entry, or remove them; says what it did. Raises Lacking, BadInput."""
    machine = machine or Machine()
    if not machine.platform.startswith("linux"):
        raise Lacking(
            "install-service writes a systemd unit and a desktop entry, which this system does not use",
            f"Start '{typed('talk --standby')}' at log-in yourself: on macOS with a Login Item, "
            "on Windows with a shortcut in the Startup folder",
        )
    return _remove(machine, out) if remove else _install(machine, out)


def _install(machine: Machine, out: Callable[[str], None]) -> int:
    """Write both files, check them with the system's own tools, and say how to start."""
    texts = {machine.unit: unit_text(machine.program), machine.entry: entry_text(machine.program)}
    for path, text in texts.items():
        out(_write(path, text))
    for line in _complaints(machine):
        out(f"note: {line}")
    machine.run(("systemctl", "--user", "daemon-reload"))
    out(f"start it now and at every log-in:  systemctl --user enable --now {UNIT}")
    out(f"see whether it runs:               systemctl --user status {UNIT}")
    out(f"remove it again:                   {typed('install-service --remove')}")
    return 0


def _write(path: Path, text: str) -> str:
    """Write ``text`` unless it is there already; say which."""
    with disk.disk_errors(path, reading=True):
        if path.is_file() and path.read_bytes() == text.encode():
            return f"already there: {path}"
    disk.write_text(path, text)
    return f"written: {path}"


def _complaints(machine: Machine) -> list[str]:
    """What the validators of systemd and of the desktop say of our files, where they are installed."""
    said = machine.run(("systemd-analyze", "--user", "verify", str(machine.unit)))
    said += machine.run(("desktop-file-validate", str(machine.entry)))
    # systemd-analyze also complains of other units and of a missing session: not our business here.
    return [" ".join(line.split()) for line in said.splitlines() if UNIT in line or ENTRY in line]


def _remove(machine: Machine, out: Callable[[str], None]) -> int:
    """Stop the service and take away whatever is there of it."""
    machine.run(("systemctl", "--user", "disable", "--now", UNIT))
    wanted = machine.unit.parent / "default.target.wants" / UNIT
    for path in (machine.unit, machine.entry, wanted):
        if not (path.is_symlink() or path.exists()):
            if path != wanted:
                out(f"not there: {path}")
            continue
        with disk.disk_errors(path):
            path.unlink()
        out(f"removed: {path}")
    machine.run(("systemctl", "--user", "daemon-reload"))
    return 0


# ---- the two files ----


def unit_text(program: Sequence[str]) -> str:
    """The systemd user unit. Raises BadInput for a path it cannot hold."""
    words = " ".join(_unit_word(word, first=number == 0) for number, word in enumerate(program))
    return f"""\
[Unit]
Description=Voice Triage, waiting to be spoken to
After=sound.target pipewire-pulse.socket pulseaudio.socket
Wants=sound.target
# A microphone that is plugged in late is waited for.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={words} talk --standby
Restart=on-failure
RestartSec=10
# 2 means wrong settings, which do not mend themselves.
RestartPreventExitStatus=2
# Stopped by systemd.
SuccessExitStatus=143
# What is said is nobody's business: no captions, nothing of them in the journal, no network.
Environment=VOICE_TRIAGE_CAPTIONS=off
StandardOutput=null
RestrictAddressFamilies=AF_UNIX
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def entry_text(program: Sequence[str]) -> str:
    """The desktop entry. Raises BadInput for a path it cannot hold."""
    words = " ".join(_entry_word(word) for word in program)
    return f"""\
[Desktop Entry]
Type=Application
Version=1.0
Name=Voice Triage
GenericName=Spoken triage of skin rashes
Comment=Says how soon to get help for tiny red dots on the skin; hands-free, works offline
Exec={words} talk
Icon=audio-input-microphone
Terminal=true
Categories=Science;MedicalSoftware;
Keywords=triage;rash;skin;red dots;emergency;first aid;voice;
StartupNotify=false
"""


def _printable(word: str) -> str:
    """Return ``word``; a line break in it would begin a line of its own in the file. Raises BadInput."""
    if not word.isprintable():
        raise BadInput(f"install-service: the path {word!r} has characters that cannot stand in a unit file")
    return word


def _unit_word(word: str, *, first: bool) -> str:
    """One word of ExecStart, quoted after systemd.syntax(7); variables are not replaced in the first."""
    escaped = _printable(word).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if first else '"' + escaped.replace("$", "$$") + '"'


def _entry_word(word: str) -> str:
    """One word of Exec: quoted for the shell-like line, then escaped once more as a desktop-entry string."""
    quoted = "".join("\\" + letter if letter in '"`$\\' else letter for letter in _printable(word))
    return '"' + quoted.replace("\\", "\\\\").replace("%", "%%") + '"'
