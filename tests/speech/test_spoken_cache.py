"""Stand-ins for a dead voice, and the cache of what was spoken: whole, bounded, mended."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.choose import FallbackVoice, open_voice
from voice_triage.speech.piper_voice import PiperVoice
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


def test_what_is_urgent_waits_for_no_engine_at_any_rate(store: SoundStore) -> None:
    """After "slower" an emergency began half a second later, or after the voice's time-out."""
    engine = CountingVoice()
    voice = CachedVoice(engine, store)
    voice.prerender(["Call 9 1 1 now."], 170)
    usual = voice.render("Call 9 1 1 now.", 170)

    assert voice.render("Call 9 1 1 now.", 142, urgent=True) is usual and len(engine.asked) == 1
    assert voice.render("Call 9 1 1 now.", 142) is not usual, "in a repetition the rate matters more"
    voice.prepare(["Call 9 1 1 now."], 142, lambda: True)
    assert len(voice.render("Call 9 1 1 now.", 142, urgent=True)) < len(usual), "once it is made so"


def test_a_new_voice_says_the_emergency_itself_once_it_is_ready(store: SoundStore) -> None:
    before, after = CachedVoice(CountingVoice("old"), store), CachedVoice(CountingVoice("new"), store)
    before.prerender(["Call 9 1 1 now."], 170)
    after.take_over(before)
    old = after.render("Call 9 1 1 now.", 170, urgent=True)
    after.prepare(["Call 9 1 1 now."], 170, lambda: True)

    assert old is before.render("Call 9 1 1 now.", 170)
    assert after.render("Call 9 1 1 now.", 170, urgent=True) is not old


def test_a_voice_that_failed_is_not_waited_for_with_every_line(store: SoundStore) -> None:
    first, second = CountingVoice("first", dead=True), CountingVoice("second")
    voice = CachedVoice(FallbackVoice(first, second), store)
    for text in ("How old?", "How long?", "Where?"):
        voice.render(text)
    asked = len(first.asked)
    first.dead, second.dead = False, True

    assert asked <= 1 and len(second.asked) == 3
    assert voice.render("What now?").any() and not voice.degraded, "it is asked once the other fails"


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
