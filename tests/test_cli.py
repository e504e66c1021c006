"""The commands as a user meets them: output, exit status, and one clear line for every mistake."""

from __future__ import annotations

import ast
import errno
import io
import json
import os
import pkgutil
import re
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from voice_triage import summary, talk, wording
from voice_triage.app import Kit
from voice_triage.audio.room import Room
from voice_triage.audio.wav import write_wav
from voice_triage.cli import main
from voice_triage.demo import demo
from voice_triage.dialogue import Dialogue
from voice_triage.errors import Lacking
from voice_triage.keys import Keys
from voice_triage.messages import Event, Turn
from voice_triage.pcm import Pcm
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.session import Session
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.callers import open_caller
from voice_triage.speech.store import SoundStore
from voice_triage.speech.wordless import WordlessVoice
from voice_triage.understanding import Interpreter

ENDING = {"SIGINT": 2, "SIGTERM": 15, "SIGHUP": 1}
"""Ctrl-C, a service that is stopped, a terminal's window that is closed."""

GOOD = """
scenario: good
caller:
  answers: {patient: my son can't breathe}
expect: {level: emergency}
"""

BAD_SCENARIOS = {
    "unknown key": (GOOD + "extra: 1\n", "unknown key 'extra'"),
    "unknown inner key": (GOOD.replace("answers", "answrs"), "did you mean 'answers'"),
    "duplicate key": (GOOD + "scenario: again\n", "twice"),
    "unknown question": (GOOD.replace("patient:", "patent:"), "did you mean 'patient'"),
    "missing WAV": (GOOD.replace("my son can't breathe", "{audio: gone.wav, text: hi}"), "no such file"),
    "wrong type of answer": (GOOD.replace("my son can't breathe", "4"), "must be text"),
    "wrong type of expect": (GOOD.replace("{level: emergency}", "[level]"), "keys with values"),
    "unknown level": (GOOD.replace("emergency}", "bad}"), "must be one of"),
    "unknown red flag": (GOOD.replace("level: emergency", "red_flags: [broken_heart]"), "unknown concept"),
    "action of no words": (GOOD.replace("level: emergency", "action: 0"), "expect.action"),
    "bad pattern": (GOOD.replace("level: emergency", "said: ['(']"), "no regular expression"),
    "alias bomb": ("a: &a [x]\nb: [*a, *a]\n", "aliases"),
    "empty file": ("", "empty"),
    "not YAML": ("a: [", "line"),
    "a list": ("- 1\n", "keys with values"),
    "a number as boolean": (GOOD.replace("level: emergency", "interrupted: 3"), "true or false"),
    "text as boolean": (
        GOOD.replace("level: emergency", 'interrupted: "true"'),
        "expect.interrupted: must be",
    ),
    "a word as boolean": (
        GOOD.replace("level: emergency", "interrupted: yes"),
        "expect.interrupted: must be",
    ),
    "a tag that does not fit": (GOOD.replace("level: emergency", "interrupted: !!bool maybe"), "tag"),
    "unknown noise": (GOOD + "room: {noise: {kind: rain, snr_db: 3}}\n", "rain"),
    "unknown voice": (GOOD.replace("  answers", "  voice: {engine: nobody}\n  answers"), "nobody"),
    "unknown flite voice": (
        GOOD.replace("  answers", "  voice: {engine: flite, name: zzz}\n  answers"),
        "zzz",
    ),
    "empty list of answers": (GOOD.replace("my son can't breathe", "[]"), "at least one"),
    **{
        f"nothing in {key}": (GOOD.replace("level: emergency", f"{key}: null"), f"expect.{key}: must be")
        for key in (
            "level",
            "red_flags",
            "asked",
            "not_asked",
            "said",
            "not_said",
            "interrupted",
            "max_interrupt_ms",
        )
    },
    **{
        f"nothing in {key}": (f"caller: {{{key}: null}}\n", f"caller.{key}: must be")
        for key in ("answers", "interjections", "voice")
    },
    **{
        f"nothing in {key}": (f"{key}:\n", f"{key}: must be")
        for key in ("scenario", "caller", "room", "expect")
    },
    **{f"nothing in {key}": (f"room: {{{key}: }}\n", f"room.{key}: must be") for key in ("noise", "echo")},
}

