"""What it costs: memory, computing time, and the wait for the first sample; each in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent

_MEMORY = """
import resource, sys
from bench.corpus import VOICES, red_flags
from bench.trials import STREAMING, WHOLE, Trial, run
technique = WHOLE if sys.argv[1] == "with" else STREAMING
run(Trial(red_flags()[0], VOICES[1], "emergency_signs", technique=technique))
run(Trial(red_flags()[1], VOICES[1], "patient", after_ms=900, echo=(40, -6), technique=technique))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

_COLD = """
import time
import numpy as np
from voice_triage.app import Kit
from voice_triage.audio.room import Room
from voice_triage.settings import Settings
session = Kit(Settings(country="US")).talk(Room())
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


def memory_mb(second_opinion: bool) -> float:
    """Peak resident memory of a process that plays two conversations, MB."""
    return float(_python(_MEMORY, "with" if second_opinion else "without").split()[-1])


def cold_start_s(times: int = 3) -> float:
    """From the start of the process to the first sample that is no silence; prompts cached; the median."""
    _python(_COLD)  # renders and caches the prompts
    took: list[float] = []
    for _ in range(times):
        began = time.time()
        took.append(float(_python(_COLD).split()[-1]) - began)
    return sorted(took)[len(took) // 2]


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
