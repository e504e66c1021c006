"""kill -9 at any step on the disk, and within a write, leaves the old or the new, never half of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# One process forks a child for each step; the child kills itself before it, the parent looks at what is left.
SCRIPT = """
import json, os, resource, signal, sys
from pathlib import Path
import numpy as np

folder = Path(sys.argv[1])
os.environ["XDG_CACHE_HOME"] = str(folder)
from voice_triage import settings, settings_command, summary
from voice_triage.recognizers import sphinx_files
from voice_triage.speech.store import SoundStore
from voice_triage.understanding import kept

SETTINGS = folder / "settings.toml"
SETTINGS.write_text("# mine\\npatience = 2\\n")
BODY = "a line of words\\n" * 5000

class Phrases:
    def sentences(self): return ["stop"]
    def near_misses(self): return []
    def pronunciations(self): return {}
    def fingerprint(self): return "print"

def build(place, recipe, model):
    for name in (sphinx_files._DICTIONARY, sphinx_files._MODEL):
        (place / name).write_text(BODY)

sphinx_files._build = build  # the real one takes seconds and writes the same two files

def work():
    settings_command.put(lambda line: None, "voice", "espeak-ng:en-gb", SETTINGS, {})
    SoundStore(folder / "voice").put("a" * 64, np.full(20000, 7, np.int16))
    kept.keep("b" * 64, {"compiled": 1})
    with sphinx_files.prepared(sphinx_files.Recipe(Phrases(), 0.5), folder, folder) as files:
        files.dictionary.read_bytes()

def damage():
    found = []
    loaded = settings.load(SETTINGS, {})
    if (loaded.patience, loaded.voice) not in ((2.0, "auto"), (2.0, "espeak-ng:en-gb")):
        found.append(f"settings {loaded}")
    if not SETTINGS.read_text().startswith("# mine"):
        found.append("settings lost a comment")
    sound = SoundStore(folder / "voice").get("a" * 64)
    if sound is not None and not (len(sound) == 20000 and np.all(sound == 7)):
        found.append("half a sound")
    if kept.recall("b" * 64) not in (None, {"compiled": 1}):
        found.append("half a grammar")
    with sphinx_files.prepared(sphinx_files.Recipe(Phrases(), 0.5), folder, folder) as files:
        if files.dictionary.read_text() != BODY or files.language_model.read_text() != BODY:
            found.append("half a language model")
    return found

def killed_before(step):
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = [step]
    def count(event, given):
        if event == "open" or event.startswith(("os.", "shutil.", "tempfile.")):
            if any(str(folder) in str(one) for one in given if isinstance(one, (str, bytes, os.PathLike))):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    work()
    os._exit(0)

def killed_at(size):
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # die in the middle of a write, so many bytes into a file
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    work()
    os._exit(0)

def clean():
    import shutil
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    SETTINGS.write_text("# mine\\npatience = 2\\n")

steps, found, step = [], [], 1
while killed_before(step):
    found += [f"killed before step {step}: {one}" for one in damage()]
    clean()
    step += 1
halves = 0
for size in (1, 20, 60, 1000, 39000, 60000):
    clean()
    halves += killed_at(size)
    found += [f"killed {size} bytes into a file: {one}" for one in damage()]
clean()
work()
print(json.dumps({"kills": step - 1, "halves": halves, "damage": found + damage()}))
"""


def test_a_kill_at_any_moment_leaves_settings_and_caches_whole(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["damage"] == []
    assert told["kills"] > 20 and told["halves"] == 6, "it was not killed where it should have been"
