"""pyttsx3: every sentence whole and right, a dead worker replaced."""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import active_dbfs
from voice_triage.speech.espeak_ng_voice import EspeakNgVoice
from voice_triage.speech.pyttsx3_voice import Pyttsx3Voice

SENTENCES = (
    "Call 9 1 1 now.", "No.", "How old is he?", "Is there a fever, or has he felt hot and shivery?",
    "-v is fine", "Yes.", 'Quotes " and \\ and new\nlines', "Älter als fünf",
    "Press the glass on the spots. Do they fade?",
)  # fmt: skip


@pytest.mark.parametrize("rate_wpm", [80, 180, 400])
def test_each_sentence_is_its_own_at_its_own_rate(rate_wpm: int) -> None:
    """pyttsx3 gives a sentence the words or the rate of the one before it when they follow fast."""
    voice, judge = Pyttsx3Voice(), EspeakNgVoice("en")
    rates = [rate_wpm, 240 - rate_wpm // 2, rate_wpm]
    try:
        for text in SENTENCES:
            for rate in rates:
                pcm, expected = voice.render(text, rate), judge.render(text, rate)
                assert len(pcm) == pytest.approx(len(expected), rel=0.05, abs=800), (text, rate)
                assert active_dbfs(pcm) == pytest.approx(-20.0, abs=0.5)
    finally:
        voice.close()


def test_one_voice_serves_several_threads() -> None:
    voice = Pyttsx3Voice()
    alone = [len(voice.render(text)) for text in SENTENCES[:5]]

    with ThreadPoolExecutor(4) as threads:
        together = [len(pcm) for pcm in threads.map(voice.render, SENTENCES[:5])]

    voice.close()
    assert together == pytest.approx(alone, rel=0.03)


def test_an_unknown_voice_is_refused_not_replaced() -> None:
    voice = Pyttsx3Voice("no-such-voice")

    with pytest.raises(BadInput, match="no-such-voice"):
        voice.render("Hello.")
    voice.close()


@pytest.mark.parametrize("text", ["", "   ", "...!"])
def test_nothing_to_say_is_an_error(text: str) -> None:
    for voice in (Pyttsx3Voice(), EspeakNgVoice()):
        with pytest.raises(BadInput, match="nothing to say"):
            voice.render(text)


def test_a_killed_worker_is_replaced_without_a_word(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    script = tmp_path / "worker.py"
    script.write_text(
        "import os, runpy\n"
        f"with open({str(notes)!r}, 'a') as notes:\n    print(os.getpid(), file=notes)\n"
        "runpy.run_module('voice_triage.speech.pyttsx3_worker', run_name='__main__')\n"
    )
    voice = Pyttsx3Voice(command=(sys.executable, str(script)))
    voice.render("Hello.")
    os.kill(int(notes.read_text()), 9)

    assert len(voice.render("Hello again.")) > 4000
    voice.close()
    first, second = map(int, notes.read_text().split())
    assert first != second
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def _bad_worker(tmp_path: Path, body: str) -> tuple[str, ...]:
    script = tmp_path / "worker.py"
    script.write_text(
        f"import json, sys, time\nfor line in sys.stdin:\n    request = json.loads(line)\n    {body}\n"
    )
    return (sys.executable, str(script))


BAD_WORKERS = {
    "crashes": "sys.exit(3)",
    "hangs": "time.sleep(60)",
    "says ok without a file": 'print(json.dumps({"ok": True}), flush=True)',
    "writes no sound": 'open(request["path"], "w").close(); print(json.dumps({"ok": True}), flush=True)',
    "reports an error": 'print(json.dumps({"ok": False, "error": "no eSpeak"}), flush=True)',
    "talks nonsense": 'print("Audio saved", flush=True)',
}


@pytest.mark.parametrize("body", BAD_WORKERS.values(), ids=BAD_WORKERS)
def test_a_bad_worker_is_tried_twice_then_names_the_cure(tmp_path: Path, body: str) -> None:
    voice = Pyttsx3Voice(timeout_s=0.4, command=_bad_worker(tmp_path, body))

    with pytest.raises(Lacking, match="apt-get install espeak-ng") as told:
        voice.render("Hello there.")

    voice.close()
    assert "\n" not in str(told.value) and told.value.exit_status == 3


@pytest.mark.skipif(os.name == "nt", reason="forks")
def test_nothing_is_written_by_the_child_of_a_worker_that_was_ended(tmp_path: Path) -> None:
    """It would write into the folder that is being removed, so that the folder stays."""
    beats = tmp_path / "beats"
    child = f"os.fork() or [(open({str(beats)!r}, 'a').write('.'), time.sleep(0.005)) for _ in range(2000)]"
    voice = Pyttsx3Voice(timeout_s=2.0, command=_bad_worker(tmp_path, f"import os; {child}; time.sleep(60)"))

    with pytest.raises(Lacking):
        voice.render("Hello there.")

    written = beats.stat().st_size
    time.sleep(0.1)
    assert written and beats.stat().st_size == written


@pytest.mark.skipif(shutil.which("setsid") is None, reason="no setsid")
def test_a_pipe_that_another_session_holds_is_not_waited_for(tmp_path: Path) -> None:
    """Closing the pipe waits for who reads it, and the reader for the other."""
    late = tmp_path / "late"
    command = ("sh", "-c", f"setsid sh -c 'sleep 30; touch \"{late}\"' & wait")
    voice = Pyttsx3Voice(timeout_s=0.2, command=command)

    with pytest.raises(Lacking):
        voice.render("Hello there.")

    assert not late.exists()
