"""Finds phrases inside running speech: a trie over words and word classes, walked once, in linear time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

MAX_SKIPPED = 6
"""Light words in a row that may stand between two words of a phrase."""
MAX_GAP = 4
"""Any words in a row that {gap} lets through."""
MAX_FAR = 7
"""The same for {far}, which reaches over and, but and new clauses as well."""
MAX_ACTIVE = 1200
"""Half-read phrases followed at one word; keeps endless repetition linear."""

GAP_STEP = 16
"""One counter for both: light words count one, gap words this much."""

WIDE = ("{gap}", "{far}")

T = TypeVar("T")
Edges = dict[str, tuple[int, ...]]
"""At one word: symbol (a word, =word for one that must follow at once, or <class>) -> the words it takes."""


@dataclass(slots=True, eq=False)
class Node(Generic[T]):
    """A half-read phrase; none is another's equal."""

    children: dict[str, Node[T]] = field(default_factory=dict)
    wide: tuple[Node[T], ...] = ()
    """Those of the children before which any words may stand."""
    payloads: tuple[T, ...] = ()
    gap: bool = False
    far: bool = False
    depth: int = 0
    """Symbols read so far, gaps not counted."""


@dataclass(frozen=True, slots=True)
class Spot(Generic[T]):
    """A phrase found: the words from start to end."""

    start: int
    end: int
    payload: T
    negated: bool = False
    """A not stood between the words of the phrase: "neck is not stiff"."""
    doubtful: bool = False
    """A might or maybe stood between them."""
    exact: int = 0
    """Symbols of the phrase: of two as long, the one that names more of its words is meant."""


class Placed(Protocol):
    """Anything that stands on words."""

    @property
    def start(self) -> int:
        """Its first word."""

    @property
    def end(self) -> int:
        """The word after its last."""


def covered(parts: Iterable[Placed]) -> set[int]:
    """The words that they stand on."""
    return {at for part in parts for at in range(part.start, part.end)}


def apart(ranked: Iterable[Spot[T]], *, beside: bool = False) -> list[Spot[T]]:
    """The spots that share no word with one that ranks before them.

    ``beside``: those that stand on the very same words may both stay.
    """
    kept: list[Spot[T]] = []
    taken: dict[int, tuple[int, int]] = {}
    for one in ranked:
        place = (one.start, one.end)
        free = place if beside else None
        if all(taken.get(at, free) == free for at in range(one.start, one.end)):
            kept.append(one)
            taken.update(dict.fromkeys(range(one.start, one.end), place))
    return kept


class Trie(Generic[T]):
    """All phrases, sharing their beginnings."""

    def __init__(self) -> None:
        self.root: Node[T] = Node()

    def add(self, symbols: Iterable[str], payload: T) -> None:
        """Add one phrase as symbols; {gap} lets a few words through."""
        node = self.root
        for symbol in symbols:
            if symbol in WIDE:
                before, node = (
                    node,
                    node.children.setdefault(symbol, Node(gap=True, far=symbol == "{far}", depth=node.depth)),
                )
                if node not in before.wide:
                    before.wide += (node,)
            else:
                node = node.children.setdefault(symbol, Node(depth=node.depth + 1))
        if payload not in node.payloads:
            node.payloads += (payload,)

    def share_endings(self) -> None:
        """Let phrases share their endings too, once all are added: an eighth of the nodes is left."""
        self.root = _shared(self.root, {})


def _shared(node: Node[T], known: dict[Hashable, Node[T]]) -> Node[T]:
    """Return the first node from which the same phrases go on as from this one."""
    node.children = {symbol: _shared(child, known) for symbol, child in node.children.items()}
    node.wide = tuple(child for symbol, child in node.children.items() if symbol in WIDE)
    ways = frozenset((symbol, id(child)) for symbol, child in node.children.items())
    return known.setdefault((node.payloads, node.gap, node.far, node.depth, ways), node)


