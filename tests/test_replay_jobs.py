"""A replay in several processes ends as one in a single process does: at once, with nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from voice_triage.cli import main
from voice_triage.workers import workers

QUICK = 'caller: {answers: {patient: "stop"}}\n'
ENDLESS = "caller: {default: wait}\n"
"""An hour of waiting: many seconds of computing, even in text."""
AT_ONCE_S = 6.0

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")


def playing(tmp_path: Path, jobs: int, recognizer: str = "text") -> subprocess.Popen[bytes]:
    """A replay whose first scenario is over, and which has long ones to go."""
    (tmp_path / "0.yaml").write_text(QUICK)
    for number in range(1, 6):
        (tmp_path / f"{number}.yaml").write_text(ENDLESS)
    command = [sys.executable, "-m", "voice_triage", "replay", str(tmp_path), "--recognizer", recognizer,
               "--jobs", str(jobs), "--report", str(tmp_path / "r.json")]  # fmt: skip
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    replay = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,
        # Tests begun in the background, or under nohup, inherit that a signal is ignored.
        preexec_fn=lambda: [signal.signal(one, signal.SIG_DFL) for one in (signal.SIGINT, signal.SIGTERM)],
    )
    assert replay.stdout is not None and b"ok" in replay.stdout.readline()
    return replay


def left_by(replay: subprocess.Popen[bytes]) -> bytes:
    """What it wrote to standard error; returns when every process that could write there has ended."""
    try:
        return replay.communicate(timeout=AT_ONCE_S)[1]
    except subprocess.TimeoutExpired:
        os.killpg(replay.pid, signal.SIGKILL)
        raise


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("whom", ["parent", "all"])
def test_a_signal_ends_all_of_it_at_once(
    whom: str, number: int, status: int, jobs: int, tmp_path: Path
) -> None:
    replay = playing(tmp_path, jobs)

    if whom == "parent":
        replay.send_signal(number)
    else:
        os.killpg(replay.pid, number)

    assert (left_by(replay), replay.returncode) == (b"", status)
    assert not (tmp_path / "r.json").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.audio
def test_what_the_voices_of_the_workers_wrote_goes_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # else they might have nothing to write
    replay = playing(tmp_path, 2, "pocketsphinx")
    written = (tmp_path / "scratch").glob  # a sound library leaves a folder of its own there, too
    begun = list(written("voice-triage-*"))

    replay.send_signal(signal.SIGTERM)
    left_by(replay)

    assert begun, "a voice writes its sound there"
    assert list(written("voice-triage-*")) == []


_kept: list[tempfile.TemporaryDirectory[str]] = []


def keeping_a_folder(where: Path) -> str:
    """A piece of work that leaves a folder for the next piece, as the voice does."""
    _kept.append(tempfile.TemporaryDirectory(dir=where))
    return _kept[-1].name


def test_what_a_worker_keeps_between_two_pieces_goes_with_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), workers(1, keeping_a_folder, [(tmp_path,)]) as results:
        assert Path(next(results)).exists()
        raise KeyError

    assert list(tmp_path.iterdir()) == []


def test_workers_that_are_ended_take_no_other_process_along() -> None:
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
    other.start()
    try:
        with pytest.raises(KeyError), workers(2, str, [(1,), (2,)]):
            raise KeyError
        left = {one for one in multiprocessing.active_children() if one != other}

        assert other.is_alive()
        assert not left
    finally:
        other.kill()
        other.join()
        other.close()


def test_workers_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    replay = playing(tmp_path, 2)

    replay.kill()

    left_by(replay)  # in time


def test_what_the_machine_lacks_is_told_by_a_worker_as_by_the_parent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no-models"))
    (tmp_path / "1.yaml").write_text(QUICK)
    (tmp_path / "2.yaml").write_text(QUICK)

    assert main(["replay", str(tmp_path), "--recognizer", "vosk", "--jobs", "2"]) == 3
    assert "voice-triage models install vosk-en" in capsys.readouterr().err
