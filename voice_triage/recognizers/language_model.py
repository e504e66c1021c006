"""A trigram language model: the callers' sentences mixed with everyday English.

P(w|h) = share * P_sentences(w|h) + (1 - share) * P_background(w|h) for every history, so that words
outside the sentences stay possible everywhere. The sentences are smoothed after Witten and Bell (1991).
"""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from voice_triage.thresholds import SPHINX_UNSAID

START, END = "<s>", "</s>"
Followers = dict[str, float]
Trigrams = dict[tuple[str, str], Followers]

_NEVER = -99.0


def packed_background() -> bytes:
    """Return the packaged extract of the en-us model (models/README.md says where from), gzipped."""
    return resources.files("voice_triage.recognizers").joinpath("background_en.gz").read_bytes()


@dataclass(frozen=True, slots=True)
class Background:
    """Everyday English: probabilities of words, and of the pairs that are worth keeping."""

    words: Followers
    pairs: Mapping[str, Followers]

    @classmethod
    def load(cls) -> Background:
        """Unpack the packaged extract."""
        words: Followers = {}
        pairs: dict[str, Followers] = {}
        table = words
        for line in gzip.decompress(packed_background()).decode("ascii").splitlines():
            word, value = line.split()
            if word == "=":
                table = pairs.setdefault(value, {})
            else:
                table[word] = 10 ** (-int(value) / 100)  # stored as -100 log10 p
        return cls(words, pairs)

    def restricted(self, known: Container[str]) -> Background:
        """Return the background without the words that are not ``known``."""
        words = {word: p for word, p in self.words.items() if word == END or word in known}
        return Background(words, self.pairs)


def _counts(sentences: Iterable[str]) -> tuple[Followers, dict[str, Followers], Trigrams]:
    """Count words, pairs and triples."""
    one: Followers = defaultdict(float)
    two: dict[str, Followers] = defaultdict(lambda: defaultdict(float))
    three: Trigrams = defaultdict(lambda: defaultdict(float))
    for sentence in sentences:
        words = [START, *sentence.split(), END]
        for at in range(1, len(words)):
            one[words[at]] += 1
            two[words[at - 1]][words[at]] += 1
            if at > 1:
                three[words[at - 2], words[at - 1]][words[at]] += 1
    return one, two, three


def _smooth(followers: Followers, lower: Callable[[str], float]) -> Followers:
    """Witten-Bell probabilities of the seen ``followers``, given the next shorter history's."""
    kinds = len(followers)
    total = sum(followers.values()) + kinds
    return {word: (count + kinds * lower(word)) / total for word, count in followers.items()}


class Mixture:
    """The mixed model; ``arpa()`` gives it in the ARPA format that recognisers read."""

    def __init__(self, sentences: Iterable[str], background: Background, share: float) -> None:
        one, two, three = _counts(sentences)
        total = sum(one.values()) or 1.0
        self._own_words = {word: count / total for word, count in one.items()}
        self._share = share
        self._words = self._mixed_words(background)
        self._pairs = self._mixed_pairs(two, background)
        self._pair_backoff = self._backoffs(self._pairs.items(), self._words)
        self._triples = self._mixed_triples(two, three)

    def _mixed_words(self, background: Background) -> Followers:
        vocabulary = background.words.keys() | self._own_words.keys()
        total = sum(background.words.values()) + SPHINX_UNSAID * len(vocabulary - background.words.keys())
        share = self._share
        return {
            word: share * self._own_words.get(word, 0.0)
            + (1 - share) * background.words.get(word, SPHINX_UNSAID) / total
            for word in vocabulary
        }

    def _mixed_pairs(self, two: Mapping[str, Followers], background: Background) -> dict[str, Followers]:
        share = self._share
        mixed: dict[str, Followers] = {}
        for first in sorted(two.keys() | background.pairs.keys()):
            if first != START and first not in self._words:
                continue
            own = _smooth(two.get(first, {}), lambda word: self._own_words[word])
            plain = {w: p for w, p in background.pairs.get(first, {}).items() if w in self._words}
            if not own:
                mixed[first] = plain
                continue
            left = max(0.0, 1 - sum(plain.values()))
            mixed[first] = {
                word: share * own.get(word, 0.0) + (1 - share) * plain.get(word, left * self._words[word])
                for word in own.keys() | plain.keys()
            }
        return {first: row for first, row in mixed.items() if row}

    def _mixed_triples(self, two: Mapping[str, Followers], three: Trigrams) -> Trigrams:
        share = self._share
        own_pairs = {first: _smooth(row, lambda word: self._own_words[word]) for first, row in two.items()}
        mixed: Trigrams = {}
        for (first, second), row in three.items():
            own = _smooth(row, lambda word, second=second: own_pairs[second][word])  # type: ignore[misc]
            mixed[first, second] = {
                word: share * p + (1 - share) * self._pair_probability(second, word)
                for word, p in own.items()
            }
        return mixed

    def _pair_probability(self, first: str, word: str) -> float:
        row = self._pairs.get(first, {})
        return row[word] if word in row else self._pair_backoff.get(first, 1.0) * self._words[word]

    @staticmethod
    def _backoffs(rows: Iterable[tuple[str, Followers]], lower: Followers) -> Followers:
        """Return the weight of the shorter history for each history, so that all sums to one."""
        weights: Followers = {}
        for history, row in rows:
            rest = 1 - sum(row.values())
            rest_lower = 1 - sum(lower[word] for word in row)
            weights[history] = max(rest, 1e-6) / max(rest_lower, 1e-6)
        return weights

    def arpa(self) -> Iterator[str]:
        """Yield the lines of the model as an ARPA file (logarithms to base 10)."""
        yield "\\data\\"
        yield f"ngram 1={len(self._words) + 1}"
        yield f"ngram 2={sum(map(len, self._pairs.values()))}"
        yield f"ngram 3={sum(map(len, self._triples.values()))}"
        yield "\n\\1-grams:"
        for word, p in sorted({**self._words, START: 0.0}.items()):
            value = math.log10(p) if p else _NEVER
            yield f"{value:.4f} {word} {math.log10(self._pair_backoff.get(word, 1.0)):.4f}"
        yield "\n\\2-grams:"
        for first, row in sorted(self._pairs.items()):
            for word, p in sorted(row.items()):
                weight = self._triple_backoff(first, word)
                yield f"{math.log10(p):.4f} {first} {word} {math.log10(weight):.4f}"
        yield "\n\\3-grams:"
        for (first, second), row in sorted(self._triples.items()):
            for word, p in sorted(row.items()):
                yield f"{math.log10(p):.4f} {first} {second} {word}"
        yield "\n\\end\\"

    def _triple_backoff(self, first: str, second: str) -> float:
        row = self._triples.get((first, second))
        if not row:
            return 1.0
        rest = 1 - sum(row.values())
        rest_lower = 1 - sum(self._pair_probability(second, word) for word in row)
        return max(rest, 1e-6) / max(rest_lower, 1e-6)
