"""Sound in steps of one length, so that what a decoder makes of it does not depend on the block length."""

from __future__ import annotations

import numpy as np

from voice_triage.pcm import Pcm

STEP = 320


class Steps:
    """Cuts the blocks of an utterance into steps of 320 samples; keeps what is left over for the next one."""

    def __init__(self) -> None:
        self._rest: Pcm = np.zeros(0, np.int16)

    def take(self, block: Pcm) -> list[Pcm]:
        """Return the whole steps that there are by now."""
        pending = np.concatenate((self._rest, block)) if len(self._rest) else block
        whole = len(pending) - len(pending) % STEP
        self._rest = pending[whole:].copy()
        return [pending[at : at + STEP] for at in range(0, whole, STEP)]

    def end(self) -> list[Pcm]:
        """Return what was left over, at most one short step, and begin anew."""
        rest, self._rest = self._rest, np.zeros(0, np.int16)
        return [rest] if len(rest) else []
