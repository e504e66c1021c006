"""scripts/setup and scripts/run with a stand-in for Python and pip: what is broken off can be repeated."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt" or not shutil.which("bash"), reason="needs bash")

SCRIPTS = Path(__file__).parent.parent / "scripts"
TOOLS = (
    "bash dirname cksum awk sed tail head grep cut env cat cp chmod mkdir rm touch readlink sleep id flock"
).split()
DF = '#!/bin/sh\necho Filesystem\necho "disk 9 9 $(cat free 2>/dev/null || echo 9000) 1% /"\n'
# Python: makes an environment, and in it a pip that obeys the files "hang-..." and "fault".
PYTHON = """#!/bin/bash
case "$*" in
  "-m venv --clear .venv")
    rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python
    if [ -f hang-venv ]; then sleep 20; fi ;;
  "-m pip install"*)
    echo "$*" >> pip.log
    if [ -f hang-pip ]; then trap 'echo "ERROR: Operation cancelled by user" >&2; exit 1' INT; sleep 20; fi
    if [ -f fault ] && [[ "$*" == *"$(head -n 1 fault)"* ]]; then tail -n 1 fault >&2; exit 1; fi
    printf '#!%s/.venv/bin/python\\n' "$PWD" > .venv/bin/voice-triage
    chmod +x .venv/bin/voice-triage ;;
  scripts/moved*) exec REAL "$@" ;;
