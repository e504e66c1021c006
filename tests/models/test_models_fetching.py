"""Models fetched from servers that misbehave: whole in the end, or one line with the way out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import GOOD, HASTY, Script, is_whole, left_over, model_of, visible

from voice_triage import models
from voice_triage.errors import Lacking
from voice_triage.model_store.catalogue import ModelFile
from voice_triage.model_store.download import Patience


def test_a_model_is_fetched_checked_and_unpacked_without_its_top_folder(store: models.Store):
    seen: list[tuple[str, int, int | None]] = []

    folder = models.install("vosk-en", progress=lambda *news: seen.append(news), store=store)

    assert folder == store.root / "vosk-en" == models.installed_path("vosk-en", store)
    assert is_whole(folder)
    assert seen[-1] == ("small.zip", len(GOOD), len(GOOD))
    assert left_over(store) == []


def test_installing_again_asks_nobody(store: models.Store, script: Script):
    models.install("vosk-en", store=store)
    models.install("vosk-en", store=store)

    assert len(script.asked) == 1


MISBEHAVIOURS = {
    "cut twice": {"cuts": 2},
    "cut, and no ranges": {"cuts": 1, "ranges": False},
    "cut, and no length": {"cuts": 2, "sends_length": False},
    "cut, and no etag": {"cuts": 2, "etag": None},
    "cut, and a weak etag": {"cuts": 1, "etag": 'W/"v1"'},
    "stalls once": {"stalls": 1},
    "stalls twice, no ranges": {"stalls": 2, "ranges": False},
    "busy first": {"statuses": [503, 500]},
    "too many requests": {"statuses": [429]},
    "no length": {"sends_length": False},
    "sends the wrong part once": {"cuts": 1, "wrong_range": True},
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_connection_that_misbehaves_for_a_while_is_survived(store: models.Store, script: Script, name: str):
    for key, value in MISBEHAVIOURS[name].items():
        setattr(script, key, value)

    assert is_whole(models.install("vosk-en", store=store))
    assert left_over(store) == []


def test_after_a_cut_only_the_rest_is_fetched(store: models.Store, script: Script):
    script.cuts = 1

    models.install("vosk-en", store=store)

    assert [wanted for _, wanted in script.asked] == [None, f"bytes={len(GOOD) // 2}-"]


def test_the_next_run_goes_on_where_the_last_one_stopped(store: models.Store, script: Script):
    script.cuts, script.statuses = 1, []
    stubborn = replace(store, patience=replace(HASTY, tries_in_all=1))
    with pytest.raises(Lacking, match=r"cut after \d+ of \d+ bytes.*goes on where it stopped"):
        models.install("vosk-en", store=stubborn)
    assert visible(store) == []

    models.install("vosk-en", store=store)

    assert script.asked[-1][1] == f"bytes={len(GOOD) // 2}-"


def test_a_file_that_changed_on_the_server_is_fetched_anew(store: models.Store, script: Script):
    other = bytes(len(GOOD))
    script.body, script.cuts, script.etag = other, 1, '"old"'
    with pytest.raises(Lacking):
        models.install("vosk-en", store=replace(store, patience=replace(HASTY, tries_in_all=1)))
    script.body, script.etag = GOOD, '"new"'

    assert is_whole(models.install("vosk-en", store=store))


def test_halves_of_two_files_are_noticed_and_mended(store: models.Store, script: Script):
    """Without an ETag nothing tells the two apart until the sha256 is wrong."""
    script.body, script.cuts, script.etag = bytes(len(GOOD)), 1, None
    with pytest.raises(Lacking):
        models.install("vosk-en", store=replace(store, patience=replace(HASTY, tries_in_all=1)))
    script.body = GOOD

    assert is_whole(models.install("vosk-en", store=store))


FATAL = [
    ({"body": GOOD[:-1] + b"x"}, "damaged: its sha256 is"),
    ({"body": GOOD + b"x"}, f"has {len(GOOD) + 1} bytes instead of {len(GOOD)}"),
    ({"body": GOOD + b"x" * 99, "sends_length": False}, "sends more than"),
    ({"body": GOOD[:-9], "sends_length": False}, "not the size|closed|cut"),
    ({"statuses": [404]}, "the server answered 404 Not Found"),
    ({"statuses": [403]}, "the server answered 403"),
    ({"statuses": [500] * 9}, "the server answered 500"),
    ({"kind": "text/html"}, "log-in page"),
    ({"stalls": 9, "ranges": False}, "nothing came for a long time|cut after"),
]


@pytest.mark.parametrize(("does", "says"), FATAL, ids=[row[1][:30] for row in FATAL])
def test_what_cannot_be_fetched_is_one_line_with_the_way_out(
    store: models.Store, script: Script, does: dict[str, object], says: str
):
    for key, value in does.items():
        setattr(script, key, value)

    with pytest.raises(Lacking, match=says) as caught:
        models.install("vosk-en", store=store)

    message = str(caught.value)
    assert "small.zip" in message and "--from FILE" in message and "\n" not in message
    assert visible(store) == [] and models.installed_path("vosk-en", store) is None


def test_nobody_there_is_one_line(store: models.Store, tmp_path: Path):
    lonely = replace(store, catalogue={"vosk-en": model_of(GOOD, "http://127.0.0.1:9/small.zip")})

    with pytest.raises(Lacking, match="Connection refused.*--from FILE"):
        models.install("vosk-en", store=lonely)


def test_a_server_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A byte now and then keeps every time-out from firing."""
    from voice_triage.model_store import download

    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    watch = download._Watch(ModelFile("a", "u", 100, None), lambda *_: None, Patience(stall_s=30))

    with pytest.raises(Exception, match="next to dead"):
        for done in range(1, 9):
            watch.got(1, done, 100)


def test_redirects_are_followed_but_not_out_of_the_web(store: models.Store, base: str, script: Script):
    assert is_whole(models.install("vosk-en", f"{base}/to//small.zip", store=store))

    models.remove("vosk-en", store)
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"):
        with pytest.raises(Lacking, match="the server answered|not a usable address"):
            models.install("vosk-en", f"{base}/to/{target}", store=store)


def test_a_redirect_to_itself_ends(store: models.Store, base: str):
    loop = f"{base}/to//to/"

    with pytest.raises(Lacking) as caught:
        models.install("vosk-en", loop, store=store)

    assert "\n" not in str(caught.value)


def test_several_files_are_fetched_each(store: models.Store, script: Script):
    folder = models.install("whisper", store=store)

    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.bin"]
    assert [path for path, _ in script.asked] == ["/w/model.bin", "/w/config.json"]
