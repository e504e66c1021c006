"""What is denied: "no fever, headache or stiff neck", "fever? no", "I don't think he hasn't"."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate, pairwise

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.places import Places
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot

MAX_CHAIN = 24
"""Signs in one negated list; keeps endless repetition linear."""
SAME_PLACE = 8
"""Signs that may begin at one word."""
MAX_BACK = 400
"""Words in a list that is negated behind it; keeps endless repetition linear."""
NEAR_BACK = 120
"""Words in which the last of them is found with all that shares words with it."""
WIDE = 3
"""Words after an "i don't think" in which its subject may stand."""
CHAIN_GAP = 3
"""Words between two members of a negated list: "fever or any kind of headache"."""


class Negation:
    """The negating cues of one utterance, and the signs they reach."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.lone_nos: list[int] = []
        """Places of a no that answers, and negates nothing."""
        self.turned: set[int] = set()
        """Numbers of the signs under a "don't think": turned once more."""
        self.listed = self._ticked_off()
        """Whether each sign is named, then ticked off."""
        self.clear = Places(frame).clear()
        """Numbers of the places on the body that are clear."""
        self.negated = self._negations() | self.clear
        """Numbers of the signs that a cue negates."""
        self.turned -= self.clear

    def _negations(self) -> set[int]:
        """Numbers of the signs that a cue negates."""
        out: set[int] = set()
        for cue in self._frame.cues:
            if self.listed and cue.payload.name == "no":
                self.lone_nos.append(cue.start)
                out.update(self._nearest(cue))
            elif cue.payload.name == "not_wide":
                # "I don't think he hasn't": two of them say yes again.
                self.turned.symmetric_difference_update(self._chain(cue))
            elif cue.payload.name == "no":
                alone = self._stands_alone(cue.end) or self._asserts(cue.end)
                chain = [] if alone else self._chain(cue)
                if not chain:
                    self.lone_nos.append(cue.start)
                    if self._closes_question(cue):
                        chain = self._nearest(cue)
                out.update(chain)
            elif cue.payload.name in ("not", "none"):
                out.update(self._chain(cue))
            elif cue.payload.name == "not_after" and self._closed(cue):
                out.update(self.before(cue))
        for number, sign in enumerate(self._frame.signs):
            if sign.negated:
                out.update(self._denied_on(sign))
            if self.listed and sign.payload.value == "present" and self.ticked_no(sign):
                out.add(number)  # the no of "fits no, fainting no", also where it was read as "no fainting"
        for cue in self._frame.hidden:
            out.update(self._begun_inside(cue))
        return out

    def ticked_no(self, sign: Spot[Phrase]) -> bool:
        """True for the fits of "fits no"."""
        after = self._frame.words.surface[sign.end : sign.end + 1]
        return not self._frame.grammar.sets["plain_no"].isdisjoint(after)

    def _closed(self, cue: Spot[Phrase]) -> bool:
        """True where nothing that belongs to it follows; after a plain denial the next sign is none of it."""
        return self._frame.ends(cue.end) or (cue.payload.sure and cue.end in self._frame.sign_starts)

    def _begun_inside(self, cue: Spot[Phrase]) -> list[int]:
        """Signs right after a not that belongs to another sign: "it doesn't hurt to swallow"."""
        signs = self._frame.signs
        near = self._frame.near_signs.meeting(cue.start, cue.end)
        hosts = [s for s in near if s.start <= cue.start and cue.end <= s.end]
        reach = max((s.end for s in hosts), default=cue.end)
        first = bisect_left(self._frame.sign_starts, cue.end)
        last = bisect_left(self._frame.sign_starts, reach)
        named = {s.payload.name for s in hosts} | self._frame.grammar.places
        return [
            n
            for n in range(first, last)
            if signs[n].payload.name not in named and self._linked(cue.end, signs[n].start, 0, False)
        ]

    def _denied_on(self, denied: Spot[Phrase]) -> range:
        """What an or ties to a sign that was denied inside: "his lips aren't blue or grey"."""
        surface = self._frame.words.surface
        if self._frame.grammar.sets["alternatives"].isdisjoint(surface[denied.end : denied.end + 1]):
            return range(0)
        first = bisect_left(self._frame.sign_starts, denied.end + 1)
        near = bisect_left(self._frame.sign_starts, denied.end + 3)
        return range(first, near)

    def _ticked_off(self) -> bool:
        """True for "fever no, stiff neck yes": each sign is named, then ticked off."""
        words = [word for word in self._frame.words.surface if word[0].isalnum()]
        rows = self._frame.grammar.sets
        ticks = sum(word in rows["ticks"] for word in words)
        named = bool(self._frame.signs) and self._frame.signs[0].start <= 2
        return named and ticks > 1 and words[-1] in rows["ticks"] and words[0] not in rows["ticks"]

    def _stands_alone(self, at: int) -> bool:
        """True when a no before this word answers instead of negating what follows."""
        surface = self._frame.words.surface
        if at >= len(surface) or not surface[at][0].isalnum():
            return True
        rows = self._frame.grammar.sets
        return surface[at] in rows.any_of("subjects", "after_lone_no")

    def _state(self, at: int) -> bool:
        """True for a word that says how someone is: "not puffy", "neck stiff"."""
        surface = self._frame.words.surface
        return at < len(surface) and surface[at] in self._frame.grammar.sets["states"]

    def _asserts(self, at: int) -> bool:
        """True for what no no before it denies: "no, neck's stiff", "no, drowsy though"."""
        surface, rows = self._frame.words.surface, self._frame.grammar.sets
        first = bisect_left(self._frame.sign_starts, at)
        for sign in self._frame.signs[first : first + SAME_PLACE]:
            if sign.start != at:
                return False
            after = surface[sign.end] if sign.end < len(surface) else ""
            verb = any(word in rows["copulas"] for word in surface[at + 1 : sign.end])
            state = self._state(sign.end - 1) or sign.payload.value == "absent"  # "no, head's fine"
            if state and (verb or (after in rows["though"] and self._state(at))):
                return True
        return False

    def _own_clause(self, number: int, reach: int) -> bool:
        """True for the second of "no fever, neck stiff", which the no does not reach.

        So is one that has its own no, or a yes: "no cough no urine", "no fever, fits yes".
        """
        surface, rows = self._frame.words.surface, self._frame.grammar.sets
        start = self._frame.signs[number].start
        if start < reach or self._frame.stretches.holds(rows["links"], reach, start):
            return False
        for sign in self._frame.signs[number : number + SAME_PLACE]:
            after = surface[sign.end] if sign.end < len(surface) else ""
            if sign.start != start:
                return False
            short = sign.payload.value == "present" and sign.end - start == 2  # not "no light trouble"
            own = short and surface[start] in rows.any_of("nots", "plain_no")
            state = self._state(sign.end - 1) or surface[start] in rows["covering"]
            if own or state or after in rows["agreeing"]:
                return True
        return False

    def _closes_question(self, cue: Spot[Phrase]) -> bool:
        """True for the no of "fever? no": the sign before it was named, not told."""
        if not self._frame.ends(cue.end):
            return False
        number = bisect_left(self._frame.sign_starts, cue.start)
        if not number:
            return False
        last = self._frame.signs[number - 1]
        start = min(s.start for s in self._frame.near_signs.meeting(last.start, last.start + 1))
        if not self._frame.subjects.isdisjoint(self._frame.words.surface[start : last.end]):
            return False  # "he can't breathe, no": a sentence, not a name on a list
        lead = self._frame.words.surface[max(0, start - 2) : start]
        rows = self._frame.grammar.sets
        named = all(not word[0].isalnum() or word in rows["naming"] for word in lead)
        return named or start in self._frame.sign_ends

    def _chain(self, cue: Spot[Phrase]) -> list[int]:
        """The list of signs a cue opens: "no fever, headache or stiff neck"."""
        out: list[int] = []
        reach, allowed = cue.end, cue.payload.reach
        wall = self._frame.wall_after(cue.end)
        wide = cue.payload.name == "not_wide"
        number = bisect_left(self._frame.sign_starts, cue.start)
        while number < len(self._frame.signs) and len(out) < MAX_CHAIN:
            sign = self._frame.signs[number]
            if sign.end <= cue.end:
                number += 1
                continue
            starts = sign.start > reach and self._begins(sign.start)
            new_clause = starts and not wide
            if sign.start >= wall or new_clause or not self._linked(reach, sign.start, allowed, wide):
                break
            denies = sign.payload.value == "absent" or sign.negated
            if out and denies and sign.start > self._frame.signs[out[0]].start:
                break  # "no fever, his neck is fine" denies twice, it does not turn the second
            if out and cue.payload.name == "no" and self._own_clause(number, reach):
                break
            out.append(number)
            if sign.end > reach:
                reach = sign.end
            allowed, wide = CHAIN_GAP if cue.payload.name != "not" else 1, False
            number += 1
        return out

    def _begins(self, at: int) -> bool:
        """True for a word that begins a clause, not for the last the of "not the fits or the swelling"."""
        surface, grammar = self._frame.words.surface, self._frame.grammar
        joined = surface[at] in grammar.lexicon.articles and surface[at - 1] in grammar.sets["alternatives"]
        return surface[at] in self._frame.subjects and not joined

    def _linked(self, start: int, end: int, allowed: int, wide: bool) -> bool:
        """True when the words from start to end do not end a negated list."""
        words, rows, subjects = self._frame.words.surface, self._frame.grammar.sets, self._frame.subjects
        through = rows.any_of("links", "through", "skippable")
        far = min(end, start + WIDE) if wide else start
        for at in range(start, far):  # a subject may stand here, but for that of "it he"
            subject = words[at] in subjects and words[at - 1] in rows["before_subject"]
            if words[at] in rows["breaks"] or subject:
                return False
            allowed -= words[at] not in through
        if far >= end:
            return allowed >= 0
        ends, loose = self._ending
        return ends[end] == ends[far] and loose[end] - loose[far] <= allowed

    @cached_property
    def _ending(self) -> tuple[list[int], list[int]]:
        """Up to each word, how many there are that end a negated list, and how many that only stretch it."""
        words, rows, subjects = self._frame.words.surface, self._frame.grammar.sets, self._frame.subjects
        links, through = rows["links"], rows.any_of("links", "through", "skippable")
        ends = (
            word in rows["breaks"] or (word in subjects and before not in links)
            for before, word in pairwise(("", *words))
        )
        loose = (word not in subjects and word not in through for word in words)
        return [0, *accumulate(ends)], [0, *accumulate(loose)]

    def before(self, cue: Spot[Phrase], most: int = MAX_BACK) -> list[int]:
        """The sign just before a cue that closes it: "fever? no"."""
        out = []
        reach = cue.start
        for number in range(bisect_left(self._frame.sign_starts, cue.start) - 1, -1, -1):
            sign = self._frame.signs[number]
            if reach - sign.start > 40 or cue.start - sign.start > most:
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
        before = self.before(cue, NEAR_BACK)
        return [n for n in before if self._frame.signs[n].end > self._frame.signs[before[0]].start]

    def _close(self, start: int, end: int) -> bool:
        """True when only light words stand from start to end."""
        through = self._frame.grammar.sets.any_of("through_back", "skippable")
        return all(word in through or not word[0].isalnum() for word in self._frame.words.surface[start:end])
