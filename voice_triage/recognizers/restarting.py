"""A recogniser that survives its engine: what fails is opened anew, and the caller is asked again."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import TypeVar

from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import Beside, StreamingRecognizer
from voice_triage.thresholds import ENGINE_AGAIN_SAMPLES, ENGINE_LOST_AFTER

log = logging.getLogger(__name__)

T = TypeVar("T")


class RestartingRecognizer:
    """Passes everything on; an engine that raises is closed and opened again, its utterance lost."""

    def __init__(self, open_engine: Callable[[], StreamingRecognizer]) -> None:
        self._open_engine = open_engine
        self._engine: StreamingRecognizer | None = open_engine()
        self.name = self._engine.name
        self._question: str | None = None
        self._beside: Beside | None = None
        self.failures = 0
        """How often the engine has failed; the session asks again whenever this has grown."""
        self._in_a_row = 0
        """Failures since an utterance was heard to its end; from the second on the next try waits."""
        self._wait = 0

    @property
    def lost(self) -> bool:
        """True when it failed again and again, to open or to hear: nothing is heard by it."""
        return self._in_a_row >= ENGINE_LOST_AFTER

    @property
    def step_s(self) -> float:
        """Of the engine."""
        return 0.0 if self._engine is None else self._engine.step_s

    def beside(self, start: Beside | None) -> None:
        """Tell this engine, and each that takes its place."""
        self._beside = start
        self._guarded(lambda engine: engine.beside(start), None)

    def expect(self, question: str | None) -> None:
        """Prepare for answers to ``question``."""
        self._question = question
        self._guarded(lambda engine: engine.expect(question), None)

    def new_caller(self) -> None:
        """Somebody else speaks from now on."""
        self._guarded(lambda engine: engine.new_caller(), None)

    def start(self) -> None:
        """Begin a new utterance."""
        self._guarded(lambda engine: engine.start(), None)

    def accept(self, block: Pcm) -> Hypothesis:
        """Hear one block; empty when the engine has just failed."""
        self._wait -= len(block)
        return self._guarded(lambda engine: engine.accept(block), Hypothesis(""))

    def pause(self) -> None:
        """The caller has fallen silent."""
        self._guarded(lambda engine: engine.pause(), None)

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; empty when the engine has just failed."""
        failures = self.failures
        final = self._guarded(lambda engine: engine.finish(checked=checked), Hypothesis(""))
        if self.failures == failures:
            self._in_a_row = 0
        return final

    def close(self) -> None:
        """Release the engine."""
        if self._engine is not None:
            self._engine.close()

    def _guarded(self, work: Callable[[StreamingRecognizer], T], instead: T) -> T:
        """Return the result of ``work``, or ``instead`` when the engine is or becomes useless."""
        try:
            if self._engine is None and not self._opened():
                self.failures += 1
                return instead
            return work(self._engine)  # type: ignore[arg-type] # _opened has set it
        except Exception as error:  # whatever a C library throws, the conversation goes on
            # The type only: a message might hold what was said.
            log.warning("the recogniser failed (%s) and is opened anew", type(error).__name__)
            self.failures += 1
            self._in_a_row += 1
            engine, self._engine = self._engine, None
            self._wait = ENGINE_AGAIN_SAMPLES if self._in_a_row > 1 else 0
            if engine is not None:
                with contextlib.suppress(Exception):
                    engine.close()
            return instead

    def _opened(self) -> bool:
        """Open the engine, not sooner than ENGINE_AGAIN_SAMPLES after it could not be opened."""
        if self._wait > 0:
            return False
        try:
            engine = self._open_engine()
            engine.new_caller()
            engine.beside(self._beside)
            engine.expect(self._question)
        except Exception as error:
            if not self._in_a_row:
                log.warning("the recogniser cannot be opened (%s)", type(error).__name__)
            self._in_a_row += 1
            self._wait = ENGINE_AGAIN_SAMPLES
            return False
        self._engine = engine
        return True
