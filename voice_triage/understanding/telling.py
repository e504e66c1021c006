"""The words around a number or a person that say what is meant, from grammars/<language>/telling.yaml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from voice_triage.content import Row
from voice_triage.understanding.words import PhraseList, WordSet


@dataclass(frozen=True, slots=True)
class Telling:
    """One field for each key of the file, whose comments say what they do."""

    # numbers of any kind
    correcting: WordSet
    saying: WordSet
    refining: WordSet
    instead: PhraseList
    if_not: WordSet
    of: WordSet
    solid: WordSet
    half_more: PhraseList
    how_often: WordSet
    percent: WordSet
    streets: WordSet
    outdoors: WordSet
    not_body: WordSet
    weather: PhraseList
    above: PhraseList
    counts_as: PhraseList
    aged_kin: WordSet
    now: WordSet
    readings: WordSet
    devices: WordSet
    degrees: WordSet
    below: PhraseList
    # durations
    padding: WordSet
    padding_end: WordSet
    since: WordSet
    in_a_row: PhraseList
    a_day: WordSet
    concluding: WordSet
    calling: WordSet
    rounded: PhraseList
    takes_back: WordSet
    rash: WordSet
    comes: WordSet
    they: WordSet
    these: WordSet
    ever_since: WordSet
    clause_words: WordSet
    light: WordSet
    elsewhere: WordSet
    to_come: WordSet
    something: WordSet
    lives: WordSet
    compared: PhraseList
    at_most: PhraseList
    could_be: PhraseList
    at_most_after: PhraseList
    between: WordSet
    almost_after: PhraseList
    # ages
    old: WordSet
    of_age: PhraseList
    ago: WordSet
    tens_heard: WordSet
    youngest: PhraseList
    also: PhraseList
    well: PhraseList
    born: WordSet
    in_year: WordSet
    aged: WordSet
    persons: WordSet
    be: WordSet
    about: WordSet
    reached: WordSet
    it: WordSet
    have: WordSet
    have_asked: WordSet
    children: WordSet
    of_spots: WordSet
    selves: WordSet
    beside_child: WordSet
    closing: WordSet
    things: WordSet
    looks: WordSet
    plural_endings: WordSet
    singular_endings: WordSet
    irregular_plurals: WordSet
    no_plurals: WordSet
    not_ages: WordSet
    past: WordSet
    to: WordSet
    like: WordSet
    likened: WordSet
    size_for: WordSet
    sized: WordSet
    others: WordSet
    taken_for: WordSet
    measures: WordSet
    named_by: WordSet
    expecting: WordSet
    carrying: WordSet
    having: WordSet
    plain: WordSet
    almost: PhraseList
    yet: WordSet
    not_next: WordSet
    gone_by: WordSet
    stayed: WordSet
    days: WordSet
    pointing: WordSet
    soon_before: WordSet
    soon_after: WordSet
    will_be: WordSet
    will: WordSet
    beside_sound: WordSet
    ranked: WordSet
    both: WordSet
    picking: PhraseList
    other: WordSet
    another: WordSet
    relative: WordSet
    whose: WordSet
    kin: WordSet
    acquainted: WordSet
    apart: WordSet
    pointed: WordSet
    third: WordSet
    either: WordSet
    owners: WordSet
    speaker: WordSet
    once_when: WordSet
    spans: WordSet
    # people
    any_age: WordSet
    accompanied: WordSet
    genitive: WordSet
    doing_endings: WordSet
    quoting: PhraseList
    of_them: PhraseList
    resting: WordSet
    upon: WordSet
    reporting: WordSet
    is_the_one: PhraseList
    away: WordSet
    mine: WordSet
    my: WordSet
    i_have: PhraseList
    can: WordSet
    helping: WordSet
    denies: WordSet
    not_for: PhraseList
    unborn: WordSet
    had: WordSet
    once: WordSet

    @classmethod
    def read(cls, data: Any, place: str) -> Telling:
        """From the data of the file at ``place``. Raises BadContent."""
        row = Row(data, place, [field.name for field in fields(cls)])
        reader = {"WordSet": row.words, "PhraseList": row.phrases}
        found: dict[str, Any] = {field.name: reader[str(field.type)](field.name) for field in fields(cls)}
        return cls(**found)