esac
"""
OFFLINE = "install\nWARNING: Retrying after connection broken by NewConnectionError\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    (folder / "scripts").mkdir(parents=True)
    for name in ("setup", "run", "moved"):
        shutil.copy(SCRIPTS / name, folder / "scripts")
    (folder / "pyproject.toml").write_text("[project]\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    for name, text in {"df": DF, "python3": PYTHON.replace("REAL", sys.executable)}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return folder


def begin(clone: Path, *command: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command or ("scripts/setup", "run"),
        cwd=clone,
        env={"PATH": str(clone.parent / "tools"), "VOICE_TRIAGE_DOWNLOAD": "no", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def set_up(clone: Path, *command: str, **environment: str) -> tuple[int, str]:
    with begin(clone, *command, **environment) as running:
        out, errors = running.communicate(timeout=60)
    return running.returncode, out + errors


def interrupted(clone: Path, where: str, begun: Path) -> int:
    """Press Ctrl-C, which a terminal sends to all of them, once ``begun`` is there."""
    (clone / f"hang-{where}").touch()
    with begin(clone) as running:
        for _ in range(500):
            if begun.exists():
                break
            time.sleep(0.02)
        time.sleep(0.2)
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=60)
    (clone / f"hang-{where}").unlink()
    return running.returncode


def asked(clone: Path) -> list[str]:
    """The extras that pip was asked for, a call each."""
    log = clone / "pip.log"
    return [line.rpartition(" ")[2] for line in log.read_text().splitlines()] if log.exists() else []


ALL = ".[moonshine,second-opinion]"


def test_ctrl_c_while_the_environment_is_made_is_made_good_by_the_next_run(clone: Path) -> None:
    assert interrupted(clone, "venv", clone / ".venv/bin/python") == 130
    assert asked(clone) == []
    assert set_up(clone)[0] == 0
    assert asked(clone) == [ALL]


def test_ctrl_c_during_pip_is_obeyed_and_nothing_counts_as_installed(clone: Path) -> None:
    assert interrupted(clone, "pip", clone / "pip.log") == 130
    assert set_up(clone)[0] == 0
    assert set_up(clone)[0] == 0
    assert asked(clone) == [ALL, ALL]


def test_a_fault_of_the_network_costs_nothing_for_good(clone: Path) -> None:
    (clone / "fault").write_text(OFFLINE)
    status, told = set_up(clone)
    (clone / "fault").unlink()

    assert status == 3 and "is there a network?" in told and "Moonshine" not in told
    assert set_up(clone)[0] == 0
    assert asked(clone) == [ALL, ALL]


def test_where_there_is_no_moonshine_it_is_told_once_and_not_tried_again(clone: Path) -> None:
    (clone / "fault").write_text("moonshine\nERROR: No matching distribution found for moonshine-voice\n")
    status, told = set_up(clone)

    assert status == 0 and "Moonshine, which hears better, cannot be installed here" in told
    assert set_up(clone)[0] == 0
    assert asked(clone) == [ALL, ".[second-opinion]"]


@pytest.mark.parametrize("change", ["little disk", "less wanted", "moved", "moved where a space is"])
def test_what_is_installed_starts_without_pip(clone: Path, change: str) -> None:
    set_up(clone)
    environment = {"VOICE_TRIAGE_SECOND_OPINION": "off"} if change == "less wanted" else {}
    if change == "little disk":
        (clone / "free").write_text("2000")
    if change.startswith("moved"):
        clone = clone.rename(clone.parent / ("a new" if "space" in change else "new"))

    status, told = set_up(clone, **environment)

    assert status == 0 and "leaving out" not in told
    assert asked(clone) == [ALL]
    assert subprocess.run([clone / ".venv/bin/voice-triage"], cwd=clone).returncode == 0


@pytest.mark.parametrize(
    ("fault", "cause"),
    [(OFFLINE, "is there a network?"), ("install\nPermission denied\n", "this folder cannot be written")],
)
def test_an_update_that_fails_is_one_line_and_the_program_starts(clone: Path, fault: str, cause: str) -> None:
    set_up(clone)
    (clone / "pyproject.toml").write_text("[project]\nname = 'newer'\n")
    (clone / "fault").write_text(fault)

    status, told = set_up(clone)

    assert status == 0 and f"({cause}); going on with those that are there" in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("[Errno 13] Permission denied: '.venv'", "you may not write in {clone}: clone it into a folder"),
        ("[Errno 30] Read-only file system: '.venv'", "you may not write in {clone}: clone it into a folder"),
        ("ensurepip is not available", "python3-venv missing, or no space?): ensurepip is not available"),
    ],
)
def test_an_environment_that_cannot_be_made_is_told_with_its_cause(
    clone: Path, error: str, cause: str
) -> None:
    (clone.parent / "tools/python3").write_text(
        f'#!/bin/sh\n[ "$1" != -m ] || {{ echo "{error}" >&2; exit 1; }}\n'
    )

    status, told = set_up(clone)

    assert status == 3 and cause.format(clone=clone) in told


def test_an_unknown_purpose_is_refused(clone: Path) -> None:
    status, told = set_up(clone, "scripts/setup", "tests")

    assert status == 2 and "'tests' is unknown; allowed are: run, test" in told


@pytest.mark.parametrize("name", ["setup", "check", "test"])
def test_asked_for_help_a_script_says_what_it_is_for_and_does_nothing(tmp_path: Path, name: str) -> None:
    done = subprocess.run([SCRIPTS / name, "--help"], cwd=tmp_path, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "") and 1 <= len(done.stdout.splitlines()) <= 3
    assert done.stdout == "".join(
        f"{line[2:]}\n" for line in (SCRIPTS / name).read_text().splitlines()[1:4] if line.startswith("# ")
    )


# ---- scripts/run ----


@pytest.mark.parametrize(
    ("status", "ends", "told"),
    [(0, 0, "program talk"), (1, 0, "program demo"), (2, 2, "a wrong setting"), (3, 3, "a wrong setting")],
)
def test_the_demo_is_played_only_where_there_is_no_microphone(
    clone: Path, status: int, ends: int, told: str
) -> None:
    set_up(clone)
    program = clone / ".venv/bin/voice-triage"
    talks = '[ $1 = doctor ] || { echo "program $*"; exit; }'
    program.write_text(f'#!/bin/sh\n{talks}\necho "a wrong setting" >&2\nexit {status}\n')
    link = clone / "link"
    link.symlink_to(clone / "scripts/run")

    found, said = set_up(clone, str(link))

    assert found == ends and told in said
    assert ("No microphone found" in said) == (status == 1)
    assert ("a wrong setting" in said) == (status > 1)
