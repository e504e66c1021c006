"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measure import Row

BEGIN, END = "<!-- measured: written by scripts/bench -->", "<!-- end of measured -->"


def line(row: Row) -> str:
    """One figure on a terminal."""
    mark = "ok  " if row.met else "MISS"
    return f"{mark} {row.figure} | {row.condition} | {_value(row)} (goal {_goal(row)}){_detail(row)}"


def write_json(rows: Mapping[str, Sequence[Row]], about: Mapping[str, Any], path: Path) -> None:
    """All rows by figure, failures included."""
    data = {**about, "figures": {name: [one.to_json() for one in group] for name, group in rows.items()}}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def write_table(rows: Mapping[str, Sequence[Row]], about: Mapping[str, Any], path: Path) -> None:
    """Put the measured tables between the markers of the document, the rest is left as it is."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text(f"{head}{BEGIN}\n\n{tables(rows, about)}\n{END}{tail}", encoding="utf-8")


def tables(rows: Mapping[str, Sequence[Row]], about: Mapping[str, Any]) -> str:
    """The Markdown: the figures, the techniques, the peers, and what was missed."""
    facts = ", ".join(f"{key} {value}" for key, value in about.items())
    parts = [f"{facts}."]
    goals = [one for name, group in rows.items() if name not in ("techniques", "peers") for one in group]
    parts.append(_table(("figure", "condition", "measured", "goal", "met", "of which"), [
        (one.figure, one.condition, _value(one), _goal(one), "yes" if one.met else "**no**", one.detail)
        for one in goals
    ]))  # fmt: skip
    compared = {"techniques": "With and without each technique", "peers": "Others on the same sounds"}
    for name, title in compared.items():
        if rows.get(name):
            parts.append(f"### {title}\n\n" + _table(("way", "condition", "measured"), [
                (one.figure, one.condition, _value(one)) for one in rows[name]
            ]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def _value(row: Row) -> str:
    exact = 1 if row.unit in ("%", "per hour") else 2 if row.value < 10 else 0
    number = f"{row.value:.{exact}f}"
    count = f" ({row.hits}/{row.of})" if row.hits is not None and row.of else ""
    return f"{number} {row.unit}".strip() + count


def _goal(row: Row) -> str:
    return f"{'>=' if row.more_is_better else '<='} {row.goal:g} {row.unit}".strip()


def _detail(row: Row) -> str:
    return f" | {row.detail}" if row.detail else ""
