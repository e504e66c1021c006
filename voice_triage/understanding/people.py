"""Who it is about, and who only saw it or rang."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from voice_triage.messages import GROWN_UP, Value
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.value_spots import longest
from voice_triage.understanding.values import Told, Utterance
from voice_triage.understanding.whose_age import years

SIGN_WITHIN = 5
"""Words after a person in which a sign is his."""
OWNED_WITHIN = 3
"""Words after a person in which one of his begins: "my sister's wee one"."""


def patients(said: Utterance, taken: Sequence[Told] = ()) -> list[Told]:
    """Who it is about: self, child or other; strong where it is said outright.

    ``taken``: the values told otherwise; a brother of thirteen is a child.
    """
    age = next((years(one) for one in reversed(taken) if one.value.concept == "age"), None)
    out = []
    denies, surface = said.telling.denies, said.words.surface
    # "it's me, not my son" is no "it's my son"
    whole = [
        s for s in said.spots if s.payload.value == "self" or denies.isdisjoint(surface[s.start + 1 : s.end])
    ]
    words = [
        s
        for s in longest(whole, "patient_word")
        # "i don't know" is nobody's name, "me not my son" is.
        if s.payload.value != "nobody" and (s.end - s.start == 1 or said.word(s.end) not in denies)
    ]
    found = _Found(said, (*longest(whole, "patient"), *words))
    own = _own(said)
    for s in found.every:
        strong = s.payload.name == "patient"
        if _aside(said, s, own) or _only_beside(said, s, found):
            continue
        if not (strong or said.question == "patient" or _subject(said, s) or _theirs(said, s, found)):
            continue
        value = "self" if _speaker(said, s) else s.payload.value
        if value == "child" and said.base(s.end - 1) in said.telling.kin and found.child_denied:
            value = "other"
        if age is not None and said.base(s.end - 1) in said.telling.any_age and value != "self":
            value = "child" if age < GROWN_UP else "other"
        beside = found.near.begun(s.start + 1, s.end + OWNED_WITHIN + 1)
        if any(_of(said, s, one) or _on_another(s, one) for one in beside):
            continue
        text = said.words.text(s.start, s.end)
        out.append(Told(s.start, s.end, Value("patient", "value", value, text), strong))
    return out


class _Found:
    """The words for a patient in one utterance, and what is asked of all of them."""

    def __init__(self, said: Utterance, every: Sequence[Spot[Phrase]]) -> None:
        self._said, self.every, self.near = said, every, Near(every)

    @cached_property
    def others_from(self) -> int:
        """Where the first other is named; behind the last word where none is."""
        ends = (s.end for s in self.every if s.payload.value == "other")
        return min(ends, default=len(self._said.words.surface) + 1)

    @cached_property
    def speaker(self) -> bool:
        """True where the caller is told to be the patient."""
        return any(s.payload.value == "self" and s.payload.name == "patient" for s in self.every)

    @cached_property
    def outright(self) -> bool:
        """True where that is said outright."""
        return any(_outright(self._said, s) for s in self.every)

    @cached_property
    def child_denied(self) -> bool:
        """True beside the "it's his dad" of "not my son this time, it's his dad"."""
        return any(s.payload.value == "child" and _denied(self._said, s) for s in self.every)

    @cached_property
    def told(self) -> set[int]:
        """The words of signs."""
        signs = (s for s in self._said.spots if s.payload.kind == "sign")
        return covered(s for s in signs if s.end - s.start <= SIGN_WITHIN)


def _only_beside(said: Utterance, spot: Spot[Phrase], found: _Found) -> bool:
    """True for the baby of "it's me, i was holding the baby" and of "for my mother, she's with my baby"."""
    telling, start, end = said.telling, spot.start, spot.end
    if spot.payload.value != "child":
        return False
    third = said.word(start - 2) in telling.third and said.word(start - 1) in telling.be
    if third and said.word(start) in telling.accompanied:
        return found.others_from < start
    busy = said.word(start) in telling.something and _busy(said, start - 1, found)
    busy = busy or (said.word(end) in telling.be and _busy(said, end + 1, found))
    if said.length(end, telling.well) > 0:
        return found.speaker
    return busy and found.outright


def _doing(said: Utterance, at: int) -> bool:
    """True for a word such as holding, dialling, wheezing."""
    return said.word(at).endswith(tuple(said.telling.doing_endings))


def _busy(said: Utterance, at: int, found: _Found) -> bool:
    """True for holding and dialling, not for wheezing: a sign is the patient's."""
    return _doing(said, at) and at not in found.told


