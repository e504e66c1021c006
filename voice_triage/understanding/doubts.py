"""What is only half said, or may be said by others, where others talk in the room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from voice_triage.messages import Finding, Meaning
from voice_triage.understanding.context import Context
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.network import Network
from voice_triage.understanding.replies import harmless, merge
from voice_triage.understanding.selection import spotted
from voice_triage.understanding.strengths import PLAINLY


class Doubts:
    """Tells what is plain in an utterance from what may be others' talk."""

    def __init__(self, grammar: Grammar, network: Network | None) -> None:
        self._grammar, self._network = grammar, network

    def faint(
        self, present: Iterable[Finding], texts: Sequence[str], question: str | None = None
    ) -> frozenset[str]:
        """Those of the signs that only an answer says, or that the network is not ``PLAINLY`` sure of.

        ``texts``: the words, then what another engine heard of the same sound. Of what no rule has read in
        the words the network must be sure in both.
        """
        rules, likely = self._read(texts, question)
        return frozenset(
            one.concept
            for one in present
            if not one.words
            or any(
                row.get(one.concept, 1.0) < PLAINLY for row in likely[: 1 if one.concept in rules else None]
            )
        )

    def alone(self, meaning: Meaning, question: str | None = None, below: float = 1.0) -> frozenset[str]:
        """The signs that the network alone reads, as in many a nonsense, no surer than ``below``."""
        if not (signs := {one.concept for one in meaning.findings if one.status == "present" and one.words}):
            return frozenset()
        rules, likely = self._read((meaning.text,), question)
        return frozenset(s for s in signs - rules if s in likely[0] and likely[0][s] <= below)

    def alarming(self, question: str) -> bool:
        """True for a list with a red flag in it: a bare yes may be one."""
        row = self._grammar.files["questions"].get(question, {})
        return "asks" in row and not harmless(row, self._grammar.red_flags)

    def _read(self, texts: Sequence[str], question: str | None) -> tuple[set[str], list[Mapping[str, float]]]:
        """The signs that rules read in the first text; how probable the network finds each sign in all."""
        asked, heard = question or "", [self._grammar.lexicon.utterance(text) for text in texts]
        said = merge(Context(self._grammar, heard[0], spotted(self._grammar, heard[0], asked), asked))
        rules = {one.concept for one in said if one.status == "present"}
        return rules, [self._likely(words.surface, question) for words in heard]

    def _likely(self, words: Sequence[str], question: str | None) -> dict[str, float]:
        """How probable the network finds each sign; empty without one."""
        if self._network is None:
            return {}
        statuses = self._network.read(words, question).statuses
        return {one: float(row[1]) for one, row in zip(self._network.concepts, statuses, strict=True)}
