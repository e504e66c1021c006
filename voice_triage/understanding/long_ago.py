"""Long times that are no proof that the spots are old: of other spots, or said with a hedge.

Old spots may pass for harmless ones, so a long time that is not plainly theirs is none: it is asked again.
"""

from __future__ import annotations

from voice_triage.understanding.values import Utterance


def doubtful(said: Utterance, start: int, end: int) -> bool:
    """True for the long time told from start to end in "as he had two years ago" and "a month at most"."""
    telling = said.telling
    end += said.word(end) in telling.ago
    begin = start
    while said.word(begin - 1) in telling.about:
        begin -= 1
    bound = any(
        said.before(at, telling.at_most) or said.before(at, telling.could_be) for at in (begin, start)
    )
    if bound or said.length(end, telling.at_most_after):
        return True
    return said.compares or _was_had(said, start, end) or (_unsure(said, start, end) and start not in said.at)


def _was_had(said: Utterance, start: int, end: int) -> bool:
    """True for "he had them two months ago", not for "he has had them"."""
    telling = said.telling
    clause = range(start - len(said.lead(start)), start)
    had = any(
        said.word(at) in telling.had and said.word(at - 1) not in telling.having | telling.be for at in clause
    )
    return had and said.word(end - 1) in telling.ago


def _unsure(said: Utterance, start: int, end: int) -> bool:
    """True where it is said that it is not known; the "little" of "since i was little" says no such thing."""
    return said.doubts.reaches_beyond(start, end)