@dataclass(frozen=True, slots=True)
class Track:
    """What the spotter must know of each word beside its symbols."""

    light: Sequence[bool]
    """May be skipped inside a phrase."""
    nots: Sequence[bool]
    """May be skipped, and turns the phrase."""
    doubts: Sequence[bool]
    """May be skipped, and makes the phrase doubtful."""
    walls: Sequence[bool]
    """No {gap} reaches over it."""
    clauses: Sequence[bool]
    """A new clause begins: only {far} reaches over it."""


def _passes(node: Node[T], skipped: int, wall: bool) -> bool:
    """True when one more word may stand in the gap before the node."""
    return skipped < MAX_FAR * GAP_STEP if node.far else skipped < MAX_GAP * GAP_STEP and not wall


def _soon(edges: Sequence[Edges], track: Track) -> list[Set[str]]:
    """For each word what may come next: its symbols, and what stands behind it where it may be skipped.

    "Neck is really stiff": a neck is followed only where a stiff comes. Nothing else could be finished.
    """
    out: list[Set[str]] = [frozenset()]
    known: dict[tuple[int, int], Set[str]] = {}
    for at in reversed(range(len(edges))):
        skipped = track.light[at] or track.nots[at] or track.doubts[at]
        # Words that are said again share what may come next.
        place = (id(edges[at]), id(out[-1]) if skipped else 0)
        if place not in known:
            known[place] = edges[at].keys() | out[-1] if skipped else edges[at].keys()
            # In a long row of light words nothing new comes: it is kept once.
            if skipped and len(known[place]) == len(out[-1]):
                known[place] = out[-1]
        out.append(known[place])
    return out[::-1]


def spot(trie: Trie[T], edges: Sequence[Edges], track: Track) -> list[Spot[T]]:
    """All phrases of the trie in the words, in order of their ends."""
    found: list[Spot[T]] = []
    said, soon = frozenset[str]().union(*edges), _soon(edges, track)
    waiting: list[list[tuple[Node[T], int, int, bool, bool]]] = [[] for _ in soon]
    for at in range(len(edges)):
        # Of each: the node, where it began, words skipped since the last symbol, negated, doubtful.
        active, waiting[at] = waiting[at][-MAX_ACTIVE:], []
        active.append((trie.root, at, 0, False, False))
        here, symbols, later = edges[at], edges[at].keys(), waiting[at + 1]
        light, turns, doubts, clause = track.light[at], track.nots[at], track.doubts[at], track.clauses[at]
        for node, start, skipped, negated, doubtful in active:
            children = node.children
            # A common word is in dozens of classes: the intersection of the views is what costs least.
            both = symbols & children.keys()
            for symbol in filter(both.__contains__, here) if len(both) > 1 else both:
                child = children[symbol]
                if skipped and symbol[0] == "=":
                    continue
                for end in map(at.__add__, here[symbol]):
                    for payload in child.payloads:
                        found.append(Spot(start, end, payload, negated, doubtful, child.depth))
                    if child.children and not soon[end].isdisjoint(child.children):
                        waiting[end].append((child, start, 0, negated, doubtful))
                    for wide in child.wide:
                        if not said.isdisjoint(wide.children):
                            waiting[end].append((wide, start, 0, negated, doubtful))
            if node is trie.root or not children or (clause and not node.far):
                continue
            if light:
                if skipped % GAP_STEP < MAX_SKIPPED:
                    later.append((node, start, skipped + 1, negated, doubtful))
            elif turns:
                # After a not only light words may follow: "neck is not really stiff".
                if skipped < GAP_STEP:
                    later.append((node, start, MAX_FAR * GAP_STEP, not negated, doubtful))
            elif doubts:
                later.append((node, start, skipped + 1, negated, True))
            elif node.gap and _passes(node, skipped, track.walls[at]):
                later.append((node, start, skipped + GAP_STEP, negated, doubtful))
    return found