PLAIN = """
caller: {answers: {patient: null, age: [null, "true"]}, default: null, interjections: []}
room: {}
expect: {action: null, interrupted: TRUE, red_flags: [], asked: []}
"""


def test_a_command_lists_every_id_that_a_scenario_may_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--list"]) == 0
    rows = [
        line.split(maxsplit=1) for line in capsys.readouterr().out.replace("red flag", "flag").splitlines()
    ]
    ids = {
        kind: [rest.split()[0] for one, rest in rows if one == kind]
        for kind in ("question", "flag", "concept")
    }

    assert {"glass_test", "confirm_red_flag"} <= set(ids["question"])
    assert "difficulty_breathing" in ids["flag"] and "itch" in ids["concept"]
    answers = "".join(f"{one}: x, " for one in ids["question"])
    concepts = ", ".join(ids["flag"] + ids["concept"])
    (tmp_path / "all.yaml").write_text(
        f"caller: {{answers: {{{answers}}}}}\nexpect: {{red_flags: [{concepts}]}}\n"
    )
    assert main(["replay", str(tmp_path / "all.yaml"), "--recognizer", "text"]) == 1


@pytest.mark.parametrize("name", BAD_SCENARIOS)
def test_a_bad_scenario_is_one_line_and_status_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, problem = BAD_SCENARIOS[name]
    file = tmp_path / "bad.yaml"
    file.write_text(text)

    status = main(["replay", str(file)])

    err = capsys.readouterr().err
    assert status == 2
    assert problem in err
    assert len(err.strip().splitlines()) == 1
    assert "bad.yaml" in err


def test_silence_no_action_and_true_are_no_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain.yaml").write_text(PLAIN)

    assert main(["replay", str(tmp_path / "plain.yaml"), "--recognizer", "text"]) == 1
    assert "expected True, got False" in capsys.readouterr().out


CLIP = "{audio: clip.wav, text: hi}"
CLIPS = {
    "caller.answers.patient.audio": f"caller: {{answers: {{patient: [hi, {CLIP}]}}}}",
    "caller.default.audio": f"caller: {{default: {CLIP}}}",
    "caller.interjections[0].say.audio": f"caller: {{interjections: [{{during: age, say: {CLIP}}}]}}",
    "room.noise.kind": "room: {noise: {kind: clip.wav, snr_db: 9}}",
}


def _no_samples() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
    return file.getvalue()


