"""What the words around a phrase do to it: doubt, time, subject. The cues are rows of context.yaml.

After ConText (Harkema 2009) and NegEx (Chapman 2001): a cue has a direction, a reach and walls that end it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from voice_triage.messages import Status
from voice_triage.understanding import reach, turning
from voice_triage.understanding.frame import Frame
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.negation import Negation
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.words import Words

FORWARD_DROPS = ("other", "hypothetical", "question", "past")
"""Cues that take the phrases after them out of the patient's present."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sign with its status, and where it was said."""

    start: int
    end: int
    concept: str
    status: Status
    sure: bool = False
    """Said so plainly that only a very sure network may overrule it."""
    told: bool = False
    """Asked about and there, which the network takes for a mere question."""


class Context(Frame):
    """One utterance with the status of its signs."""

    def __init__(self, grammar: Grammar, words: Words, spots: Sequence[Spot[Phrase]], question: str) -> None:
        super().__init__(grammar, words, spots, question)
        self._negation = Negation(self)
        self.lone_nos = self._negation.lone_nos
        """Places of a no that answers, and negates nothing."""
        self._doubted: set[int] = set()
        self._dropped: set[int] = set()
        self._resolved: set[int] = set()
        self._told: set[int] = set()
        """Signs under a "should i worry that": asked about, and there."""
        self._begun: set[int] = set()
        """Signs that were denied, or said to be over, of something else or of an earlier time: there now."""
        self._plainly: set[int] = set()
        """Signs that words take away so plainly that the network must not raise them."""
        self._supposed: set[int] = set()
        """Words under an if, or of someone else: "if they fade" is no answer."""
        self._told_apart = {False: 0, True: 0}
        """Signs from the first that words such as "that's not him" have taken away, surely or not."""
        self._own = turning.asked_and_denied(self)
        """Fine things that the caller asks himself about, and denies."""
        self._reach_out()
        negated = self._negation.negated
        self._begun |= turning.begun(self, negated) | turning.until(self, negated)
        self._begun |= turning.all_the_more(self, negated) | self._own
        self._told.update(self._begun | turning.in_a_row(self))
        back = {n for n in turning.returned(self) if not self.supposed(self.signs[n].start)}
        self._begun |= back
        self._told |= (so := turning.come_true(self) | back)
        self._dropped -= so

    def said(self) -> list[Said]:
        """The signs that concern the patient now, in order of being said."""
        out = []
        asking = self.asked_back()
        for number, sign in enumerate(self.signs):
            if number in self._dropped and number not in self._resolved | self._own:
                continue
            if sign.payload.question and sign.start > asking and number not in self._own:
                continue  # "do i bend it"
            present = (sign.payload.value != "absent") != sign.negated
            if (number in self._negation.negated) != (number in self._negation.turned):
                present = not present
            if sign.payload.value == "denied" and present and number not in self._begun:
                continue
            if number in self._resolved:
                present = False
            present = present or number in self._begun
            status: Status = "present" if present else "absent"
            status = "unsure" if sign.doubtful or number in self._doubted else status
            named = sign.payload.value == "named" and status == "present"
            denied = number in self._negation.clear or self._not_there(sign) or self._ticked_off(sign)
            clear = status == "absent" and denied
            sure = named or clear or (status == sign.payload.value and self._plain(sign))
            told = status == "present" and (number in self._told or sign.payload.outright)
            out.append(Said(sign.start, sign.end, sign.payload.name, status, sure or told, told))
        return out + [s for s in self._back_again() if s.concept not in {one.concept for one in out}]

    def _back_again(self) -> list[Said]:
        """The one sign that was asked about, where it went and came back: "it eased off but it's back"."""
        asks, sets = self.asked.get("asks", ()), self.grammar.sets
        cue = next((c for c in self.cues if c.payload.name == "returned"), None)
        if cue is None or len(asks) != 1 or self.supposed(cue.start):
            return []
        before = self.words.surface[max(0, cue.start - 3) : cue.start]
        if sets["returning_it"].isdisjoint(before) or not sets["persons"].isdisjoint(before):
            return []  # "the signal went, but it's back"
        return [Said(cue.start, cue.end, asks[0], "present", sure=True, told=True)]

    def _not_there(self, sign: Spot[Phrase]) -> bool:
        """True for "breathing difficulty is not there", plain in Indian English, and "no sign of a fit"."""
        before, after = self._denials
        first = sign.start - (self.words.surface[max(0, sign.start - 1)] in self.grammar.lexicon.articles)
        return sign.end in after or not before.isdisjoint((first, sign.start))

    @cached_property
    def _denials(self) -> tuple[set[int], set[int]]:
        """Where plain denials of what follows end, and where those of what goes before begin."""
        plain = [c for c in self.cues if c.payload.sure]
        before = {c.end for c in plain if c.payload.name == "none"}
        return before, {c.start for c in plain if c.payload.name == "not_after"}

    @cached_property
    def _times(self) -> Counter[str]:
        """How often each sign is told."""
        return Counter(sign.payload.name for sign in self.signs)

    def _ticked_off(self, sign: Spot[Phrase]) -> bool:
        """True for each sign of "swelling no, fits no", not for the last of "worried yes, panicking no"."""
        once = self._times[sign.payload.name] == 1
        return once and self._negation.listed and self._negation.ticked_no(sign)

    def _plain(self, sign: Spot[Phrase]) -> bool:
        """True when the sign was said in words that stand under surely, and maybe in more."""
        said = (sign.payload.name, sign.payload.value)
        return any(
            (one.payload.name, one.payload.value) == said and one.end <= sign.end
            for one in self._near_surely.begun(sign.start, sign.end)
        )

    def explained(self) -> frozenset[str]:
        """The signs that words plainly explain away, "her eyes are blue", or only wish away or ask about."""
        excuses = (c.payload for c in self.cues if c.payload.name == "excuse" or c.payload.sure)
        away = frozenset(concept for excuse in excuses for concept in excuse.of)
        return away | self.only_supposed()

    def only_supposed(self) -> frozenset[str]:
        """The signs that are plainly only supposed, asked about, or told of another time."""
        return frozenset(self.signs[number].payload.name for number in self._plainly & self._dropped)

    def supposed(self, at: int) -> bool:
        """True when the word stands under an if, or is told of someone else or long ago."""
        return at in self._supposed

    @cached_property
    def feared(self) -> set[int]:
        """The words of fears: the wouldn't of "i was terrified they wouldn't" is no answer."""
        return covered(c for c in self.cues if c.payload.name == "hypothetical")

    @cached_property
    def _near_surely(self) -> Near[Spot[Phrase]]:
        return Near(self.surely)

    def _reach_out(self) -> None:
        """Apply the cues that take signs away, doubt them or say that they are over."""
        for cue in self.cues:
            name = cue.payload.name
            if name in FORWARD_DROPS or (name == "question_first" and self._opens(cue)):
                self._drop(reach.after(self, cue), cue)
            if name in ("hypothetical", "other", "past"):
                self._supposed.update(range(cue.start, reach.until(self, cue)))
            if name in ("past", "past_after", "other_after") or (
                name == "question_after" and self._asked(cue)
            ):
                self._drop(reach.back(self, cue), cue)
            own = self.grammar.sets["own"]
            if name == "not_about" and self.stretches.holds(own, 0, cue.start):
                self._drop(self._not_yet_apart(cue), cue)
            if name == "echo":
                self._drop(reach.around(self, cue), cue)
            if name == "told":
                self._told.update(self._of_patient(cue))
            if name == "exception" and self._denied_beside(cue):
                # "Apart from the wheezing, no": the no is of all the others.
                self._begun.update(n for n in reach.after(self, cue) if self._left_out(cue, self.signs[n]))
            if name in ("goes_on", "goes_on_with") and self._over_before(cue):
                # "The stiff neck has not", but not "a stiff neck he has not".
                before = self.sign_ends.get(cue.start, ())
                self._begun.update(before if name == "goes_on" else reach.after(self, cue))
            if name == "unsure":
                self._doubted.update(reach.after(self, cue))
            if name == "unsure_after":
                self._doubted.update(self._negation.before(cue))
            if name == "question_start" and self._asks(cue):
                self._dropped.update(reach.after(self, cue))
            if name == "over_wide":
                self._resolved.update(reach.ended_before(self, cue))
            if name == "over" and self.ends(cue.end):
                fixed = self.grammar.lasting | self.grammar.places
                self._resolved.update(
                    n for n in self._negation.before(cue) if self.signs[n].payload.name not in fixed
                )

    def _not_yet_apart(self, cue: Spot[Phrase]) -> range:
        """The signs before a cue that no such cue before it has taken away."""
        first, last = self._told_apart[cue.payload.sure], bisect_left(self.sign_starts, cue.start)
        self._told_apart[cue.payload.sure] = last
        return range(first, last)

    def _of_patient(self, cue: Spot[Phrase]) -> list[int]:
        """The signs after a cue but for the talking of who tells: "her teacher said she can't talk"."""
        telling, surface = self.grammar.telling.reporting, self.words.surface
        signs = ((n, self.signs[n]) for n in reach.after(self, cue))
        return [n for n, s in signs if s.payload.value == "present" and surface[s.start] not in telling]

    def _denied_beside(self, cue: Spot[Phrase]) -> bool:
        """True for the except of "none except drowsy", not for that of "they fade except two"."""
        nos, surface = self.grammar.sets["nones"], self.words.surface
        before, after = surface[max(0, cue.start - 6) : cue.start + 1], surface[cue.end : cue.end + 8]
        return any(word in nos for word in (*before, *after))

    def _left_out(self, cue: Spot[Phrase], sign: Spot[Phrase]) -> bool:
        """True for the sign of "no, except he wheezes", not for that of "except he has no fever"."""
        between = self.words.surface[cue.end : sign.start]
        denied = sign.negated or not self.grammar.sets.any_of("nots", "plain_no").isdisjoint(between)
        name = sign.payload.name
        told = sign.payload.value == "present" or (
            sign.payload.value == "denied" and name in self.asked.get("asks", ())
        )
        return told and not denied and name not in self.grammar.places

    def _over_before(self, cue: Spot[Phrase]) -> bool:
        """True when something else is over in a clause before: "the fits have stopped, but not the fever"."""
        if cue.payload.name == "goes_on" and not self.ends(cue.end):
            return False  # "the fever has gone and he has not been sick"
        clause = self.wall_before(cue.start + 1)
        return self._over_from <= clause

    @cached_property
    def _over_from(self) -> int:
        """Where the first words end that say something is over; behind the last where none do."""
        ends = (one.end for one in self.cues if one.payload.name == "over")
        return min(ends, default=len(self.words.surface) + 1)

    def _drop(self, numbers: Iterable[int], cue: Spot[Phrase]) -> None:
        """Take signs away; what the patient met with weeks ago still matters, years ago not."""
        weeks = cue.payload.name.startswith("past") and self.grammar.sets["years"].isdisjoint(
            self.words.lemma[cue.start - 2 : cue.end + 1]
        )
        recent = self.grammar.exposures if weeks else ()
        dropped = [n for n in numbers if self.signs[n].payload.name not in recent]
        self._dropped.update(dropped)
        if cue.payload.sure:
            self._plainly.update(dropped)

    def _asks(self, cue: Spot[Phrase]) -> bool:
        """True for the is of "is a stiff neck bad?", not of "is he breathing"."""
        rows = self.grammar.sets
        if self.has("told", cue.start, cue.start + 1):
            return False  # "is calpol meant to make her this drowsy"
        following = self.words.surface[cue.end : cue.end + 1]
        return self._opens(cue) and not rows["patients"].issuperset(following)

    def _opens(self, cue: Spot[Phrase]) -> bool:
        """True at the beginning of a sentence, not for the do of "i do have a stiff neck"."""
        subjects = self.grammar.sets["nominative"]
        return self.begins(cue.start) and self.words.surface[max(0, cue.start - 1)] not in subjects

    def _asked(self, cue: Spot[Phrase]) -> bool:
        """True for "is a stiff neck dangerous", not for "he's floppy and it's serious"."""
        rows, surface = self.grammar.sets, self.words.surface
        if surface[cue.start] in rows["asks_anyway"]:
            return True
        light = rows["before_question"] - rows["askers"]
        at = self.stretches.first_beside(light, self.wall_before(cue.start))
        return at < cue.start and surface[at] in rows["askers"]
