"""Letters that the locale does not know: what is shown or typed ends nothing, and JSON lines are UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ASCII = {
    "PYTHONIOENCODING": {"PYTHONIOENCODING": "ascii"},
    "LC_ALL": {"LC_ALL": "C", "PYTHONUTF8": "0"},
}
LATIN = {"PYTHONIOENCODING": "latin-1"}

FAILS = """
scenario: für Großvater
caller: {answers: {patient: "it’s my son"}, default: "no"}
expect: {said: [Brötchen]}
"""


def run(
    *argv: str, given: bytes = b"", env: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    base = {name: value for name, value in os.environ.items() if name not in ("PYTHONUTF8", "LC_ALL")}
    return subprocess.run([sys.executable, "-m", "voice_triage", *argv], check=False,
                          capture_output=True, input=given, env={**base, **env}, cwd=cwd)  # fmt: skip


@pytest.mark.parametrize("env", ASCII.values(), ids=ASCII)
def test_what_cannot_be_shown_is_shown_escaped(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(FAILS, encoding="utf-8")
    report = tmp_path / "r.json"

    done = run("replay", str(tmp_path / "s.yaml"), "--recognizer", "text", "--report", str(report), env=env)

    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"f\xfcr Gro\xdfvater" in done.stdout and rb"Br\xf6tchen" in done.stdout
    assert json.loads(report.read_text(encoding="utf-8"))[0]["scenario"] == "für Großvater"


@pytest.mark.parametrize("env", ASCII.values(), ids=ASCII)
def test_what_is_typed_in_letters_of_another_encoding_still_raises_the_emergency(env: dict[str, str]) -> None:
    done = run("chat", "--country", "us", given="my son\nhe can’t breathe\n".encode(), env=env)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Call 9 1 1" in done.stdout


@pytest.mark.parametrize("env", [*ASCII.values(), LATIN], ids=[*ASCII, "latin-1"])
def test_json_lines_are_utf_8_in_every_locale(env: dict[str, str]) -> None:
    said = {"text": "naïve – he can’t breathe"}

    done = run("interpret", "--jsonl", given=json.dumps(said, ensure_ascii=False).encode(), env=env)

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["text"] == said["text"]
    assert "’".encode() in done.stdout


@pytest.mark.parametrize("env", [{}, *ASCII.values(), LATIN], ids=["usual", *ASCII, "latin-1"])
@pytest.mark.parametrize(
    ("command", "good"), [("interpret", {"text": "no"}), ("assess", {"findings": {"fever": "present"}})]
)
def test_a_line_that_is_no_utf_8_is_named_by_its_number(
    command: str, good: dict[str, object], env: dict[str, str]
) -> None:
    line = json.dumps(good).encode()

    done = run(command, "--jsonl", given=b'%s\n{"text": "caf\xe9"}\n%s\n' % (line, line), env=env)

    assert (done.returncode, done.stdout.count(b"\n")) == (2, 1)
    assert done.stderr.strip() == b"voice-triage: line 2: is not text in UTF-8"


@pytest.mark.audio
def test_the_sound_of_a_scenario_is_written_in_every_locale(tmp_path: Path) -> None:
    for name in ("1.yaml", "2.yaml"):
        (tmp_path / name).write_text(
            FAILS.replace("[Brötchen]", "[emergency]").replace("it’s my son", "stop"), encoding="utf-8"
        )

    argv = ["replay", "1.yaml", "2.yaml", "--recognizer", "pocketsphinx", "--audio", "sound.wav"]
    done = run(*argv, env=ASCII["LC_ALL"], cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, b"")
    assert len(list(tmp_path.glob("sound-*.wav"))) == 2