@pytest.mark.parametrize("key", CLIPS)
@pytest.mark.parametrize(
    ("sound", "problem"),
    [(b"", "is empty"), (b"text", "is not a WAV file"), (_no_samples(), "has no samples")],
)
def test_a_recording_that_cannot_be_played_is_named_with_file_and_key_before_anything_is_played(
    key: str, sound: bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clip.wav").write_bytes(sound)
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text(GOOD)
    second.write_text(CLIPS[key])

    assert main(["replay", str(first), str(second)]) == 2

    out, err = capsys.readouterr()
    assert out == "" and f"{second}: {key}: {tmp_path / 'clip.wav'}: {problem}" in " ".join(err.split())


@pytest.mark.audio
def test_a_recording_whose_words_nobody_wrote_is_over_at_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wav(tmp_path / "clip.wav", open_caller("flite", "slt").render("he can't breathe"))
    (tmp_path / "s.yaml").write_text(GOOD.replace("my son can't breathe", "{audio: clip.wav}"))

    status = main(["replay", str(tmp_path / "s.yaml"), "--recognizer", "pocketsphinx"])

    assert (status, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("text", ["", ", text: ' '"])
def test_a_recording_whose_words_nobody_wrote_is_named_with_its_key_in_a_replay_in_text(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clip.wav").write_bytes(b"")
    file = tmp_path / "s.yaml"
    file.write_text(GOOD.replace("my son can't breathe", f"[hi, {{audio: clip.wav{text}}}]"))

    assert main(["replay", str(file), "--recognizer", "text"]) == 2
    assert f"{file}: caller.answers.patient: needs the key 'text'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "line", "problem"),
    [
        ("interpret", "not json", "line 2"),
        ("interpret", "[1]", "line 2"),
        ("interpret", '{"text": 4}', "line 2"),
        ("interpret", '{"text": "x", "\\u001b[31m": 1}', "unknown key"),
        ("interpret", '{"text": "x", "question": "zodiac"}', "zodiac"),
        ("assess", "{", "line 2"),
        pytest.param(
            "assess", '{"findings": {}, "age_years": ' + "1" * 5000 + "}", "digits", id="long number"
        ),
        ("assess", '{"findings": {"magic": "present"}}', "magic"),
        ("assess", '{"findings": {"fever": "maybe"}}', "maybe"),
        ("assess", '{"findings": {"fever": "present", "fever": "absent"}}', "'fever' stands twice"),
    ],
)
def test_a_bad_json_line_is_named_by_its_number(
    command: str,
    line: str,
    problem: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = {"interpret": '{"text": "no"}', "assess": '{"findings": {}}'}[command]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{good}\n{line}\n"))

    status = main([command, "--jsonl"])

    captured = capsys.readouterr()
    assert status == 2
    assert "line 2" in captured.err
    assert problem in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert len(captured.out.splitlines()) == 1, "the good line before it is still answered"


def test_interpret_answers_line_by_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": "no fever but my neck is stiff", "question": "fever"}, {"text": "he is four"}]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(row) + "\n" for row in rows)))

    assert main(["interpret", "--jsonl"]) == 0

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "text": "no fever but my neck is stiff",
        "answer": "no",
        "command": None,
        "findings": [
            {"concept": "fever", "status": "absent"},
            {"concept": "stiff_neck", "status": "present"},
        ],
    }
    assert {"concept": "age", "years": 4} in second["findings"]
    assert second["answer"] is None


def test_half_a_surrogate_pair_comes_back_as_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"text": "no \\ud800 fever"}\n'))

    assert main(["interpret", "--jsonl"]) == 0
    assert "\\ud800" in capsys.readouterr().out.encode("utf-8").decode()


def test_interpret_counts_a_year_of_birth_from_today(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(date):
        @classmethod
        def today(cls) -> Later:
            return cls(2031, 3, 1)

    monkeypatch.setattr("voice_triage.cli.date", Later)
    monkeypatch.setattr(
        "sys.stdin", io.StringIO('{"text": "born in nineteen sixty two", "question": "age"}\n')
    )

    assert main(["interpret", "--jsonl"]) == 0
    ages = [
        one["years"] for one in json.loads(capsys.readouterr().out)["findings"] if one["concept"] == "age"
    ]
    assert ages and ages[0] in (68, 69)


@pytest.mark.parametrize("argv", [["chat"], ["interpret", "--jsonl"], ["assess", "--jsonl"]])
def test_without_a_standard_input_nothing_is_heard_and_nothing_fails(
    argv: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)

    assert main(argv) == 0
    assert capsys.readouterr().err == ""


def test_assess_gives_level_action_reasons_patterns_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"age_years": 4, "patient": "child", "findings": {"non_blanching_rash": "present"}}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(row) + "\n"))

    assert main(["assess", "--jsonl"]) == 0

    out = json.loads(capsys.readouterr().out)
    assert (out["level"], out["action"], out["reasons"]) == ("emergency", "call", ["non_blanching_rash"])
    assert "petechiae" in out["patterns"]
    assert "fever" in out["missing"]


