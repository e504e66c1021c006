"""Voices: every sentence whole and right, a dead engine replaced, a damaged cache mended."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm, active_dbfs
from voice_triage.speech.babble import babble
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.callers import CallerVoice
from voice_triage.speech.choose import FallbackVoice, open_voice
from voice_triage.speech.contract import Voice
from voice_triage.speech.espeak_ng_voice import EspeakNgVoice
from voice_triage.speech.piper_voice import PiperVoice
from voice_triage.speech.pyttsx3_voice import Pyttsx3Voice
from voice_triage.speech.store import SoundStore


class CountingVoice:
    """A voice whose sound is the length of its text; it can be told to die."""

    def __init__(self, name: str = "counting", dead: bool = False) -> None:
        self.name, self.version, self.degraded = name, "1", False
        self.dead = dead
        self.asked: list[str] = []

    def render(self, text: str, rate_wpm: int = 160) -> Pcm:
        self.asked.append(text)
        if self.dead:
            raise Lacking(f"{self.name} is dead", "revive it")
        return np.full(len(text) * 100 + rate_wpm, 1000, np.int16)

    def close(self) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> SoundStore:
    return SoundStore(tmp_path / "sounds")


# ---- pyttsx3 ----


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


def test_a_killed_worker_is_replaced_without_a_word() -> None:
    voice = Pyttsx3Voice()
    voice.render("Hello.")
    assert voice.worker_pid is not None
    os.kill(voice.worker_pid, 9)

    assert len(voice.render("Hello again.")) > 4000
    voice.close()
    assert voice.worker_pid is None


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


# ---- what an engine may not tell, and where the words may not lie ----

WORDS = "I noted that he cannot breathe."

BROKEN_PYTTSX3 = f"""
import sys, types
broken = types.ModuleType("pyttsx3")
def init():
    raise RuntimeError({WORDS!r})
broken.init = init
sys.modules["pyttsx3"] = broken
from voice_triage.speech.pyttsx3_worker import main
main()
"""


def _broken_pyttsx3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    return Pyttsx3Voice(command=(sys.executable, "-c", BROKEN_PYTTSX3))


def _broken_piper(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    _fake_piper(monkeypatch)

    class Engine:
        @classmethod
        def load(cls, path: str) -> object:
            raise RuntimeError(WORDS)

    monkeypatch.setattr(sys.modules["piper"], "PiperVoice", Engine)
    return PiperVoice(_piper_model(folder))


def _broken_espeak_ng(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Voice:
    program = folder / "espeak-ng"
    program.write_text('#!/bin/sh\necho "$0 $*" >&2\ncat >&2\nexit 1\n')
    program.chmod(0o755)
    voice = EspeakNgVoice()
    voice.render("Hello.")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return voice


@pytest.mark.parametrize("broken", [_broken_pyttsx3, _broken_piper, _broken_espeak_ng])
def test_of_an_engines_error_only_the_kind_is_told(
    broken: Callable[[Path, pytest.MonkeyPatch], Voice],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An engine's error may repeat the line it was given, and that line the caller."""
    voice = broken(tmp_path, monkeypatch)
    with pytest.raises(Lacking) as told:
        voice.render(WORDS)
    voice.close()

    assert "breathe" not in str(told.value) and "breathe" not in caplog.text


def test_espeak_ng_is_given_its_words_and_gives_its_sound_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    assert EspeakNgVoice().render(WORDS).any()


# ---- stand-ins and cache ----


def test_the_next_voice_steps_in_under_the_first_ones_name(store: SoundStore) -> None:
    first, second = CountingVoice("first"), CountingVoice("second")
    voice = CachedVoice(FallbackVoice(first, second), store)
    voice.prerender(["Call 9 1 1 now."], 170)
    first.dead = True

    assert voice.render("How old?").any() and voice.degraded
    assert voice.render("Call 9 1 1 now.", 170).any() and "Call 9 1 1 now." not in second.asked
    second.dead = True
    assert voice.render("Call 9 1 1 now.", 170).any(), "what is ready outlives every engine"
    assert voice.render("Call 9 1 1 now.", 142).any(), "after 'slower' too: at the old rate rather than not"
    with pytest.raises(Lacking, match="first is dead"):
        voice.render("Something else.")


