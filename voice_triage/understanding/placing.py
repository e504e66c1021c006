"""Whether words that may answer stand where they do: "it is" answers, of "what day it is" nothing."""

from __future__ import annotations

from voice_triage.understanding.context import Context
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot


def placed(context: Context, spot: Spot[Phrase]) -> bool:
    """True where the answer stands at the place in which alone it is one (grammars/en/answers.yaml)."""
    place = spot.payload.name.partition("_")[2]
    if place == "start":
        return context.begins(spot.start)
    if place == "whole":
        alone = context.stretches.only_outside(frozenset(), spot.start, spot.end)
        return not context.asked.get("clear_no") and alone
    if place not in ("end", "degree"):
        return not place or _alone(context, spot)
    degree = place == "degree" and not _thanks(context, spot)
    whole = _tells_nothing_else(context, spot.start) if degree else not _part(context, spot)
    return whole and context.ends(spot.end)


def _alone(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "no he's fine now", "no he's fine he's playing"; not "he was fine", "he's fine isn't he"."""
    sets, surface = context.grammar.sets, context.words.surface
    place, rest = (spot.start, spot.end), context.stretches
    if not sets["not_now"].isdisjoint(surface[spot.start : spot.end]):
        return False
    if spot.start and surface[spot.start - 1] in sets["nays"] and context.ends(spot.end):
        return not rest.holds_outside(sets.any_of("nots", "but_not_now"), *place)
    if context.asked.get("clear_no") and rest.holds_outside(sets["nowadays"], *place):
        return False  # of a fit that was: "he's fine now"
    return rest.only_outside(sets.any_of("polite", "beside_fine"), *place)


def _tells_nothing_else(context: Context, before: int) -> bool:
    """True for "he does a bit" and "well only sometimes", not for "she cries a lot"."""
    light = context.grammar.sets.any_of("polite", "auxiliaries", "skippable", "before_degree")
    return context.beside_people.only(light, context.wall_before(before), before)


def _part(context: Context, spot: Spot[Phrase]) -> bool:
    """True for the "it is" of "what day it is", the "i have" of "i have a thermometer", not of "a bit".

    And for the "very much" of "thank you very much", and the "we are" of "we are at the seaside".
    """
    words, rows = context.words, context.grammar.sets
    before = words.surface[max(0, spot.start - 3) : spot.start]
    if words.surface[spot.end - 1] in rows["unended_be"]:
        if not rows["unended"].isdisjoint(words.surface[spot.end : spot.end + 2]):
            return True
    if not rows["where"].isdisjoint(before[-2:]):
        return True
    if _thanks(context, spot):
        return True
    following = words.surface[spot.end : spot.end + 2]
    last = words.surface[spot.end - 1]
    if words.surface[spot.start] in rows["nominative"] and last in rows["copulas"]:
        when = words.surface[spot.end + 1 : spot.end + 3]
        if not rows["whereabouts"].isdisjoint(following[:1]) and rows["when"].isdisjoint(when):
            return True
    return (
        not rows["before_thing"].isdisjoint(following[:1])
        and last in rows.any_of("copulas", "havings")
        and rows["degrees"].isdisjoint(following[1:])
    )


def _thanks(context: Context, spot: Spot[Phrase]) -> bool:
    """True for the "very much" of "thank you very much"."""
    words, rows = context.words.surface, context.grammar.sets
    before = words[max(0, spot.start - 3) : spot.start]
    return words[spot.start] in rows["thanked"] and not rows["thanking"].isdisjoint(before)
