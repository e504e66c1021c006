"""The compiled grammars in the user's cache: the same words come out, whatever the cache is like."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from voice_triage import disk
from voice_triage.understanding import Interpreter, Phrases, grammar, kept

SAID = "no fever but my neck is stiff and the spots don't fade"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(disk.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    words = shutil.copytree(grammar.folder("en"), tmp_path / "en")  # nobody edits these meanwhile
    monkeypatch.setattr(grammar, "folder", lambda language: words)
    grammar.load.cache_clear()
    yield tmp_path / "cache" / "grammars"
    grammar.load.cache_clear()


@pytest.fixture
def compiled(monkeypatch):
    """How often a grammar was compiled."""
    times = []
    compile_it = grammar.Grammar._compile
    monkeypatch.setattr(grammar.Grammar, "_compile", lambda self: (times.append(1), compile_it(self)))
    return times


def start():
    """As a new process would."""
    grammar.load.cache_clear()
    return Interpreter.load().interpret(SAID)


def test_the_second_start_compiles_nothing_and_understands_the_same(compiled, cache):
    first = start()

    assert len(list(cache.glob("*.pickle"))) == 1
    assert start() == first
    assert len(compiled) == 1
    assert {f.concept for f in first.findings} >= {"fever", "stiff_neck"}


def test_a_kept_grammar_does_without_what_compiles_it(tmp_path):
    code = (
        "import sys; from voice_triage.understanding import Interpreter; Interpreter.load()\n"
        "print('hassil' in sys.modules)"
    )
    home = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}

    said = [
        subprocess.run([sys.executable, "-c", code], env=home, capture_output=True, text=True).stdout
        for _ in "12"
    ]

    assert said == ["True\n", "False\n"]


@pytest.mark.parametrize("damage", [b"", b"VTGRAM1\n", b"not ours"])
def test_a_damaged_entry_is_compiled_again(compiled, cache, damage):
    first = start()
    (entry,) = cache.glob("*.pickle")
    whole = entry.read_bytes()
    entry.write_bytes(damage or whole[: len(whole) // 2])

    assert start() == first
    assert len(compiled) == 2
    assert entry.stat().st_size > 1000


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no such modes")
def test_an_entry_others_could_have_written_is_not_read(compiled, cache):
    start()
    (entry,) = cache.glob("*.pickle")
    entry.chmod(entry.stat().st_mode | stat.S_IWOTH)

    start()

    assert len(compiled) == 2


def test_a_cache_that_cannot_be_written_is_done_without(cache):
    cache.parent.write_text("a file where the folder should be")

    assert start().findings


def test_a_changed_word_changes_the_fingerprint(tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "a.yaml").write_text("a: [b]")
    before = kept.fingerprint(words)
    (words / "a.yaml").write_text("a: [c]")

    assert kept.fingerprint(words) != before


def test_old_entries_are_removed(cache):
    for number in range(6):
        kept.keep(f"entry{number}", number)

    assert len(list(cache.iterdir())) == 3


def test_the_phrases_tell_when_they_changed_without_being_made():
    phrases = Phrases.load()

    assert phrases.fingerprint() == kept.fingerprint(grammar.folder("en"))
    assert "_sentences" not in vars(phrases)
