"""What is in the store: found, replaced, removed; and the catalogue of what there is."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_server import HASTY, NEEDS, SEVERAL, Script, is_whole, left_over

from voice_triage import models
from voice_triage.errors import BadContent, BadInput, Lacking
from voice_triage.model_store import catalogue


def test_removing_takes_the_model_and_what_was_fetched(store: models.Store, script: Script):
    script.cuts = 9
    with pytest.raises(Lacking):
        models.install("vosk-en", store=replace(store, patience=replace(HASTY, tries_in_all=1)))
    assert left_over(store) != []

    assert models.remove("vosk-en", store) is False
    assert left_over(store) == []

    script.cuts = 0
    models.install("vosk-en", store=store)
    assert models.remove("vosk-en", store) is True
    assert models.installed_path("vosk-en", store) is None


def test_an_incomplete_folder_is_no_model_and_is_replaced(store: models.Store):
    (store.root / "vosk-en" / "am").mkdir(parents=True)
    (store.root / "vosk-en" / "am" / "final.mdl").write_bytes(b"by hand")

    assert models.installed_path("vosk-en", store) is None
    assert is_whole(models.install("vosk-en", store=store))


def test_a_python_package_with_the_same_bytes_is_used_and_copied(
    store: models.Store, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
):
    inner = tmp_path / "carrier_of_models" / "model"
    inner.mkdir(parents=True)
    (inner.parent / "__init__.py").write_text("raise RuntimeError('never run')", encoding="utf-8")
    for name, data in SEVERAL.items():
        (inner / name).write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    whisper = replace(store.catalogue["whisper"], package="carrier_of_models/model")
    carried = replace(store, catalogue={"whisper": whisper})

    assert models.installed_path("whisper", carried) == inner
    folder = models.install("whisper", store=carried)
    assert folder == store.root / "whisper" == models.installed_path("whisper", carried)
    assert script.asked == []

    models.remove("whisper", carried)
    (inner / "config.json").write_bytes(b"[]")
    assert models.installed_path("whisper", carried) is None


def test_a_python_package_that_cannot_be_read_is_no_model(
    store: models.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    inner = tmp_path / "closed_to_us" / "model"
    inner.mkdir(parents=True)
    for name, data in SEVERAL.items():
        (inner / name).write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    whisper = replace(store.catalogue["whisper"], package="closed_to_us/model")
    carried = replace(store, catalogue={"whisper": whisper})
    opened = Path.open

    def denied(path: Path, *how: Any, **more: Any) -> Any:
        if path.parent == inner:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", denied)

    assert models.installed_path("whisper", carried) is None
    assert [row.installed for row in models.list_models(carried)] == [None]


def test_a_model_unpacked_into_the_checkout_is_found(store: models.Store):
    folder = models.CHECKOUT / "small"
    for need in NEEDS:
        (folder / need).parent.mkdir(parents=True, exist_ok=True)
        (folder / need).write_bytes(b"x")

    assert models.installed_path("vosk-en", store) == folder


@pytest.mark.parametrize("call", [models.install, models.installed_path, models.remove])
def test_an_unknown_name_gets_a_suggestion(store: models.Store, call: Callable[..., object]):
    with pytest.raises(BadInput, match="did you mean 'vosk-en'"):
        call("vosk_en", store=store)
    with pytest.raises(BadInput, match="there are: vosk-en, whisper"):
        call("../../etc", store=store)


def test_the_store_is_where_the_variable_says():
    assert models.path({"VOICE_TRIAGE_MODELS": "/m"}) == Path("/m")
    assert models.path({}).name == "models"


def test_every_row_of_the_catalogue_is_pinned():
    for model in catalogue.load().values():
        for file in model.files:
            assert file.url.startswith("https://")
            assert file.sha256 is not None and len(file.sha256) == 64 and file.bytes
            assert "/" not in file.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "a list called 'models'"),
        ("models: [{name: a, what: b, licence: c}]", "the key 'files' is missing"),
        ("models: [{name: a, what: b, licence: c, files: [], size: 3}]", "unknown key 'size'"),
        ("models: [{name: a, what: b, licence: c, files: [], archive: true}]", "exactly one file"),
        ("models: [5]", "keys and values"),
    ],
)
def test_a_bad_catalogue_is_refused(tmp_path: Path, text: str, says: str):
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(BadContent, match=says):
        catalogue.load(tmp_path / "m.yaml")
