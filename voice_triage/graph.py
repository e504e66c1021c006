"""The real dialogue machine as a picture: Mermaid text, and SVG or PNG where Graphviz is there.

What holds in every state is drawn once: the red flags, stop and start over. The hub between two
questions is drawn as the chain it makes; rows that stay where they are are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voice_triage.dialogue.rows import GO, Row, places, rows
from voice_triage.dialogue.state import CHANGE, CONFIRM, ENDED, MORE, NEXT, STANDING_BY, SUMMARY
from voice_triage.disk import disk_errors, write_text
from voice_triage.errors import BadInput, Lacking
from voice_triage.protocol import Protocol

EVERYWHERE = ("alarm", "says_stop", "says_restart")
ANY = "any_state"
PARTS = ("Questions", "Glass test", "Emergency", "End")
FORMATS = (".mmd", ".svg", ".png")
DOT_SECONDS = 60
PLAIN = ("go_on", "give_up", "take_worst", "outcome")
LABELS = {
    "vague_yes": "yes, but which?",
    "news": "a correction",
    "answers_yes": "yes",
    "answers_no": "no",
    "answers_unsure": "not sure",
    "answers_doubtfully": "no to everything so far",
    "takes_all_back": "a clear no",
    "doubts_it": "takes it back",
    "confirms": "yes",
    "others_only": "only others talk",
    "tried_once": "second silence",
    "tried_twice": "third silence",
    "nobody_there": "a quarter of an hour of silence",
}
COLOURS = {"Questions": "#eef4ff", "Glass test": "#eefaf0", "Emergency": "#ffe9e6", "End": "#f6f1fb"}


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow; ``kind`` is plain, alarm or back."""

    source: str
    dest: str
    label: str
    kind: str = "plain"


def draw(protocol: Protocol, output: Path | None, show: Callable[[str], None]) -> None:
    """Write the diagram to ``output`` (.mmd, .svg, .png), or show it as Mermaid. Raises BadInput, Lacking."""
    if output is None:
        show(mermaid(protocol))
        return
    if output.suffix not in FORMATS:
        raise BadInput(f"{output}: the name must end in one of {', '.join(FORMATS)}")
    if output.suffix == ".mmd":
        write_text(output, mermaid(protocol) + "\n")
    else:
        _render(dot(protocol), output)
    show(f"written: {output}")


def mermaid(protocol: Protocol) -> str:
    """Return the machine as a Mermaid flowchart."""
    lines = ["flowchart TD", f'    {ANY}(["in every state"])']
    for part, names in _parts(protocol).items():
        lines.append(f'    subgraph {part.replace(" ", "_")}["{part}"]')
        lines += [f'        {_id(name)}["{_title(name)}"]' for name in names]
        lines.append("    end")
    arrows = {"plain": "-->", "alarm": "==>", "back": "-.->"}
    for edge in edges(protocol):
        label = f'|"{edge.label}"|' if edge.label else ""
        lines.append(f"    {_id(edge.source)} {arrows[edge.kind]}{label} {_id(edge.dest)}")
    return "\n".join(lines)


def dot(protocol: Protocol) -> str:
    """Return the machine in Graphviz's language."""
    lines = [
        "digraph dialogue {",
        '  rankdir=TB; fontname="Helvetica"; newrank=true; nodesep=0.6; ranksep=0.4;',
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9, color="#555555"];',
        f'  {ANY} [label="in every state", shape=oval, fillcolor="#ffd9d4"];',
    ]
    for number, (part, names) in enumerate(_parts(protocol).items()):
        lines.append(f'  subgraph cluster_{number} {{ label="{part}"; style=filled; color="{COLOURS[part]}";')
        lines += [f'    {_id(name)} [label="{_title(name)}"];' for name in names]
        lines.append("  }")
    looks = {
        "plain": "",
        "alarm": ', color="#c0392b", penwidth=2.5',
        "back": ", style=dashed, constraint=false",
    }
    lines += [
        f'  {_id(edge.source)} -> {_id(edge.dest)} [label="{edge.label}"{looks[edge.kind]}];'
        for edge in edges(protocol)
    ]
    return "\n".join([*lines, "}"])


