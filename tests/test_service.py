"""install-service: both files, their quoting, doing it twice, taking it away."""

from __future__ import annotations

import configparser
import errno
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_triage import service
from voice_triage.errors import BadInput, Lacking

PROGRAM = ("/opt/voice triage/bin/voice-triage",)


class Ran:
    """Stands for the programs of the system; remembers what was run."""

    def __init__(self, says: str = "") -> None:
        self.commands: list[Sequence[str]] = []
        self._says = says

    def __call__(self, command: Sequence[str]) -> str:
        self.commands.append(command)
        return self._says if "verify" in command else ""


@pytest.fixture
def machine(tmp_path: Path) -> service.Machine:
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "relative/is/ignored"}
    return service.Machine(PROGRAM, environ, "linux", Ran())


def parsed(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_both_files_are_written_where_the_system_looks(machine: service.Machine, tmp_path: Path):
    lines: list[str] = []

    assert service.command(False, lines.append, machine) == 0

    unit = tmp_path / ".config/systemd/user/voice-triage.service"
    entry = tmp_path / ".local/share/applications/voice-triage.desktop"
    assert lines[:2] == [f"written: {unit}", f"written: {entry}"]
    assert any("systemctl --user enable --now voice-triage.service" in line for line in lines)
    rows = parsed(unit.read_text(encoding="utf-8"))
    assert rows["Service"]["ExecStart"] == '"/opt/voice triage/bin/voice-triage" talk --standby'
    assert rows["Service"]["Restart"] == "on-failure"
    assert "sound.target" in rows["Unit"]["After"]
    shown = parsed(entry.read_text(encoding="utf-8"))["Desktop Entry"]
    assert shown["Exec"] == '"/opt/voice triage/bin/voice-triage" talk'
    assert shown["Terminal"] == "true"
    assert shown["Categories"].endswith(";") and shown["Keywords"].endswith(";")


def test_what_callers_say_does_not_reach_the_journal(machine: service.Machine):
    rows = parsed(service.unit_text(PROGRAM))["Service"]

    assert rows["StandardOutput"] == "null"
    assert rows["Environment"] == "VOICE_TRIAGE_CAPTIONS=off"


def test_xdg_folders_are_respected(machine: service.Machine, tmp_path: Path):
    moved = replace(
        machine, environ={"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    )

    service.command(False, lambda line: None, moved)

    assert (tmp_path / "c/systemd/user/voice-triage.service").exists()
    assert (tmp_path / "d/applications/voice-triage.desktop").exists()


def test_doing_it_twice_changes_nothing(machine: service.Machine):
    service.command(False, lambda line: None, machine)
    before = machine.unit.stat().st_mtime_ns
    lines: list[str] = []

    service.command(False, lines.append, machine)

    assert lines[:2] == [f"already there: {machine.unit}", f"already there: {machine.entry}"]
    assert machine.unit.stat().st_mtime_ns == before


def test_a_file_that_cannot_be_read_is_told_as_that(
    machine: service.Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    service.command(False, lambda line: None, machine)
    monkeypatch.setattr(Path, "read_bytes", denied)

    with pytest.raises(Lacking, match=r"cannot read .*service: Permission denied. Make it readable for you"):
        service.command(False, lambda line: None, machine)


def test_removing_takes_all_of_it_and_can_be_repeated(machine: service.Machine):
    service.command(False, lambda line: None, machine)
    wanted = machine.unit.parent / "default.target.wants" / service.UNIT
    wanted.parent.mkdir()
    wanted.symlink_to(machine.unit)
    first: list[str] = []
    second: list[str] = []

    service.command(True, first.append, machine)
    service.command(True, second.append, machine)

    assert first == [f"removed: {path}" for path in (machine.unit, machine.entry, wanted)]
    assert second == [f"not there: {path}" for path in (machine.unit, machine.entry)]
    assert not wanted.is_symlink()
    assert ("systemctl", "--user", "disable", "--now", "voice-triage.service") in machine.run.commands  # type: ignore[attr-defined]


def test_complaints_about_our_files_are_passed_on_and_others_not(machine: service.Machine):
    says = "other.service: no such thing\nvoice-triage.service:7:  Unknown key\n"
    lines: list[str] = []

    service.command(False, lines.append, replace(machine, run=Ran(says)))

    assert [line for line in lines if line.startswith("note")] == [
        "note: voice-triage.service:7: Unknown key"
    ]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_what_to_do_instead(machine: service.Machine, platform: str):
    with pytest.raises(Lacking, match="systemd.*Login Item.*Startup folder") as caught:
        service.command(False, print, replace(machine, platform=platform))

    assert caught.value.exit_status == 3


def test_a_folder_that_cannot_be_written_is_one_line(machine: service.Machine, tmp_path: Path):
    (tmp_path / ".config").write_text("in the way", encoding="utf-8")

    with pytest.raises(Lacking, match="cannot (read|write)"):
        service.command(False, print, machine)


@pytest.mark.parametrize("text", [service.unit_text, service.entry_text])
def test_a_path_with_a_line_break_is_refused(text: object):
    with pytest.raises(BadInput, match="cannot stand in a unit file"):
        text(("/tmp/a\nExecStartPre=evil",))  # type: ignore[operator]


@given(word=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1).filter(str.isprintable))
def test_any_path_comes_back_from_the_quoting(word: str):
    """Undo the two quotings as systemd.syntax(7) and the desktop-entry specification say."""
    unit = parsed(service.unit_text(("/x", word)))["Service"]["ExecStart"]
    entry = parsed(service.entry_text((word,)))["Desktop Entry"]["Exec"]

    inner = unit.removeprefix('"/x" "').removesuffix('" talk --standby')
    assert undo(inner).replace("%%", "%").replace("$$", "$") == word
    string = undo(entry)  # a desktop-entry string first, then the quoted word in it
    assert undo(string.removeprefix('"').removesuffix('" talk')).replace("%%", "%") == word


def undo(text: str) -> str:
    """Take away one layer of backslashes."""
    letters = iter(text)
    return "".join(next(letters) if letter == "\\" else letter for letter in letters)


def test_the_program_is_this_installation():
    program = service.own_command()

    assert Path(program[0]).is_absolute() and Path(program[0]).exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_accepts_the_unit(machine: service.Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # it refuses to look at anything without one
    program = tmp_path / "a b" / "voice $triage 100%"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    lines: list[str] = []

    service.command(False, lines.append, replace(machine, program=(str(program),), run=service.run_quietly))

    assert [line for line in lines if line.startswith("note")] == []


def test_a_program_that_is_missing_or_fails_says_nothing():
    assert service.run_quietly(("no-such-program-here",)) == ""
    assert shlex.split(service.run_quietly(("echo", "x"))) == ["x"]