def _outright(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "it's me," and "on me when", not for "it's me daughter" and "sleeping on me"."""
    telling, follows = said.telling, said.word(spot.end)
    ends = not follows[:1].isalnum() or follows in telling.speaker | telling.clause_words | telling.once_when
    mine = spot.payload.value == "self" and said.word(spot.end - 1) in telling.selves
    mine = mine and (spot.payload.name == "patient" or not said.lead(spot.start))
    return mine and ends and not _doing(said, spot.start - 1) and not _denied(said, spot)


def _denied(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "not my son" and "not me"."""
    telling, at = said.telling, spot.start
    at -= spot.payload.name == "patient_word" and said.word(at - 1) in telling.owners
    return said.word(at - 1) in telling.denies or said.before(at, telling.not_for)


def _speaker(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "i'm a forty year old woman", not for "i'm calling for my son"."""
    lead, numerals = said.lead(spot.start), said.numerals
    be = max((at for at, word in enumerate(lead) if word in said.telling.be), default=0)
    if not be or lead[be - 1] not in said.telling.speaker:
        return False
    if said.word(spot.start) in said.telling.accompanied:
        return False  # "i'm with a little girl"
    between = (*lead[be + 1 :], *said.words.surface[spot.start : spot.end - 1])
    known = said.idle | numerals.vague.keys() | numerals.units.keys() | said.telling.old
    known |= numerals.ones.keys() | numerals.tens.keys()
    return all(word in known or word[0].isdigit() for word in between)


def _of(said: Utterance, spot: Spot[Phrase], other: Spot[Phrase]) -> bool:
    """True for the sister of "my sister's wee one"."""
    near = spot.end + 1 <= other.start <= spot.end + OWNED_WITHIN
    genitive = near and said.word(spot.end) in said.telling.genitive
    named = said.word(other.start) not in said.telling.third  # "my wife's pregnant, she's ..."
    return genitive and named and other.payload.value == "child" and spot.payload.value == "other"


def _theirs(said: Utterance, spot: Spot[Phrase], found: _Found) -> bool:
    """True for the son of "he's my wife's son"."""
    near = found.near.meeting(spot.start - OWNED_WITHIN - 1, spot.start)
    return any(one.payload.name == "patient" and _of(said, one, spot) for one in near)


def _on_another(spot: Spot[Phrase], other: Spot[Phrase]) -> bool:
    """True for the "on my" of "on my husband's back"."""
    meets = spot.start < other.start <= spot.end < other.end
    return spot.payload.value == "self" and other.payload.value != "self" and meets


def _subject(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for the dad of "dad's got a stiff neck": he begins the words, and a sign follows."""
    follows = said.word(spot.end)
    begins = spot.start == 0 and (follows in said.telling.be or follows in said.telling.having)
    signs = (s for s in said.spots if s.payload.kind == "sign" and s.payload.question == "")
    return begins and any(spot.end < s.end <= spot.end + SIGN_WITHIN for s in signs)


def _reports(said: Utterance, at: int) -> bool:
    """True for the telling of "my wife's the one telling me"."""
    return said.base(at) in said.telling.reporting or said.word(at) in said.telling.reporting


def _rests(said: Utterance, at: int) -> bool:
    """True before the "on me" of "sleeping on me" and "he's asleep on me"."""
    at -= said.word(at - 1) in said.telling.away
    if said.word(at - 1) in said.telling.resting:
        return True
    return _doing(said, at - 1) and said.base(at - 1) not in said.telling.comes


def _called(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for the mummy of "she goes to me mummy i've got measles"."""
    spoken_to = said.word(spot.start) in said.telling.selves and said.word(spot.start - 1) in said.telling.to
    return spoken_to and said.word(spot.end) in said.telling.speaker


def _quoted(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for what another says of himself: "she goes to me mummy i've got measles"."""
    return said.before(spot.start, said.telling.quoting)


def _has_children(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "i've got three of them" and "i've a ten month old"."""
    number = said.at.get(spot.end) or said.at.get(spot.end - 1)
    if number is None or said.word(spot.start) not in said.telling.speaker:
        return False
    follows, telling = said.base(number.end), said.telling
    old = bool(said.unit(number.end)) and said.word(number.end + 1) in telling.old
    return old or follows in telling.children or said.length(number.end, telling.of_them) > 0


def _own(said: Utterance) -> int:
    """Where the words after a "my" or "i have" begin; behind the last word where there is none."""
    surface = said.words.surface
    ends = range(1, len(surface) + 1)
    told = (at for at in ends if surface[at - 1] in said.telling.my or said.before(at, said.telling.i_have))
    return next(told, len(surface) + 1)


def _aside(said: Utterance, spot: Spot[Phrase], own: int) -> bool:
    """True for one who only saw, said or had it once: "my daughter noticed them"."""
    surface, telling = said.words.surface, said.telling
    follows = surface[spot.end : spot.end + 6]
    if _denied(said, spot):
        return True
    if spot.payload.value == "self":
        if _quoted(said, spot) or _has_children(said, spot):
            return True
        lying = said.word(spot.start) in telling.upon and said.word(spot.end - 1) in telling.selves
        if lying and _rests(said, spot.start):
            return True  # "sleeping on me"
        # "i can't see them" is the helper's, "i can't breathe" the patient's
        able = not telling.can.isdisjoint(surface[spot.start : spot.end])
        return able and said.word(spot.end) in telling.helping
    if not telling.unborn.isdisjoint(surface[max(0, spot.start - 1) : spot.end]):
        return True
    if not follows:
        return False
    if follows[0] in telling.had and not telling.once.isdisjoint(follows):
        return True
    if said.length(spot.end + 1, telling.quoting):
        return False  # "my son says daddy i've got spots"
    if _called(said, spot):
        return True
    one = said.length(spot.end, telling.is_the_one)
    if one and _reports(said, spot.end + one):
        return True
    mine = own <= spot.start or not telling.mine.isdisjoint(surface[spot.end + 1 : spot.end + 8])
    return mine and follows[0] in telling.reporting
