"""Models from a file, a folder or another address: checked as if they were fetched."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import GOOD, NEEDS, SEVERAL, Script, is_whole, left_over, model_of, visible, zipped

from voice_triage import models
from voice_triage.errors import BadInput, Lacking, TriageError
from voice_triage.model_store.download import Patience


def test_from_a_file_a_folder_a_file_address_and_a_web_address(
    store: models.Store, base: str, tmp_path: Path
):
    (tmp_path / "small.zip").write_bytes(GOOD)
    sources = [tmp_path / "small.zip", tmp_path, (tmp_path / "small.zip").as_uri(), f"{base}/elsewhere.zip"]

    for source in sources:
        assert is_whole(models.install("vosk-en", str(source), store=store))
        assert models.remove("vosk-en", store)


def test_several_files_from_a_folder_or_an_address(
    store: models.Store, base: str, tmp_path: Path, script: Script
):
    for name, data in SEVERAL.items():
        (tmp_path / name).write_bytes(data)

    for source in (str(tmp_path), str(tmp_path / "model.bin"), f"{base}/mirror", f"{base}/mirror/model.bin"):
        assert len(list(models.install("whisper", source, store=store).iterdir())) == 2
        models.remove("whisper", store)
    assert ("/mirror/config.json", None) in script.asked


def test_another_file_is_refused_naming_both_hashes(store: models.Store, tmp_path: Path):
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(GOOD[:-1] + b"!")

    with pytest.raises(BadInput) as caught:
        models.install("vosk-en", str(wrong), store=store)

    message = str(caught.value)
    assert hashlib.sha256(wrong.read_bytes()).hexdigest() in message
    assert hashlib.sha256(GOOD).hexdigest() in message
    assert str(wrong) in message and visible(store) == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("/nowhere/at/all.zip", "no such file"),
        ("gopher://x/y", "only http, https and files"),
        ("/dev/null", "not a file"),
        ("a\0b", "null|no such file"),
        ("http://[bad/x.zip", "."),
        ("http:///x.zip", "."),
    ],
)
def test_a_source_that_is_none_is_one_line(store: models.Store, source: str, says: str):
    with pytest.raises(TriageError, match=says) as caught:
        models.install("vosk-en", source, store=store)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "says"), [(GOOD[:-1] + b"!", "sha256 is .* instead of"), (GOOD + b"!", "bytes instead of")]
)
def test_another_file_at_a_given_address_is_bad_input(
    store: models.Store, base: str, script: Script, body: bytes, says: str
):
    script.body = body

    with pytest.raises(BadInput, match=f"not small.zip of vosk-en: http.*{says}"):
        models.install("vosk-en", f"{base}/else.zip", store=store)

    assert visible(store) == []


def test_without_a_network_the_answer_comes_at_once(store: models.Store, monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    nowhere = replace(
        store, catalogue={"vosk-en": model_of(GOOD, "http://nowhere.invalid/small.zip")},
        patience=Patience(pause_s=60),
    )  # fmt: skip

    with pytest.raises(Lacking, match="nowhere.invalid.*not known. Check the address and your connection"):
        models.install("vosk-en", store=nowhere)


def test_any_checksum_takes_another_model_and_replaces_the_old(
    store: models.Store, tmp_path: Path, base: str
):
    models.install("vosk-en", store=store)
    (tmp_path / "big.zip").write_bytes(zipped({name: b"big" for name in NEEDS}))

    folder = models.install("vosk-en", str(tmp_path / "big.zip"), any_checksum=True, store=store)

    assert (folder / "am/final.mdl").read_bytes() == b"big"
    assert left_over(store) == []


def test_any_checksum_takes_no_other_thing_for_a_model(store: models.Store, tmp_path: Path):
    models.install("vosk-en", store=store)
    (tmp_path / "photos.zip").write_bytes(zipped({"a.jpg": b"jpg"}))

    with pytest.raises(BadInput, match="am/final.mdl is missing in it"):
        models.install("vosk-en", str(tmp_path / "photos.zip"), any_checksum=True, store=store)
    with pytest.raises(BadInput, match="--any-checksum is for"):
        models.install("whisper", str(tmp_path), any_checksum=True, store=store)
    assert is_whole(store.root / "vosk-en")
