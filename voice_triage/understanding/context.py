"""What the words around a phrase do to it: negation, doubt, time, subject. The cues are rows of context.yaml.

After ConText (Harkema 2009) and NegEx (Chapman 2001): each cue has a direction, a reach and walls that end it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voice_triage.messages import Status
from voice_triage.understanding.grammar import Grammar, Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words, is_stop

FORWARD_DROPS = ("other", "hypothetical", "question", "past")
"""Cues that take the phrases after them out of the patient's present."""
INDEPENDENT = ("wall", "resume", "ongoing", "correction", "take_back", "put_back", "not_this", "question_start", "statement", "over_wide", "not_after")
"""Cues that stand beside others instead of replacing a shorter one."""
UNCOVERED = (*INDEPENDENT, "past", "past_after")
"""Cues that count inside a sign as well: "years ago" also says how long a rash has been there."""
MAX_CHAIN = 24
"""Signs in one negated list; keeps endless repetition linear."""
CHAIN_GAP = 3
"""Words between two members of a negated list: "fever or any kind of headache"."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sign with its status, and where it was said."""

    start: int
    end: int
    concept: str
    status: Status


class Context:
    """One utterance: which cues stand where."""

    def __init__(self, grammar: Grammar, words: Words, spots: Sequence[Spot[Phrase]], question: str) -> None:
        self._grammar = grammar
        self._words = words
        every = [s for s in dict.fromkeys(spots) if s.payload.kind == "cue" and not s.negated]
        every = list({(s.start, s.end, s.payload.name, s.payload.of): s for s in every}.values())
        cues = _longest([s for s in every if s.payload.name not in INDEPENDENT])
        cues += [s for s in every if s.payload.name in INDEPENDENT]
        self.signs = self._kept_signs(spots, cues, question)
        covered = _cover(self.signs, len(words.surface))
        self.cues = sorted(
            (c for c in cues if c.payload.name in UNCOVERED or not _inside(c, covered)),
            key=lambda c: c.start,
        )
        self._cue_starts = [cue.start for cue in self.cues]
        self._sign_starts = [sign.start for sign in self.signs]
        self._covered = covered
        self._subjects = frozenset(grammar.files["words"]["subjects"])
        self._walls = self._wall_places()
        self.lone_nos: list[int] = []
        """Places of a no that answers, and negates nothing."""
        self._turned: set[int] = set()
        self._negated = self._negations()
        self._doubted: set[int] = set()
        self._dropped: set[int] = set()
        self._resolved: set[int] = set()
        self._reach_out()

    def said(self) -> list[Said]:
        """The signs that concern the patient now, in order of being said."""
        out = []
        for number, sign in enumerate(self.signs):
            if number in self._dropped and number not in self._resolved:
                continue
            present = (sign.payload.value != "absent") != sign.negated
            if (number in self._negated) != (number in self._turned):
                present = not present
            if sign.payload.value == "denied" and present:
                continue
            if number in self._resolved:
                present = False
            status: Status = "present" if present else "absent"
            if sign.doubtful or number in self._doubted:
                status = "unsure"
            out.append(Said(sign.start, sign.end, sign.payload.name, status))
        return out

    def has(self, kind: str, start: int, end: int) -> bool:
        """True when a cue of the kind begins in start..end."""
        first = bisect_left(self._cue_starts, start)
        last = bisect_left(self._cue_starts, end)
        return any(cue.payload.name == kind for cue in self.cues[first:last])

    def ends(self, at: int) -> bool:
        """True when nothing that belongs to the clause stands at or after the word."""
        surface = self._words.surface
        if at >= len(surface) or not surface[at][0].isalnum():
            return True
        return surface[at] in self._grammar.files["words"]["clause_openers"]

    def begins(self, at: int) -> bool:
        """True when only polite or light words stand before the word in its sentence."""
        openers = self._grammar.files["words"]["before_question"]
        for word in reversed(self._words.surface[max(0, at - 6) : at]):
            if is_stop(word) or word == ",":
                return True
            if word not in openers:
                return False
        return True

    def inside_sign(self, start: int, end: int) -> bool:
        """True when one sign covers the words from start to end."""
        return self._covered[start] >= end

    # -- which signs count --

    def _kept_signs(
        self, spots: Sequence[Spot[Phrase]], cues: Sequence[Spot[Phrase]], question: str
    ) -> list[Spot[Phrase]]:
        """The longest reading of each sign, without those an excluder explains away."""
        signs = [s for s in spots if s.payload.kind == "sign" and s.payload.question in ("", question)]
        excluders = sorted((c for c in cues if c.payload.name == "not_this"), key=lambda c: c.start)
        opposites = self._grammar.opposites
        by_concept: dict[str, list[Spot[Phrase]]] = {}
        for sign in signs:
            name = sign.payload.name
            by_concept.setdefault(min(name, opposites.get(name, name)), []).append(sign)
        kept: list[Spot[Phrase]] = []
        for group in by_concept.values():
            names = {sign.payload.name for sign in group}
            against = _places(e for e in excluders if not e.payload.of or names & set(e.payload.of))
            group = [sign for sign in group if against.isdisjoint(range(sign.start, sign.end))]
            kept.extend(_longest(group))
        return sorted(kept, key=lambda s: (s.start, s.end))

    def _wall_places(self) -> list[int]:
        """Word positions that end every reach."""
        places = {at for at, word in enumerate(self._words.surface) if is_stop(word)}
        places.update(cue.start for cue in self.cues if cue.payload.name == "wall")
        return sorted(places)

    def _wall_after(self, at: int) -> int:
        """The first wall at or after a word."""
        index = bisect_left(self._walls, at)
        return self._walls[index] if index < len(self._walls) else len(self._words.surface)

    def _wall_before(self, at: int) -> int:
        """The first word after the last wall before a word."""
        index = bisect_left(self._walls, at)
        return self._walls[index - 1] if index else 0

    # -- negation --

    def _negations(self) -> set[int]:
        """Numbers of the signs that a cue negates."""
        out: set[int] = set()
        listed = self._ticked_off()
        for cue in self.cues:
            if listed and cue.payload.name == "no":
                self.lone_nos.append(cue.start)
                out.update(self._nearest(cue))
            elif cue.payload.name == "not_wide":
                # "I don't think he hasn't": two of them say yes again.
                self._turned.symmetric_difference_update(self._chain(cue))
            elif cue.payload.name == "no":
                chain = [] if self._stands_alone(cue.end) else self._chain(cue)
                if not chain:
                    self.lone_nos.append(cue.start)
                    if self._closes_question(cue):
                        chain = self._nearest(cue)
                out.update(chain)
            elif cue.payload.name in ("not", "none"):
                out.update(self._chain(cue))
            elif cue.payload.name == "not_after" and self.ends(cue.end):
                out.update(self._before(cue))
        for sign in self.signs:
            if sign.negated:
                out.update(self._denied_on(sign))
        return out

    def _denied_on(self, denied: Spot[Phrase]) -> list[int]:
        """What an or ties to a sign that was denied inside: "his lips aren't blue or grey"."""
        surface = self._words.surface
        if surface[denied.end : denied.end + 1] not in (("or",), ("nor",)):
            return []
        first = bisect_left(self._sign_starts, denied.end + 1)
        near = bisect_left(self._sign_starts, denied.end + 3)
        return [n for n in range(first, near) if not self.signs[n].negated]

    def _ticked_off(self) -> bool:
        """True for "fever no, stiff neck yes": each sign is named, then ticked off."""
        words = [word for word in self._words.surface if word[0].isalnum()]
        rows = self._grammar.files["words"]
        ticks = sum(word in rows["ticks"] for word in words)
        named = bool(self.signs) and self.signs[0].start <= 2
        return named and ticks > 1 and words[-1] in rows["ticks"] and words[0] not in rows["ticks"]

    def _stands_alone(self, at: int) -> bool:
        """True when a no before this word answers instead of negating what follows."""
        surface = self._words.surface
        if at >= len(surface) or not surface[at][0].isalnum():
            return True
        rows = self._grammar.files["words"]
        return surface[at] in rows["subjects"] or surface[at] in rows["after_lone_no"]

    def _closes_question(self, cue: Spot[Phrase]) -> bool:
        """True for the no of "fever? no": the sign before it was named, not told."""
        if not self.ends(cue.end):
            return False
        before = [s for s in self.signs[: bisect_left(self._sign_starts, cue.start)] if s.end <= cue.start]
        if not before:
            return False
        start = before[-1].start
        if not self._subjects.isdisjoint(self._words.surface[start : before[-1].end]):
            return False  # "he can't breathe, no": a sentence, not a name on a list
        lead = self._words.surface[max(0, start - 2) : start]
        rows = self._grammar.files["words"]
        return all(not word[0].isalnum() or word in rows["naming"] for word in lead) or any(
            sign.end == start for sign in before
        )

    def _chain(self, cue: Spot[Phrase]) -> list[int]:
        """The list of signs a cue opens: "no fever, headache or stiff neck"."""
        out: list[int] = []
        reach, allowed = cue.end, cue.payload.reach
        wall = self._wall_after(cue.end)
        wide = cue.payload.name == "not_wide"
        number = bisect_left(self._sign_starts, cue.start)
        while number < len(self.signs) and len(out) < MAX_CHAIN:
            sign = self.signs[number]
            if sign.end <= cue.end:
                number += 1
                continue
            starts = sign.start > reach and self._words.surface[sign.start] in self._subjects
            new_clause = starts and not wide
            if sign.start >= wall or new_clause or not self._linked(reach, sign.start, allowed, wide):
                break
            if out and sign.payload.value == "absent" and sign.start >= reach:
                break  # "no fever, his neck is fine" denies twice, it does not turn the second
            out.append(number)
            if sign.end > reach:
                reach = sign.end
            allowed, wide = CHAIN_GAP if cue.payload.name != "not" else 1, False
            number += 1
        return out

    def _linked(self, start: int, end: int, allowed: int, wide: bool) -> bool:
        """True when the words from start to end do not end a negated list."""
        words = self._words.surface
        rows, subjects = self._grammar.files["words"], self._subjects
        links = rows["links"]
        for at in range(start, end):
            word = words[at]
            if word in rows["breaks"]:
                return False
            if word in subjects and not (wide and at - start < 3):
                before = words[at - 1] if at else ""
                if before not in links:
                    return False
            elif word in rows["through"] or word in links or word in self._grammar.lexicon.skippable:
                continue
            else:
                allowed -= 1
                if allowed < 0:
                    return False
        return True

    def _before(self, cue: Spot[Phrase]) -> list[int]:
        """The sign just before a cue that closes it: "fever? no"."""
        out = []
        reach = cue.start
        for number in range(bisect_left(self._sign_starts, cue.start) - 1, -1, -1):
            sign = self.signs[number]
            if reach - sign.start > 40:
                break
            if sign.end > cue.start or not self._close(sign.end, reach):
                continue
            if sign.payload.value == "absent":  # "swallows fine, no trouble" says it twice
                reach = sign.start
                continue
            out.append(number)
            reach = sign.start
        return out

    def _nearest(self, cue: Spot[Phrase]) -> list[int]:
        """The sign just before a cue, with what else its words say: "stiff neck? no" denies the neck too."""
        before = self._before(cue)
        return [n for n in before if self.signs[n].end > self.signs[before[0]].start]

    def _nearest(self, cue: Spot[Phrase]) -> list[int]:
        """The sign just before a cue, and those that share its words."""
        before = self._before(cue)
        return [n for n in before if self.signs[n].end > self.signs[before[0]].start]

    def _close(self, start: int, end: int) -> bool:
        """True when only light words stand from start to end."""
        through = self._grammar.files["words"]["through_back"]
        return all(
            word in through or word in self._grammar.lexicon.skippable or not word[0].isalnum()
            for word in self._words.surface[start:end]
        )

    # -- time, subject, doubt --

    def _reach_out(self) -> None:
        """Apply the cues that take signs away, doubt them or say that they are over."""
        for cue in self.cues:
            name = cue.payload.name
            if name in FORWARD_DROPS or (name == "question_first" and self.begins(cue.start)):
                self._drop(self._after(cue), cue)
            if name in ("past", "past_after", "other_after") or (name == "question_after" and self._asked(cue)):
                self._drop(self._back(cue), cue)
            if name == "unsure":
                self._doubted.update(self._after(cue))
            if name == "unsure_after":
                self._doubted.update(self._before(cue))
            if name == "question_start" and self._asks(cue):
                self._dropped.update(self._after(cue))
            if name == "over_wide":
                self._resolved.update(self._ended_before(cue))
            if name == "over" and self.ends(cue.end):
                fixed = self._grammar.lasting | self._grammar.places
                self._resolved.update(n for n in self._before(cue) if self.signs[n].payload.name not in fixed)

    def _drop(self, numbers: Iterable[int], cue: Spot[Phrase]) -> None:
        """Take signs away; what the patient met with weeks ago still matters, years ago not."""
        weeks = cue.payload.name.startswith("past") and "year" not in self._words.lemma[cue.start - 2 : cue.end + 1]
        recent = self._grammar.exposures if weeks else ()
        self._dropped.update(n for n in numbers if self.signs[n].payload.name not in recent)

    def _asks(self, cue: Spot[Phrase]) -> bool:
        """True for the is of "is a stiff neck bad?", not of "is he breathing"."""
        rows = self._grammar.files["words"]
        following = self._words.surface[cue.end : cue.end + 1]
        return self.begins(cue.start) and bool(following) and following[0] not in rows["patients"]

    def _asked(self, cue: Spot[Phrase]) -> bool:
        """True for "is a stiff neck dangerous", not for "he's floppy and it's serious"."""
        rows, surface = self._grammar.files["words"], self._words.surface
        if surface[cue.start] == "what" or "?" in surface[cue.start : cue.end + 1]:
            return True
        for word in surface[self._wall_before(cue.start) : cue.start]:
            if word in rows["askers"]:
                return True
            if word[0].isalnum() and word not in rows["before_question"]:
                return False
        return False

    def closes(self, at: int) -> bool:
        """True when nothing that says more of the same stands at the word: "he isn't, he's fine", not "he isn't well"."""
        surface = self._words.surface
        return at >= len(surface) or not surface[at][0].isalnum() or surface[at] in self._grammar.files["words"]["after_take_back"]

    def _ended_before(self, cue: Spot[Phrase]) -> list[int]:
        """The signs told in the past tense before a "he's fine now"."""
        rows = self._grammar.files["words"]
        out = []
        for number in range(bisect_left(self._sign_starts, cue.start) - 1, -1, -1):
            sign = self.signs[number]
            if cue.start - sign.start > 25:
                break
            told = self._words.surface[max(0, sign.start - 5) : sign.end]
            lasting = sign.payload.name in self._grammar.lasting
            if not lasting and sign.end <= cue.start and any(word in rows["past_tense"] for word in told):
                out.append(number)
        return out

    def _after(self, cue: Spot[Phrase]) -> range:
        """The signs from the cue to the next wall, within its reach."""
        wall = min(self._wall_after(cue.end), cue.end + cue.payload.reach)
        for other in self.cues[bisect_left(self._cue_starts, cue.end) :]:
            if other.start >= wall:
                break
            starts = other.payload.name == "statement" and cue.payload.name in ("question", "question_start", "question_first")
            if other.payload.name == "resume" or starts or (other.payload.name == "ongoing" and cue.payload.name == "past"):
                wall = other.start
                break
        return range(bisect_left(self._sign_starts, cue.start), bisect_left(self._sign_starts, wall))

    def _back(self, cue: Spot[Phrase]) -> range:
        """The signs from the last wall to the cue, within its reach."""
        wall = max(self._wall_before(cue.start), cue.start - cue.payload.reach)
        first = bisect_left(self._cue_starts, wall)
        for other in self.cues[first : bisect_left(self._cue_starts, cue.start)]:
            if other.payload.name in ("ongoing", "resume"):
                return range(0)
        return range(bisect_left(self._sign_starts, wall), bisect_left(self._sign_starts, cue.start))


def _longest(spots: list[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """Without the phrases that lie inside, or half inside, a longer one."""
    ranked = sorted(
        spots,
        key=lambda s: (s.start - s.end, s.negated, s.doubtful, -len(s.payload.question), -s.exact, s.start),
    )
    kept: list[Spot[Phrase]] = []
    taken: dict[int, tuple[int, int]] = {}
    for one in ranked:
        place = (one.start, one.end)
        if all(taken.get(at, place) == place for at in range(one.start, one.end)):
            kept.append(one)
            taken.update(dict.fromkeys(range(one.start, one.end), place))
    return kept


def _cover(signs: Sequence[Spot[Phrase]], total: int) -> list[int]:
    """For each word the end of the longest sign that covers it, or 0."""
    ends = [0] * total
    for sign in signs:
        for at in range(sign.start, sign.end):
            ends[at] = max(ends[at], sign.end)
    return ends


def _inside(cue: Spot[Phrase], covered: list[int]) -> bool:
    """True when one sign covers the whole cue."""
    return covered[cue.start] >= cue.end


def _places(spots: Iterable[Spot[Phrase]]) -> set[int]:
    """All words that the spots cover."""
    return {at for spot in spots for at in range(spot.start, spot.end)}