def edges(protocol: Protocol) -> list[Edge]:
    """Return the arrows: what holds everywhere once, then every move, several reasons in one label."""
    found: dict[tuple[str, str, str], list[str]] = {}
    table = rows(protocol)
    chain = _chain(protocol, table)
    for row in table:
        for edge in _edges_of(row, chain):
            labels = found.setdefault((edge.source, edge.dest, edge.kind), [])
            if edge.label and edge.label not in labels:
                labels.append(edge.label)
    merged = [Edge(source, dest, ", ".join(labels), kind) for (source, dest, kind), labels in found.items()]
    return [
        Edge(ANY, CONFIRM, "red flag, also in mid-sentence", "alarm"),
        Edge(ANY, ENDED, "stop", "back"),
        Edge(ANY, protocol.questions[0].id, "start over", "back"),
        *merged,
    ]


def _edges_of(row: Row, chain: dict[str, str]) -> Iterator[Edge]:
    """Yield the arrow of a row; none for what is drawn once, stays, or chooses the next question."""
    if row.trigger == GO or row.dest == row.source or (row.conditions and row.conditions[0] in EVERYWHERE):
        return
    label = _label(row)
    if row.dest != NEXT:
        yield Edge(row.source, row.dest, label)
    elif row.reply == "back":
        return  # one step back along the chain, the same everywhere
    elif row.source in chain:
        yield Edge(row.source, chain[row.source], label)
    else:
        yield Edge(row.source, NEXT, label, "back" if row.source == CONFIRM else "plain")


def _chain(protocol: Protocol, table: tuple[Row, ...]) -> dict[str, str]:
    """Return for every place of a question the question that the hub tries next."""
    order = list(
        dict.fromkeys(row.dest.split(".")[0] for row in table if row.trigger == GO and row.dest != CONFIRM)
    )
    following = dict(zip(order, order[1:], strict=False))
    named = {one.id for one in protocol.questions}
    return {
        place: following[place.split(".")[0]] for place in places(protocol) if place.split(".")[0] in named
    }


def _label(row: Row) -> str:
    """Return the condition in words; none for the plain way on: answered, or left open after a second try."""
    if row.reply in PLAIN:
        return ""
    said = [LABELS.get(name, name.removeprefix("says_").replace("_", " ")) for name in row.conditions]
    return " and ".join(said) or "silence, anything else"


def _parts(protocol: Protocol) -> dict[str, list[str]]:
    walks = {one.id for one in protocol.questions if one.kind == "walk"}
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for place in (*places(protocol), NEXT):
        if place.split(".")[0] in walks:
            found["Glass test"].append(place)
        elif place in (CONFIRM, STANDING_BY):
            found["Emergency"].append(place)
        elif place in (SUMMARY, CHANGE, MORE, ENDED, NEXT):
            found["End"].append(place)
        else:
            found["Questions"].append(place)
    return found


def _title(place: str) -> str:
    if place == NEXT:
        return "first question still open"
    name, _, step = place.partition(".")
    return f"{name.replace('_', ' ')}: {step}" if step else name.replace("_", " ")


def _id(place: str) -> str:
    # "end" and dots are words of Mermaid's own.
    return place.replace(".", "_")


def _render(source: str, output: Path) -> None:
    """Let Graphviz draw ``source``. Raises Lacking when it is missing or fails."""
    program = shutil.which("dot")
    if program is None:
        raise Lacking(
            "the diagram needs Graphviz's `dot`", "Install it (apt install graphviz), or write a .mmd file"
        )
    with disk_errors(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=output.suffix, dir=output.parent)
        os.close(handle)
    try:
        subprocess.run(
            [program, f"-T{output.suffix[1:]}", "-o", name], input=source.encode(), check=True,
            capture_output=True, timeout=DOT_SECONDS,
        )  # fmt: skip
        os.chmod(name, 0o644)
        os.replace(name, output)
    except (subprocess.SubprocessError, OSError) as error:
        Path(name).unlink(missing_ok=True)
        raise Lacking(f"Graphviz could not draw it: {error}", "Write a .mmd file instead") from None
