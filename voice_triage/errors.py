"""Everything that can go wrong on purpose, and the exit status each gives.

TriageError
├── BadInput        exit 2  a file, line or option of the user's is wrong
│   └── BadContent  exit 2  a protocol, grammar or locale file is wrong
├── Lacking         exit 3  the machine lacks something; the message says what cures it
└── OutputGone      exit 3  standard output takes no more; 0 where its reader has simply gone
"""

from __future__ import annotations

import errno
import shlex
import shutil
import sys
from pathlib import Path


class TriageError(Exception):
    """Base of every error that is shown to the user as one line."""

    exit_status = 2


class BadInput(TriageError):
    """Raised when something the user gave is wrong; names the place and what is allowed."""

    exit_status = 2


class BadContent(BadInput):
    """Raised at load when a content file (protocol, grammar, locale) is wrong; names file and key."""


def extra(name: str) -> str:
    """The cure for what an extra brings; no registry is asked for a package of our name."""
    return f"Run in the program's folder: .venv/bin/pip install -e '.[{name}]'"


def typed(words: str) -> str:
    """A command of ours as it can be typed here: as it was started, where its name alone is not found."""
    started = Path(sys.argv[0])
    if started.parts[-2:] == ("voice_triage", "__main__.py"):
        return f"{shlex.quote(sys.executable)} -m voice_triage {words}"
    if started.stem == "voice-triage" and shutil.which("voice-triage") is None:
        return f"{shlex.quote(str(started))} {words}"
    return f"voice-triage {words}"


class Lacking(TriageError):
    """Raised when a device, model, library or voice is missing; ``cure`` is what to do about it."""

    exit_status = 3

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}. {cure}")
        self.what = what
        self.cure = cure

    def __reduce__(self) -> tuple[type[Lacking], tuple[str, str]]:
        """How it comes whole out of a worker process: Exception would give back one argument."""
        return Lacking, (self.what, self.cure)


class OutputGone(TriageError):
    """Raised when standard output takes no more: its reader has gone (head, less), or its disk is full."""

    exit_status = 3

    def __init__(self, error: OSError) -> None:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or error
        super().__init__(f"the output cannot be written: {why}")
        if isinstance(error, BrokenPipeError):
            self.exit_status = 0  # whoever pipes it into head has seen enough
