"""What a time says beside the words around it: "so that's three hours", and spots that are old or new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice_triage.understanding.context import Said
from voice_triage.understanding.lasting import LONG_HOURS, Clauses
from voice_triage.understanding.long_ago import doubtful
from voice_triage.understanding.values import Told

OLD, NEW = "long_standing", "new_rash"


def concludes(clauses: Clauses, start: int, end: int) -> bool:
    """True for the time of "so that's three hours": only such words stand before it, and nothing behind."""
    said = clauses.utterance
    telling = said.telling
    clause, before = clauses.at(start)
    lead = (clause.start, start)
    called = said.word(clause.start - 1) in telling.calling  # "that makes it five days"
    be = said.stretches.holds(telling.be, *lead)
    if not called and clause.points and not be and said.stretches.holds(telling.they, *lead):
        return False  # "give it a week"
    speaks = be and said.stretches.holds(telling.speaker, *lead)
    if clause.foreign or speaks or any(one.other or one.life for one in (clause, before) if one):
        return False
    end += said.length(end, telling.rounded)
    follows = said.word(end)
    known = telling.concluding | telling.about | telling.they | telling.be | said.idle
    closes = not follows[:1].isalnum() or follows in telling.clause_words or end >= clause.end
    return closes and said.stretches.within(known, *lead)


def are_new(clauses: Clauses, said: Sequence[Said]) -> bool:
    """True where spots are said to be new; the one word of "it was the new boots" says nothing of spots."""
    new = (s for s in said if s.concept == NEW and s.status == "present")
    return any(s.end - s.start != 1 or clauses.plain(s.start) for s in new)


def settled(
    said: Sequence[Said], rules: Sequence[Said], told: Sequence[Told], clauses: Clauses
) -> list[Said]:
    """The signs without "long standing" where nothing says so of the spots, or some of them are new.

    ``rules``: what the grammar alone found; the network's guess excuses nothing.
    """
    old = [s for s in said if s.concept == OLD and s.status == "present"]
    if not old:
        return list(said)
    plain = {(s.start, s.end) for s in rules if s.concept == OLD and s.status == "present"}
    kept = [s for s in old if (s.start, s.end) in plain and clauses.about_spots(s.end - 1, LONG_HOURS)]
    kept = [s for s in kept if not doubtful(clauses.utterance, s.start, s.end)]
    hours = [float(one.value.value) for one in told if one.value.concept == "duration"]
    fresh = next((s for s in (*said, *rules) if s.concept == NEW and s.status == "present"), None)
    short = bool(hours) and min(hours) < LONG_HOURS
    rest = [s for s in said if s not in old]
    if not (fresh or short):
        return rest + kept
    known = any(s.concept == NEW and s.status == "present" for s in rest)
    if known or not kept:
        return rest
    rest = [s for s in rest if s.concept != NEW]
    return [*rest, replace(fresh or kept[0], concept=NEW)]
