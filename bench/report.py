"""The figures as a table for people and as JSON for machines; the JSON is kept, figure by figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Row

BEGIN, END = "<!-- measured: written by scripts/bench -->", "<!-- end of measured -->"
WITH = " with "
COMPARED = {
    "techniques": "With and without each technique",
    "doubts": "With and without each doubt",
    "peers": "Others on the same sounds",
}


def key(name: str, recognizer: str) -> str:
    """Under which a figure is kept; measured with another streaming engine it is another."""
    return name if recognizer == "auto" else f"{name}{WITH}{recognizer}"


def line(row: Row) -> str:
    """One figure on a terminal."""
    shown = row.to_json()
    mark = "ok  " if row.met else "MISS"
    detail = f" | {row.detail}" if row.detail else ""
    return f"{mark} {row.figure} | {row.condition} | {_value(shown)} (goal {_goal(shown)}){detail}"


def kept(path: Path) -> dict[str, Any]:
    """The figures measured before, by name; empty when there are none."""
    if not path.exists():
        return {}
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return figures


def write(figures: Mapping[str, Any], order: Iterable[str], json_file: Path, table: Path | None) -> None:
    """Write all figures, those measured now and those kept, as JSON and, where wanted, into the document."""
    engines = sorted({name.partition(WITH)[2] for name in figures})  # "", the usual one, comes first
    names = [f"{name}{WITH}{engine}" if engine else name for engine in engines for name in order]
    ordered = {name: figures[name] for name in names if name in figures}
    data = json.dumps({"figures": ordered}, indent=1, ensure_ascii=False, default=str)
    json_file.write_text(data + "\n", encoding="utf-8")
    if table is not None:
        # Put between the markers of the document; the rest is left as it is.
        text = table.read_text(encoding="utf-8") if table.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
        head, _, rest = text.partition(BEGIN)
        tail = rest.partition(END)[2]
        table.write_text(f"{head}{BEGIN}\n\n{tables(ordered)}\n{END}{tail}", encoding="utf-8")


def tables(figures: Mapping[str, Any]) -> str:
    """The Markdown: the figures of the goals, the techniques, the peers, the other engines."""
    usual = {name: group for name, group in figures.items() if WITH not in name}
    parts = [_goals([group for name, group in usual.items() if name not in COMPARED])]
    for name, title in COMPARED.items():
        if name in figures:
            group = figures[name]
            parts.append(f"### {title}\n\n`{group['command']}`, commit {group['commit']}.\n\n" + _table(
                ("way", "condition", "measured"),
                [(one["figure"], one["condition"], _value(one)) for one in group["rows"]],
            ))  # fmt: skip
    for engine in dict.fromkeys(name.partition(WITH)[2] for name in figures if name not in usual):
        groups = [group for name, group in figures.items() if name.endswith(f"{WITH}{engine}")]
        parts.append(f"### With {engine} as the streaming engine\n\n{_goals(groups)}")
    machines = dict.fromkeys(f"{group['cpu']}, {group['cores']} cores, seed {group['seed']}, Python "
                             f"{group['python']}" for group in figures.values())  # fmt: skip
    parts.append("Measured on: " + "; ".join(machines) + ".")
    return "\n\n".join(parts) + "\n"


def _goals(groups: Sequence[Mapping[str, Any]]) -> str:
    return _table(("figure", "condition", "measured", "goal", "met", "of which", "command", "commit"), [
        (one["figure"], one["condition"], _value(one), _goal(one), "yes" if one["met"] else "**no**",
         one["detail"], f"`{group['command']}`", group["commit"])
        for group in groups for one in group["rows"]
    ])  # fmt: skip


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def _value(row: Mapping[str, Any]) -> str:
    value, unit = row["value"], row["unit"]
    exact = 1 if unit in ("%", "per hour") else 2 if value < 10 else 0
    number = f"{value:.{exact}f}"
    count = f" ({row['hits']}/{row['of']})" if row["hits"] is not None and row["of"] else ""
    n = f" (n = {row['of']})" if row["hits"] is None and row["of"] else ""
    return f"{number} {unit}".strip() + count + n


def _goal(row: Mapping[str, Any]) -> str:
    return f"{'>=' if row['more_is_better'] else '<='} {row['goal']:g} {row['unit']}".strip()
