"""What it costs: memory, computing time, and the wait for the first sample; each in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.techniques import Technique

ROOT = Path(__file__).parent.parent

_MEMORY = """
import re, sys
from pathlib import Path
from bench.corpus import VOICES, red_flags
from bench.techniques import Technique
from bench.trials import Trial, run
technique = Technique("", sys.argv[1], bool(sys.argv[2]))
run(Trial(red_flags()[0], VOICES[1], "emergency_signs", technique=technique))
run(Trial(red_flags()[1], VOICES[1], "patient", after_ms=900, echo=(40, -6), technique=technique))
# Not ru_maxrss: that of a process which was forked from a larger one is the larger one's.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""

_COLD = """
import sys, time
import numpy as np
from voice_triage.app import Kit
from voice_triage.audio.room import Room
from voice_triage.settings import Settings
session = Kit(Settings(country="US", recognizer=sys.argv[1])).talk(Room())
seen = []
take = session._with.device.exchange
def exchange(far):
    if np.any(far) and not seen:
        seen.append(time.time())
    return take(far)
session._with.device.exchange = exchange
session.start()
for _ in range(500):
    session.step()
    if seen:
        break
print(seen[0], flush=True)
import os
os._exit(0)
"""


_CANCELLER = """
import sys, time
import numpy as np
from bench.techniques import Technique, taken_out
from voice_triage.audio.echo import EchoCanceller
random, silent = np.random.default_rng(0), np.zeros(320, np.int16)
with taken_out(Technique(lacking=tuple(sys.argv[1:]))):
    canceller = EchoCanceller()
for _ in range(150):
    far = (random.standard_normal(320) * 3000).astype(np.int16)
    canceller.process(far // 2, far)
for _ in range(100):
    canceller.process(silent, silent)
began = time.perf_counter()
for _ in range(250):
    canceller.process(silent, silent)
print((time.perf_counter() - began) * 4)
"""


def memory_mb(technique: Technique) -> float:
    """Peak resident memory of a process that plays two conversations, MB."""
    second = "second opinion" if technique.second_opinion else ""
    return float(_python(_MEMORY, technique.recognizer, second).split()[-1])


def cold_start_s(technique: Technique, times: int = 3) -> float:
    """From the start of the process to the first sample that is no silence; prompts cached; the median."""
    _python(_COLD, technique.recognizer)  # renders and caches the prompts
    took: list[float] = []
    for _ in range(times):
        began = time.time()
        took.append(float(_python(_COLD, technique.recognizer).split()[-1]) - began)
    return sorted(took)[len(took) // 2]


def canceller_ms(technique: Technique) -> float:
    """Computing time of the echo canceller for a block of silence, 2 s after what it cancelled, ms."""
    return float(_python(_CANCELLER, *technique.lacking).split()[-1])


def _python(code: str, *arguments: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user's Python keeps what it has compiled
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, cwd=ROOT, check=False, env=environment,
    )  # fmt: skip
    if not done.stdout.strip():
        raise RuntimeError(done.stderr.strip()[-400:] or "no answer")
    return done.stdout


def described() -> dict[str, str | int]:
    """The machine, so that figures can be compared."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        names = [
            row for row in Path("/proc/cpuinfo").read_text().splitlines() if row.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else ""
    return {"cpu": model, "cores": os.cpu_count() or 0, "python": sys.version.split()[0]}


if __name__ == "__main__":
    print(json.dumps(described()))
