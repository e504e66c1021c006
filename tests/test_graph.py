"""The picture is of the real machine, readable, and drawn once where it holds everywhere."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree
from pathlib import Path

import pytest

from voice_triage import graph
from voice_triage.dialogue.rows import places
from voice_triage.dialogue.state import CONFIRM, NEXT
from voice_triage.errors import BadInput, Lacking
from voice_triage.protocol import Protocol

PROTOCOL = Protocol.load()
MERMAID = graph.mermaid(PROTOCOL)
SVG = "{http://www.w3.org/2000/svg}"
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")


def test_every_place_is_drawn_in_one_part() -> None:
    for place in (*places(PROTOCOL), NEXT):
        assert MERMAID.count(f"        {place.replace('.', '_')}[") == 1


def test_red_flags_are_drawn_once() -> None:
    arrows = [edge for edge in graph.edges(PROTOCOL) if edge.kind == "alarm"]

    assert [(edge.source, edge.dest) for edge in arrows] == [("any_state", CONFIRM)]


def test_every_arrow_joins_two_places_and_no_arrow_stands_twice() -> None:
    known = {*places(PROTOCOL), NEXT, "any_state"}
    arrows = [(edge.source, edge.dest) for edge in graph.edges(PROTOCOL)]

    assert {name for arrow in arrows for name in arrow} <= known
    assert len(arrows) == len(set(arrows)) < 100


def test_every_place_can_be_followed_from_the_first_question() -> None:
    leads = {(edge.source, edge.dest) for edge in graph.edges(PROTOCOL)}
    seen = {PROTOCOL.questions[0].id, "any_state"}
    while more := {dest for source, dest in leads if source in seen} - seen:
        seen |= more

    assert set(places(PROTOCOL)) <= seen


def test_mermaid_goes_to_standard_output_or_a_file(tmp_path: Path) -> None:
    shown: list[str] = []
    graph.draw(PROTOCOL, None, shown.append)
    graph.draw(PROTOCOL, tmp_path / "dialogue.mmd", shown.append)

    assert shown[0].startswith("flowchart TD")
    assert (tmp_path / "dialogue.mmd").read_text() == shown[0] + "\n"


@needs_dot
def test_svg_shows_every_place(tmp_path: Path) -> None:
    graph.draw(PROTOCOL, tmp_path / "new" / "dialogue.svg", lambda text: None)
    tree = xml.etree.ElementTree.parse(tmp_path / "new" / "dialogue.svg")
    words = " ".join(tree.getroot().itertext())

    assert all(question.id.replace("_", " ") in words for question in PROTOCOL.questions)


def test_the_picture_in_the_docs_is_of_this_machine() -> None:
    """Drawn anew with ``voice-triage graph --output docs/dialogue.svg``; compared without Graphviz."""
    drawn = xml.etree.ElementTree.parse(Path(__file__).parent.parent / "docs" / "dialogue.svg").getroot()
    found = {
        kind: {
            (one.findtext(f"{SVG}title"), one.findtext(f"{SVG}text") or "")
            for one in drawn.iter(f"{SVG}g")
            if one.get("class") == kind
        }
        for kind in ("node", "edge")
    }

    assert {name for name, _ in found["node"]} == {
        place.replace(".", "_") for place in (*places(PROTOCOL), NEXT, "any_state")
    }
    assert found["edge"] == {
        (f"{edge.source}->{edge.dest}".replace(".", "_"), edge.label) for edge in graph.edges(PROTOCOL)
    }


@needs_dot
def test_png_is_a_png(tmp_path: Path) -> None:
    graph.draw(PROTOCOL, tmp_path / "dialogue.png", lambda text: None)

    assert (tmp_path / "dialogue.png").read_bytes().startswith(b"\x89PNG")


def test_another_ending_is_refused_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.mmd, \.svg, \.png"):
        graph.draw(PROTOCOL, tmp_path / "dialogue.jpg", print)


def test_without_graphviz_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Lacking, match="apt install graphviz"):
        graph.draw(PROTOCOL, tmp_path / "dialogue.svg", print)


def test_a_graphviz_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Lacking, match="could not draw"):
        graph.draw(PROTOCOL, tmp_path / "dialogue.svg", print)
    assert list(tmp_path.glob("*.svg")) == []