def test_a_stand_ins_sound_is_not_kept_for_other_sessions(store: SoundStore) -> None:
    voice = CachedVoice(FallbackVoice(CountingVoice("first", dead=True), CountingVoice("second")), store)
    voice.render("How old?")
    first = CountingVoice("first")
    fresh = CachedVoice(FallbackVoice(first, CountingVoice("second")), SoundStore(store.folder))
    fresh.render("How old?")

    assert first.asked == ["How old?"], "the first voice works again and speaks itself"


def test_each_sentence_is_rendered_once_even_across_sessions(store: SoundStore) -> None:
    voice = CountingVoice()
    first, later = CachedVoice(voice, store), CachedVoice(voice, SoundStore(store.folder))
    sound = first.render("Hello.")

    assert np.array_equal(first.render("Hello."), sound) and np.array_equal(later.render("Hello."), sound)
    assert voice.asked == ["Hello."]
    later.render("Hello.", 200)
    assert len(voice.asked) == 2, "another rate is another sound"


def test_what_repeats_the_caller_is_kept_nowhere(store: SoundStore) -> None:
    """Neither on the disk nor, for the next caller of a service, in memory."""
    engine = CountingVoice()
    voice = CachedVoice(engine, store)
    for _ in range(2):
        voice.render("I heard: four years old.", private=True)

    assert store.folder is not None
    assert not store.folder.exists() or not list(store.folder.iterdir())
    assert len(engine.asked) == 2


def test_a_service_that_runs_for_months_keeps_a_bounded_number_of_sounds(tmp_path: Path) -> None:
    engine = CountingVoice()
    voice = CachedVoice(engine, SoundStore(None, memory_bytes=100_000))
    voice.prerender(["Call 9 1 1 now."])
    often = "How old are you?"
    for number in range(200):
        voice.render(f"Sentence {number}.")
        voice.render(often)
    engine.dead = True

    assert engine.asked.count(often) == 1, "what is used stays"
    with pytest.raises(Lacking):
        voice.render("Sentence 0.")
    assert voice.render("Call 9 1 1 now.").any(), "what was made ready is never dropped"


@pytest.mark.parametrize("damage", [b"", b"junk", None], ids=["emptied", "overwritten", "one byte flipped"])
def test_a_damaged_entry_is_rendered_again(store: SoundStore, damage: bytes | None) -> None:
    voice = CountingVoice()
    expected = CachedVoice(voice, store).render("Hello.").copy()
    assert store.folder is not None
    (entry,) = store.folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)

    assert np.array_equal(CachedVoice(voice, SoundStore(store.folder)).render("Hello."), expected)
    assert voice.asked == ["Hello.", "Hello."] and entry.read_bytes() == whole


def test_a_folder_that_cannot_be_written_means_memory_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    voice = CountingVoice()
    cached = CachedVoice(voice, SoundStore(tmp_path / "file" / "sounds"))

    assert cached.render("Hello.").any() and cached.render("Hello.").any()
    assert voice.asked == ["Hello."]


