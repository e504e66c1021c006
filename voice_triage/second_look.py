"""What the second recogniser makes of an utterance: asked anew as it grows, answered beside the loop."""

from __future__ import annotations

import logging
from collections.abc import Callable

from voice_triage.clock import Clock
from voice_triage.messages import Hypothesis, Meaning
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import UtteranceRecognizer

_log = logging.getLogger(__name__)

NOTHING = Hypothesis("")


class SecondLook:
    """The second opinion on one utterance; without a second engine it heard nothing, at once."""

    def __init__(self, engine: UtteranceRecognizer | None, clock: Clock, question: str | None = None) -> None:
        self._engine, self._clock, self._question = engine, clock, question
        self._poll: Callable[[], Hypothesis | None] | None = None
        self._result: Hypothesis | None = NOTHING
        self._meaning: Meaning | None = None
        self.of_s = 0.0
        """How much speech it was asked about."""
        self.unread = False
        """The listener has not read the answer to the last question yet."""

    def another(self) -> SecondLook:
        """A look by the same engine that has not been asked yet."""
        return SecondLook(self._engine, self._clock, self._question)

    @property
    def there(self) -> bool:
        """True where there is a second engine."""
        return self._engine is not None

    def ask(self, sound: Callable[[], Callable[[], Pcm]], voice_s: float) -> bool:
        """Ask about all so far; False when it was asked about as much speech before.

        ``sound`` is called at once and gives what will give the sound, beside the loop.
        """
        if self._engine is None or self.of_s >= voice_s:
            return False
        pcm, transcribe, question = sound(), self._engine.transcribe, self._question
        self.of_s, self.unread = voice_s, True

        def look() -> Hypothesis:
            # Asked anew while this waited for its turn: a slow machine would never catch up. Who still
            # has the look (``OpenUtterance.check``) is not told that nothing was heard.
            return transcribe(pcm(), question) if self.of_s == voice_s else Hypothesis("", failed=True)

        self._poll, self._result, self._meaning = self._clock.start(look), None, None
        return True

    def result(self) -> Hypothesis | None:
        """What it heard; None while the answer is still to come."""
        if self._result is None and self._poll is not None:
            self._result = self._poll()
        return self._result

    def meaning(self, read: Callable[[Hypothesis], Meaning]) -> Meaning | None:
        """What it means, read once; None while the answer is still to come.

        An answer that nobody can read is that of an engine that failed: it drops no red flag that waits.
        """
        if self._meaning is None and (result := self.result()) is not None:
            try:
                self._meaning = read(result)
            except Exception as error:
                _log.error("a second look could not be read (%s)", type(error).__name__)
                self._result, self._meaning = Hypothesis("", failed=True), Meaning("")
        return self._meaning