@pytest.mark.parametrize("prompt", ["emergency.call", "patient.ask"])
def test_a_missing_prompt_is_told_before_the_greeting(
    prompt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, key = (wording.FOLDER / "en.yaml").read_text(), prompt.split(".")[1]
    section = whole.index(f"\n  {prompt.split('.')[0]}:")
    at = whole.index(f"\n    {key}:", section)
    (tmp_path / "en.yaml").write_text(f"{whole[:at]}\n    {key}k:{whole[at + len(key) + 6 :]}")
    for name in ("countries.yaml", "out_of_hours.yaml"):
        (tmp_path / name).write_text((wording.FOLDER / name).read_text())
    monkeypatch.setattr(wording, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("my son\n"))

    assert main(["chat"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and f"'{prompt}' is missing" in err


def test_chat_says_what_is_open_when_the_lines_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("my son\nwait\nhe is four\n"))

    assert main(["chat", "--country", "us"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "I am waiting." in said
    assert said[-1] == "Take care. Goodbye." and "Some danger signs are still open." in said


def test_chat_asks_for_no_line_after_its_goodbye(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal it waited for one more, threw that away, and wrote the summary only then."""

    def typed() -> Iterator[str]:
        yield "stop\n"
        pytest.fail("asked for a line after the goodbye")

    monkeypatch.setattr("sys.stdin", typed())

    assert main(["chat"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Take care. Goodbye."


def test_chat_grants_wishes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("spell that\n"))

    assert main(["chat"]) == 0
    assert "I spell someone. S, O, M, E, O, N, E." in capsys.readouterr().out.splitlines()


def test_chat_through_a_pipe_ends_in_the_emergency(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("my son\nhe is four and he can't breathe\n"))

    assert main(["chat", "--country", "us"]) == 0
    assert "9 1 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [
        ["replay"],
        ["replay", "no-such-file.yaml"],
        ["replay", "x", "--jobs", "0"],
        ["sing"],
        ["interpret"],
        ["talk", "--rate", "fast"],
        ["chat", "--country", "nowhere"],
    ],
)
def test_wrong_use_is_status_2_and_one_line(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(("name", "verb"), [("models", "install"), ("config", "unset")])
def test_the_help_of_a_command_with_verbs_names_them(
    name: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert verb in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    "talk,chat,demo,replay,interpret,assess,graph,check,doctor,install-service,config show,config get,"
    "config set,config unset,models list,models install,models path,models remove".split(","),
)
def test_the_help_says_of_every_option_what_it_does(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit):
        main([*words.split(), "--help"])

    rows = re.findall(r"^  (-.*|[A-Z]+(?: .*)?)\n(?: {20,}(.*))?", capsys.readouterr().out, re.MULTILINE)
    assert rows and [name for name, below in rows if not below and not re.search(r"\S {2,}\S", name)] == []


def test_an_expectation_that_fails_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(GOOD.replace("level: emergency", "level: self_care"))
    report, junit = tmp_path / "r.json", tmp_path / "r.xml"
    argv = ["replay", str(file), "--recognizer", "text", "--report", str(report), "--junit", str(junit)]

    assert main(argv) == 1

    (row,) = json.loads(report.read_text())
    assert row["passed"] is False
    assert row["failures"] == ["level: expected self_care, got emergency"]
    assert set(row) >= {
        "scenario", "file", "level", "action", "red_flags", "interrupted", "interrupt_ms",
        "turns", "audio_s", "compute_s", "recognizer",
    }  # fmt: skip
    assert 'failures="1"' in junit.read_text()


# ---- ends that nobody planned ----


def test_a_fault_of_the_program_is_one_line_without_words_and_the_summary_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(dialogue: Dialogue, event: Event) -> Turn:
        raise RuntimeError("he cannot breathe")

    monkeypatch.setattr(Dialogue, "handle", fails)
    monkeypatch.setattr("sys.stdin", io.StringIO("my son\n"))

    assert main(["chat", "--country", "us", "--summary", str(tmp_path / "s.md")]) == 4

    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "RuntimeError" in line and "chat.py" in line and "breathe" not in line
    assert (tmp_path / "s.md").exists()


@pytest.mark.parametrize(
    "argv",
    [
        ["chat", "--summary", "{wall}/s.md"],
        ["talk", "--summary", "{wall}/s.json"],
        ["talk", "--standby", "--summary", "{folder}.md"],
        ["demo", "--audio", "{wall}/demo.wav"],
        ["demo", "--audio", ""],
        ["replay", "{good}", "--recognizer", "text", "--report", "{wall}/r.json"],
        ["replay", "{good}", "--recognizer", "text", "--junit", "{folder}"],
        ["replay", "{good}", "--audio", "{wall}/a.wav"],
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_the_first_word(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wall").write_text("a file, not a folder")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "good.yaml").write_text(GOOD)
    places = {"wall": tmp_path / "wall", "folder": tmp_path / "folder", "good": tmp_path / "good.yaml"}
    monkeypatch.setattr("sys.stdin", io.StringIO("my son\n"))

    assert main([word.format(**places) for word in argv]) == 3

    out, err = capsys.readouterr()
    assert out == "" and err.startswith("voice-triage: cannot write ") and len(err.splitlines()) == 1


def test_a_demo_in_a_folder_that_cannot_be_written_is_played_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "voice-triage-demo.wav").mkdir()
    monkeypatch.chdir(tmp_path)
    shown: list[str] = []

    assert demo(None, "text", shown.append) == 0

    assert shown[0].startswith("No sound is kept: cannot write voice-triage-demo.wav: ")
    assert "demo --audio FILE.wav" in shown[0] and any("EMERGENCY" in line for line in shown)
    assert not any("Sound written" in line for line in shown)


def test_looking_at_a_place_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends() -> str:
        assert list(tmp_path.iterdir()) == []
        return ""

    monkeypatch.setattr("sys.stdin", iter(ends, ""))

    assert main(["chat", "--summary", str(tmp_path / "new" / "s.md")]) == 0
    assert (tmp_path / "new" / "s.md").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("command", ["config", "check"])
def test_an_output_that_is_full_is_one_line_and_status_3(command: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "voice_triage", command], check=False,
                              stdout=full, stderr=subprocess.PIPE, text=True)  # fmt: skip

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "the disk is full" in done.stderr


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 4, "failed inside (BrokenPipeError"),
        (OSError(errno.ENOSPC, "No space left on device"), 3, "a disk is full"),
    ],
    ids=["pipe", "disk"],
)
def test_what_else_takes_no_more_is_not_the_output(
    error: OSError, status: int, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A worker that has died must not end with status 0, and the output must still be there."""

    def fail() -> list[str]:
        raise error

    monkeypatch.setattr("voice_triage.check.check", fail)

    assert main(["check"]) == status

    print("still here")
    out, err = capfd.readouterr()
    assert said in err and "output" not in err and err.count("\n") == 1
    assert out == "still here\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_a_reader_that_has_gone_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "voice_triage", "config"], check=False,
                          stdout=writing, stderr=subprocess.PIPE, text=True)  # fmt: skip
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes it")
def test_an_output_that_is_closed_is_one_line_and_status_3() -> None:
    done = subprocess.run(["sh", "-c", '"$0" -m voice_triage config >&-', sys.executable], check=False,
                          capture_output=True, text=True)  # fmt: skip

    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "is closed" in done.stderr


def test_another_settings_file_is_named_before_the_verb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.toml"

    assert main(["config", "--file", str(other), "set", "country", "FR"]) == 0
    assert main(["config", "--file", str(other), "get", "country"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "FR"


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    pipe = tmp_path / "report"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    assert main(["replay", str(tmp_path / "good.yaml"), "--recognizer", "text", "--report", str(pipe)]) == 0

    assert json.loads(os.read(reading, 60_000))[0]["passed"] is True
    assert pipe.is_fifo()
    os.close(reading)


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_the_recogniser_of_the_settings_hears_where_no_flag_names_another(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_TRIAGE_RECOGNIZER", "vosk")
    monkeypatch.setattr("voice_triage.app.installed_path", lambda name: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    argv = [command] if command == "demo" else [command, "good.yaml"]

    assert main(argv) == 3
    assert "voice-triage models install vosk-en" in capsys.readouterr().err
    if command == "replay":
        assert main([*argv, "--recognizer", "text"]) == 0


SIGNALS = [(getattr(signal, name), 128 + number) for name, number in ENDING.items() if hasattr(signal, name)]


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_a_conversation_that_is_ended_by_a_signal_has_its_summary(
    tmp_path: Path, number: int, status: int
) -> None:
    path = tmp_path / "s.json"
    command = [sys.executable, "-m", "voice_triage", "chat", "--country", "US", "--summary", str(path)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests begun in the background, or under nohup, inherit that a signal is ignored.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as chatting:
        assert chatting.stdin and chatting.stdout and chatting.stderr
        chatting.stdin.write("my son can't breathe\n")
        chatting.stdin.flush()
        while "Call 9 1 1" not in chatting.stdout.readline():
            pass
        chatting.send_signal(number)
        errors = chatting.stderr.read()

    told = f"\nvoice-triage: the summary is in {path}\n" if number == signal.SIGINT else ""
    assert (chatting.returncode, errors) == (status, told)
    assert json.loads(path.read_text())["red_flags"] == ["difficulty_breathing"]


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_a_signal_while_the_summary_is_written_ends_the_command_after_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    status: int,
) -> None:
    """Ctrl-C is often pressed twice."""
    path, write = tmp_path / "s.json", summary.write

    def interrupted(content: dict[str, object], path: Path) -> None:
        signal.raise_signal(number)
        write(content, path)

    monkeypatch.setattr(summary, "write", interrupted)
    monkeypatch.setattr("sys.stdin", io.StringIO("my son can't breathe\n"))
    before = signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    try:
        ended: object = main(["chat", "--country", "US", "--summary", str(path)])
    except SystemExit as error:
        ended = error.code
    finally:
        signal.signal(number, before)

    assert ended == status
    assert json.loads(path.read_text())["red_flags"] == ["difficulty_breathing"]
    told = f"\nvoice-triage: the summary is in {path}\n" if number == signal.SIGINT else ""
    assert capsys.readouterr().err == told


def test_a_summary_that_cannot_be_written_is_told_though_ctrl_c_was_pressed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(content: dict[str, object], path: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        raise Lacking(f"cannot write {path}: the disk is full", "Free some space there")

    monkeypatch.setattr(summary, "write", full)
    monkeypatch.setattr("sys.stdin", io.StringIO("stop\n"))

    assert main(["chat", "--summary", str(tmp_path / "s.md")]) == 3
    assert "the disk is full" in capsys.readouterr().err


class Hall(Room):
    """A room that closes in the third conversation, at the latest."""

    lost: frozenset[str] = frozenset()
    opened = 0

    def __init__(self, *names: object) -> None:
        super().__init__()

    def __enter__(self) -> Hall:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def exchange(self, far: Pcm) -> Pcm:
        if Hall.opened == 3:
            raise KeyboardInterrupt
        return super().exchange(far)


class Woken:
    """A standby in which somebody says the phrase at once."""

    deaf = False

    def step(self) -> bool:
        Hall.opened += 1
        return True


class Light(Kit):
    """What a conversation needs, without engines."""

    voice = CachedVoice(WordlessVoice(), SoundStore(None))
    second_opinion = None

    def recognizer(self, name: str) -> ScriptedRecognizer:
        return ScriptedRecognizer()

    def standby(self, device: object) -> Woken:
        return Woken()


class Typist(Keys):
    """Somebody who ends each conversation at once."""

    ended = 0

    def line(self) -> str:
        before, self.ended = self.ended, Hall.opened
        return "stop" if before < Hall.opened else ""


class Latin(io.TextIOWrapper):
    """A terminal that sends a byte which is no UTF-8."""

    def isatty(self) -> bool:
        return True


def test_a_wrong_byte_does_not_end_the_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Latin(io.BytesIO(b"caf\xe9\nhe can't breathe\n"), encoding="utf-8"))
    keys, lines = Keys(), []
    until = time.monotonic() + 5
    while len(lines) < 2 and time.monotonic() < until:
        lines += filter(None, [keys.line()])

    assert lines[1:] == ["he can't breathe"]


def test_each_conversation_of_a_standby_has_a_summary_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, stand_in in {"LiveDevice": Hall, "Kit": Light, "Keys": Typist}.items():
        monkeypatch.setattr(talk, name, stand_in)

    assert main(["talk", "--standby", "--plain", "--summary", str(tmp_path / "s.json")]) == 130
    assert {one.name for one in tmp_path.iterdir()} == {"s.json", "s-2.json", "s-3.json"}


def test_a_conversation_ended_in_its_first_moment_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(dialogue: Dialogue) -> Turn:
        raise KeyboardInterrupt

    for name, stand_in in {"LiveDevice": Hall, "Kit": Light, "Keys": Typist}.items():
        monkeypatch.setattr(talk, name, stand_in)
    closed: list[Session] = []
    monkeypatch.setattr(Session, "close", lambda session: closed.append(session))
    monkeypatch.setattr(Dialogue, "start", interrupted)

    assert main(["talk", "--plain"]) == 130
    assert len(closed) == 1


# ---- what takes long ----


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    ("argv", "slow", "told"),
    [
        (["check"], "voice_triage.understanding.checks.untested", "templates that no test sentence uses"),
        (["check"], "voice_triage.understanding.grammar.load", "reading the grammars anew"),
        (["chat"], "voice_triage.app.Interpreter.load", "reading the grammars anew"),
        (["interpret", "--jsonl"], "voice_triage.understanding.Interpreter.load", "reading the grammars"),
    ],
)
def test_what_takes_longer_than_a_moment_is_told_on_a_terminal(
    argv: list[str],
    slow: str,
    told: str,
    terminal: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = pkgutil.resolve_name(slow)

    def slowly(*given: str, **named: object) -> object:
        time.sleep(1.5)
        return done(*given, **named)

    Interpreter.load()  # what is slow in earnest is done with
    monkeypatch.setattr(slow, slowly)
    monkeypatch.setattr("voice_triage.progress.MOMENT_S", 1.0)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)

    assert main(argv) == 0
    err = capsys.readouterr().err
    assert (told in err and len(err.splitlines()) == 1) if terminal else err == ""


# ---- advice that can be typed ----


@pytest.mark.skipif(os.name == "nt", reason="a script of Unix")
@pytest.mark.parametrize("on_path", [True, False])
def test_advice_names_the_command_as_it_was_started_unless_the_shell_finds_it(
    on_path: bool, tmp_path: Path
) -> None:
    program = tmp_path / "a b" / "voice-triage"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom voice_triage.cli import main\nraise SystemExit(main())\n")
    program.chmod(0o755)
    places = {"XDG_DATA_HOME": str(tmp_path)} | ({"PATH": f"{program.parent}"} if on_path else {"PATH": ""})

    told = [
        subprocess.run([program, *words], env={**os.environ, **places}, capture_output=True, text=True).stderr
        for words in (["models", "path", "vosk-en"], ["chat", "--contry", "GB"])
    ]

    name = "voice-triage" if on_path else f"'{program}'"
    assert told[0].endswith(f"Run: {name} models install vosk-en\n")
    assert told[1].endswith(f"(see '{name} chat --help')\n")


def test_advice_of_python_m_is_python_m(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voice_triage", "models", "path", "vosk-en"], capture_output=True, text=True,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
    )  # fmt: skip

    assert done.stderr.endswith(f"Run: {sys.executable} -m voice_triage models install vosk-en\n")


def test_no_advice_names_the_command_but_by_what_can_be_typed() -> None:
    verb = re.compile(r"voice-triage [a-z]")
    literal = {
        f"{path.name}: {node.value}"
        for path in Path(wording.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value
        if verb.search(node.value) and "``" not in node.value
    }

    assert literal == {"models_command.py: voice-triage models", "settings_command.py: voice-triage config"}
