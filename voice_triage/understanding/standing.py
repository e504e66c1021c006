"""Signs told so plainly beside a denial that they stand: "stiff neck no fever".

A network trained on sentences takes the one no for both signs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from voice_triage.understanding.frame import Frame
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.negation import Negation
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.words import is_stop

FAR = 12
"""Light words before a sign; keeps endless repetition linear."""


class Standing:
    """Looks at the words right before and right after each sign."""

    def __init__(self, frame: Frame, negation: Negation) -> None:
        self._frame, self._negation = frame, negation
        self._sets, self._surface = frame.grammar.sets, frame.words.surface
        self._light = self._sets.any_of("skippable", "auxiliaries", "subjects", "polite", "before_standing")
        self._denials = self._used_up()
        self._lone, self._starts = set(negation.lone_nos), set(frame.sign_starts)
        self._persons = covered(frame.people)
        self._ends: dict[int, list[int]] = {}
        self._reach = [0] * len(self._surface)
        """For each word the length of the longest sign that holds it, and no mere place."""
        self._flags = [0] * len(self._surface)
        """For each word how many red flags it belongs to: not clear which is meant."""

    def numbers(self) -> set[int]:
        """Numbers of the signs that stand."""
        if self._surface[-1] == "no" and self._surface.count("no") > 1:
            return set()  # "fits no, fainting no, fever no"
        signs, negation = self._frame.signs, self._negation
        denied = negation.negated or self._lone or any(sign.negated for sign in signs)
        if not (denied or self._denials or negation.listed):
            return set()
        self._lay_out()
        told = (n for n in range(len(signs)) if self._present(n) and not self._asked(signs[n]))
        whole = (n for n in told if not self._part(signs[n]))
        return {n for n in whole if self._before_denial(n) or self._after_denial(n)}

    def _lay_out(self) -> None:
        """Note where each sign ends, and on which words several stand."""
        grammar = self._frame.grammar
        for number, sign in enumerate(self._frame.signs):
            self._ends.setdefault(sign.end, []).append(number)
            flag = sign.payload.name in grammar.red_flags and sign.payload.value != "denied"
            for at in range(sign.start, sign.end) if sign.payload.name not in grammar.places else ():
                self._reach[at] = max(self._reach[at], sign.end - sign.start)
                self._flags[at] += flag

    def _part(self, sign: Spot[Phrase]) -> bool:
        """True for what shares its words with a longer sign, which is meant: "breathing | fast"."""
        words = range(sign.start, sign.end)
        return any(self._reach[at] > len(words) or self._flags[at] > 1 for at in words)

    def _present(self, number: int) -> bool:
        sign = self._frame.signs[number]
        denied = sign.negated or number in self._negation.negated or number in self._negation.turned
        return sign.payload.value == "present" and not (denied or sign.doubtful)

    def _asked(self, sign: Spot[Phrase]) -> bool:
        """True for "stiff neck? no fever"."""
        return "?" in self._surface[sign.end : sign.end + 2]

    def _used_up(self) -> set[int]:
        """Words at which a denial of what follows begins: it is no answer to what stands before it."""
        frame, negation = self._frame, self._negation
        out = set(negation.forward)
        for cue in frame.hidden:  # "rash all over no fever feeding well", read as no feeding
            near = range(bisect_left(frame.sign_starts, cue.end), bisect_right(frame.sign_starts, cue.end))
            if any(number in negation.negated for number in near):
                out.add(cue.start)
        denying = self._sets.any_of("nots", "nones")
        for sign in frame.signs:  # "no temperature", "not waking"
            if sign.payload.value == "absent" and self._surface[sign.start] in denying:
                out.add(sign.start)
        out.update(cue.start for cue in frame.cues if cue.payload.name == "the_rest")
        return out

    def _before_denial(self, number: int) -> bool:
        """True for the stiff neck of "stiff neck, but no fever", told as a sign of its own."""
        sign = self._frame.signs[number]
        at = sign.end
        while at not in self._denials and self._word(at) in self._sets["before_denial"]:
            at += 1
        named = self._surface[sign.start] not in self._sets["nones"]  # "wet no yes": not of "no wet"
        ticked = named and self._negation.listed and self._word(sign.end) in self._sets["agreeing"]
        lemma = self._frame.words.lemma
        content = self._frame.content(sign) | {lemma[sign.end - 1]}
        if not content.isdisjoint(lemma[at : at + len(content) + 2]):
            return False  # "all over, not all over" takes it back
        return (at in self._denials or ticked) and self._opens(sign.start)

    def _word(self, at: int) -> str:
        """The word at a place, empty behind the last."""
        return self._surface[at] if at < len(self._surface) else ""

    def _is_light(self, word: str) -> bool:
        """True for a word that tells nothing; behind an if, a no or an any a sign is not told."""
        rash = self._frame.grammar.telling.rash
        return (word in self._light or word in rash) and word not in ("if", "no", "any")

    def _opens(self, at: int) -> bool:
        """True when only light words stand between the word and the beginning, or another sign."""
        numerals = self._frame.grammar.numerals
        for before in range(at - 1, max(-1, at - FAR), -1):
            word = self._surface[before]
            if is_stop(word) or before + 1 in self._ends or before in self._lone:
                return True
            number = word[0].isdigit() or word in numerals.ones or word in numerals.tens
            if not (self._is_light(word) or number or before in self._persons or not word[0].isalnum()):
                return False
        return at < FAR

    def _after_denial(self, number: int) -> bool:
        """True for the confused of "no fever, he's confused" and of "no fever confused though"."""
        frame = self._frame
        sign = frame.signs[number]
        if self._surface[sign.start] == "no" and sign.end - sign.start > 2:
            return False  # "no light trouble"
        if not (frame.ends(sign.end) or sign.end in self._starts or sign.end in self._denials):
            return False
        for before in range(sign.start - 1, max(-1, sign.start - FAR), -1):
            if before in self._lone and before == 0:
                return True
            ended = self._ends.get(before + 1, ())
            if ended:
                return any(self._denied(one) for one in ended) and not any(
                    frame.signs[one].payload.name == sign.payload.name for one in ended
                )
            word = self._surface[before]
            if not (word == "," or self._is_light(word)):
                return False
        return False

    def _denied(self, number: int) -> bool:
        """True for what a word before it denies, as no "fever? no"."""
        sign = self._frame.signs[number]
        return sign.negated or number in self._negation.negated or sign.start in self._denials