def test_the_folder_stays_under_its_cap(tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    for session in range(6):
        store = SoundStore(folder, cap_bytes=100_000)
        for i in range(10):
            store.put(SoundStore.key(n=session * 10 + i), np.zeros(5000, np.int16))

    assert sum(path.stat().st_size for path in folder.iterdir()) < 150_000


def test_cached_sound_cannot_be_changed_by_who_plays_it(store: SoundStore) -> None:
    with pytest.raises(ValueError, match="read-only"):
        CachedVoice(CountingVoice(), store).render("Hello.")[0] = 1


def test_unknown_engines_and_missing_models_are_named() -> None:
    with pytest.raises(BadInput, match="allowed are pyttsx3, espeak-ng, piper"):
        open_voice("sapi9")
    with pytest.raises(BadInput, match="needs the path of a model"):
        open_voice("piper")
    with pytest.raises(BadInput, match="no such Piper model"):
        PiperVoice(Path("nowhere.onnx"))


# ---- callers ----


@pytest.mark.parametrize(
    ("engine", "name"), [("flite", None), ("flite", "kal"), ("espeak-ng", "en-us+f3"), ("festival", None)]
)
def test_every_caller_speaks_at_one_level(store: SoundStore, engine: str, name: str | None) -> None:
    caller = CallerVoice(engine, name, store)
    words, longer = caller.render("he can't breathe"), caller.render("- he can't breathe at all, please help")

    assert active_dbfs(words) == pytest.approx(-26.0, abs=0.5)
    assert 8000 < len(words) < len(longer) < 80000
    assert caller.render("...").size == 0


@pytest.mark.parametrize(
    ("engine", "name", "says"),
    [
        ("sam", None, "allowed are flite, espeak-ng, festival"),
        ("flite", "nobody", "flite has .*slt"),
        ("espeak-ng", "zz", "no voice 'zz'"),
        ("espeak-ng", "en-us+zz", "no variant 'zz'"),
        ("espeak-ng", "-v", "no espeak-ng voice name"),
        ("festival", "kal_diphone) (quit", "festival has"),
    ],
)
def test_unknown_callers_are_refused_not_replaced(
    store: SoundStore, engine: str, name: str | None, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        CallerVoice(engine, name, store).render("hello")


def test_a_missing_engine_names_its_package(store: SoundStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    for engine in ("flite", "espeak-ng", "festival"):
        with pytest.raises(Lacking, match=f"sudo apt-get install {engine}"):
            CallerVoice(engine, None, store).render("hello there")


def test_babble_is_the_same_every_time() -> None:
    first, second = babble(5.0), babble(5.0)

    assert np.array_equal(first, second) and len(first) == 80000
    assert active_dbfs(first) == pytest.approx(-26.0, abs=0.5)
    assert not np.array_equal(first, babble(5.0, seed=1))


FILLING = """
import sys, numpy as np
from pathlib import Path
from voice_triage.speech.store import SoundStore
store = SoundStore(Path(sys.argv[1]))
print("begun", flush=True)
for i in range(100000):
    store.put(SoundStore.key(n=i), np.full(20000, i % 1000, np.int16))
"""


def test_a_process_killed_while_writing_leaves_no_half_sound(tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    for _ in range(3):
        command = [sys.executable, "-c", FILLING, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.1)
            writer.kill()
    store = SoundStore(folder)
    sounds = [store.get(path.stem) for path in folder.glob("*.pcm")]

    assert len(sounds) > 3
    assert all(pcm is not None and len(pcm) == 20000 and np.all(pcm == pcm[0]) for pcm in sounds)


# ---- piper, on a fake of its package ----


class FakeChunk:
    """A second of tone, as Piper gives it."""

    sample_rate = 22050

    def __init__(self, seconds: float) -> None:
        self.audio_float_array = 0.5 * np.sin(np.arange(int(seconds * 22050)) / 8)


def _fake_piper(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.0) -> list[float]:
    """Put a fake ``piper`` in place; the paces it is asked for are listed."""
    paces: list[float] = []

    class Engine:
        @classmethod
        def load(cls, path: str) -> Engine:
            return cls()

        def synthesize(self, text: str, syn_config: types.SimpleNamespace) -> list[FakeChunk]:
            paces.append(syn_config.length_scale)
            return [FakeChunk(seconds / 2), FakeChunk(seconds / 2)] if seconds else []

    module = types.ModuleType("piper")
    module.SynthesisConfig = types.SimpleNamespace  # type: ignore[attr-defined]
    module.PiperVoice = Engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "piper", module)
    return paces


def _piper_model(tmp_path: Path) -> Path:
    model = tmp_path / "joe.onnx"
    model.write_bytes(b"weights")
    model.with_name("joe.onnx.json").write_text("{}")
    return model


def test_piper_speaks_at_the_rate_and_level_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces = _fake_piper(monkeypatch)
    voice = PiperVoice(_piper_model(tmp_path))

    pcm = voice.render("Hello.", 340)
    voice.render("Hello.", 85)

    assert len(pcm) == pytest.approx(16000, abs=400) and active_dbfs(pcm) == pytest.approx(-20, abs=0.5)
    assert paces == [0.5, 2.0]


def test_piper_missing_or_silent_leaves_the_talking_to_pyttsx3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: SoundStore
) -> None:
    model = _piper_model(tmp_path)
    with pytest.raises(Lacking, match="pip install piper-tts"):
        monkeypatch.setitem(sys.modules, "piper", None)
        PiperVoice(model).render("Hello.")
    _fake_piper(monkeypatch, seconds=0)
    voice = open_voice("piper", model=model, store=store)

    assert voice.render("Hello there.").any() and voice.degraded
    voice.close()


def test_a_piper_model_needs_the_file_beside_it(tmp_path: Path) -> None:
    model = _piper_model(tmp_path)
    model.with_name("joe.onnx.json").unlink()

    with pytest.raises(BadInput, match="joe.onnx.json: is missing"):
        PiperVoice(model)
