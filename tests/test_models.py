"""Models: fetched from servers that misbehave, unpacked from hostile zips, never visible half done."""

from __future__ import annotations

import errno
import hashlib
import http.server
import io
import json
import os
import random
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage import disk, models, models_command
from voice_triage.errors import BadContent, BadInput, Lacking, TriageError
from voice_triage.model_store import catalogue, unpack
from voice_triage.model_store.catalogue import Model, ModelFile
from voice_triage.model_store.download import Patience

NEEDS = ("am/final.mdl", "conf/model.conf")


def zipped(entries: dict[str, bytes], top: str = "small-model/") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(top + name, data)
    return buffer.getvalue()


NOISE = random.Random(7).randbytes(300_000)
SEVERAL = {"model.bin": b"weights" * 999, "config.json": b"{}"}
GOOD = zipped({"am/final.mdl": NOISE, "conf/model.conf": b"--x=1\n", "README": b"hello\n"})


# ---- a server that misbehaves on demand ----


@dataclass
class Script:
    """What the server does; the counters say what was asked of it."""

    body: bytes = GOOD
    cuts: int = 0
    """So many connections are cut half way through what was asked for."""
    stalls: int = 0
    statuses: list[int] = field(default_factory=list)
    """Answered first, one a request."""
    ranges: bool = True
    etag: str | None = '"v1"'
    sends_length: bool = True
    kind: str = "application/zip"
    wrong_range: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range) of each request."""

    def content(self, path: str) -> bytes:
        """One of several files, by its name, else the body."""
        return SEVERAL.get(path.rpartition("/")[2], self.body)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        wanted = self.headers.get("Range")
        script.asked.append((self.path, wanted))
        self.close_connection = True
        if script.statuses:
            self.send_error(script.statuses.pop(0))
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        else:
            self.serve(script, wanted)

    def serve(self, script: Script, wanted: str | None) -> None:
        validator, content = self.headers.get("If-Range"), script.content(self.path)
        start = 0
        if wanted and script.ranges and validator in {None, script.etag}:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            shown = 0 if script.wrong_range else start
            self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        if script.etag:
            self.send_header("ETag", script.etag)
        self.send_header("Content-Type", script.kind)
        if script.sends_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if script.stalls:
            script.stalls -= 1
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.released.wait(5)  # type: ignore[attr-defined]
        elif script.cuts:
            script.cuts -= 1
            self.wfile.write(body[: len(body) // 2])
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    running.script = Script()  # type: ignore[attr-defined]
    running.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.released.set()  # type: ignore[attr-defined]
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def script(server: Server) -> Script:
    return server.script  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def base(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def model_of(body: bytes, url: str, name: str = "vosk-en", **changes: object) -> Model:
    file = ModelFile("small.zip", url, len(body), hashlib.sha256(body).hexdigest())
    model = Model(name, "a model", "MIT", (file,), archive=True, needs=NEEDS, unpacked_bytes=2_000_000)
    return replace(model, **changes)  # type: ignore[arg-type]


HASTY = Patience(stall_s=0.3, tries=3, pause_s=0.01)


@pytest.fixture
def store(tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch) -> models.Store:
    monkeypatch.setattr(models, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    several = Model(
        "whisper", "files", "MIT",
        tuple(
            ModelFile(name, f"{base}/w/{name}", len(data), hashlib.sha256(data).hexdigest())
            for name, data in SEVERAL.items()
        ),
    )  # fmt: skip
    return models.Store(
        tmp_path / "models", {"vosk-en": model_of(GOOD, f"{base}/small.zip"), "whisper": several}, HASTY
    )


def visible(store: models.Store) -> list[str]:
    """Names in the store that do not begin with a dot."""
    return sorted(path.name for path in store.root.glob("[!.]*")) if store.root.exists() else []


def is_whole(folder: Path) -> bool:
    return (folder / "am/final.mdl").read_bytes() == NOISE and (folder / "conf/model.conf").exists()


def left_over(store: models.Store) -> list[str]:
    return [
        path.name
        for path in store.root.rglob("*")
        if path.name.startswith((".new", ".old")) or path.suffix == ".part"
    ]


# ---- fetching ----


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


# ---- --from ----


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


# ---- hostile archives ----


def entry(name: str, data: bytes = b"x", mode: int = 0) -> Callable[[zipfile.ZipFile], None]:
    def add(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name  # the constructor would tidy it
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)

    return add


HOSTILE = {
    "parent": ([entry("../../evil")], "leads out"),
    "parent inside": ([entry("top/../../evil")], "leads out"),
    "windows parent": ([entry("top\\..\\..\\evil")], "leads out"),
    "absolute": ([entry("/etc/evil")], "absolute"),
    "drive": ([entry("C:\\evil")], "absolute"),
    "drive relative": ([entry("C:evil")], "absolute"),
    "share": ([entry("\\\\host\\share\\evil")], "absolute"),
    "link": ([entry("top/link", b"/etc", stat.S_IFLNK | 0o777), entry("top/link/evil")], "link"),
    "device": ([entry("top/dev", b"", stat.S_IFCHR | 0o666)], "device"),
    "pipe": ([entry("top/pipe", b"", stat.S_IFIFO | 0o666)], "device"),
    "control characters": ([entry("top/\x1b[2J")], "not a plain file name"),
    "twice": ([entry("top/a"), entry("top/A")], "twice"),
    "file as folder": ([entry("top/a"), entry("top/a/b")], "inside a file"),
    "bomb": ([entry("top/zeros", bytes(30_000_000))], "zip bomb"),
    "many": ([entry(f"top/{number}") for number in range(5_001)], "more than 5000"),
    "very long name": ([entry("top/" + "a" * 300)], "not a plain file name"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_before_anything_is_written(
    store: models.Store, tmp_path: Path, name: str
):
    adders, says = HOSTILE[name]
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for add in adders:
            add(archive)
    before = {each for each in tmp_path.rglob("*") if store.root not in each.parents}

    with pytest.raises(BadInput, match=says) as caught:
        models.install("vosk-en", str(path), any_checksum=True, store=store)

    assert caught.value.exit_status == 2
    assert str(path) in str(caught.value) and "\x1b" not in str(caught.value)
    assert {each for each in tmp_path.rglob("*") if store.root not in each.parents} - before <= {store.root}
    assert visible(store) == [] and left_over(store) == []


def test_an_archive_larger_than_its_model_may_be_is_refused(store: models.Store, base: str):
    tight = {"vosk-en": model_of(GOOD, f"{base}/small.zip", unpacked_bytes=1000)}

    with pytest.raises(BadInput, match="more than 1000: refused"):
        models.install("vosk-en", store=replace(store, catalogue=tight))


def lied_about(body: bytes) -> bytes:
    """Change the stated size of an entry in the central folder."""
    at = body.rindex(b"PK\x01\x02") + 24
    return body[:at] + (5).to_bytes(4, "little") + body[at + 4 :]


BROKEN = {
    "empty": b"",
    "text": b"this is no zip",
    "half": GOOD[: len(GOOD) // 2],
    "flipped": GOOD[:200_000] + bytes([GOOD[200_000] ^ 255]) + GOOD[200_001:],
    "wrong size": lied_about(GOOD),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_one_line_and_leaves_nothing(store: models.Store, tmp_path: Path, name: str):
    path = tmp_path / "broken.zip"
    path.write_bytes(BROKEN[name])

    with pytest.raises(BadInput, match="broken.zip"):
        models.install("vosk-en", str(path), any_checksum=True, store=store)

    assert visible(store) == [] and left_over(store) == []


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_any_flipped_byte_unpacks_the_same_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
):
    folder = tmp_path_factory.mktemp("flip")
    archive = folder / "a.zip"
    archive.write_bytes(GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    (folder / "out").mkdir()

    try:
        unpack.unpack(archive, folder / "out", unpack.Limits())
    except TriageError as error:
        assert "\n" not in str(error)
    finally:
        assert sorted(path.name for path in folder.iterdir()) == ["a.zip", "out"]
        shutil.rmtree(folder)


# ---- disk, kills, two at once ----


def test_a_full_disk_is_one_line(store: models.Store, monkeypatch: pytest.MonkeyPatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Lacking, match="No space left on device. Free some space"):
        models.install("vosk-en", store=store)

    assert visible(store) == []


def test_too_little_room_is_said_before_anything_is_fetched(
    store: models.Store, script: Script, monkeypatch: pytest.MonkeyPatch
):
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10_000, 9_000, 1_000))

    with pytest.raises(Lacking, match="0 MB free, vosk-en needs 3 MB"):
        models.install("vosk-en", store=store)

    assert script.asked == []


def test_a_folder_that_cannot_be_written_is_one_line(store: models.Store, tmp_path: Path):
    (tmp_path / "wall").write_text("no folder", encoding="utf-8")

    with pytest.raises(Lacking, match="cannot write .*wall"):
        models.install("vosk-en", store=replace(store, root=tmp_path / "wall" / "models"))


def test_permission_denied_is_one_line_with_the_cure(store: models.Store, monkeypatch: pytest.MonkeyPatch):
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)

    with pytest.raises(Lacking, match="Permission denied. Make it writable"):
        models.install("vosk-en", store=store)


def test_two_installations_at_once_one_is_told_to_wait(store: models.Store):
    with disk.locked(store.root / ".lock", "installation of a model"):
        with pytest.raises(Lacking, match="another installation of a model is running"):
            models.install("vosk-en", store=store)

    assert is_whole(models.install("vosk-en", store=store))


KILLED = """
import os, sys
from pathlib import Path
from voice_triage import models
from voice_triage.model_store.catalogue import Model, ModelFile
calls = int(sys.argv[3])
def dying(original):
    def call(*args, **kwargs):
        global calls
        calls -= 1
        if calls < 0:
            os.kill(os.getpid(), 9)
        return original(*args, **kwargs)
    return call
os.fsync, os.rename = dying(os.fsync), dying(os.rename)
models.CHECKOUT = Path(sys.argv[1]) / "none"
file = ModelFile("small.zip", "", None, None)
model = Model("vosk-en", "", "", (file,), True, ("am/final.mdl", "conf/model.conf"), 2000000)
store = models.Store(Path(sys.argv[1]), {"vosk-en": model})
models.install("vosk-en", sys.argv[2], any_checksum=True, store=store)
print("done")
"""


def test_a_kill_at_any_step_leaves_a_whole_model_or_none(store: models.Store, tmp_path: Path):
    """kill -9 at each fsync and rename of an installation over an older one; the next one then succeeds."""
    archive = tmp_path / "other.zip"
    archive.write_bytes(GOOD)
    for step in range(20):
        shutil.rmtree(store.root, ignore_errors=True)
        models.install("vosk-en", store=store)
        (store.root / "vosk-en" / "README").write_text("the old one", encoding="utf-8")

        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(store.root), str(archive), str(step)],
            check=False, capture_output=True,
        )  # fmt: skip

        found = models.installed_path("vosk-en", store)
        assert found is None or is_whole(found)
        assert is_whole(models.install("vosk-en", store=store))
        assert left_over(store) == []
        if done.returncode == 0:
            break
    assert done.stdout == b"done\n" and step > 5


# ---- finding, listing, removing ----


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


def test_the_commands_say_what_they_did(store: models.Store, capsys: pytest.CaptureFixture[str]):
    lines: list[str] = []

    models_command.list_all(lines.append, store)
    models_command.install(lines.append, "vosk-en", None, store)
    models_command.path(lines.append, None, store)
    models_command.path(lines.append, "vosk-en", store)
    models_command.list_all(lines.append, store, as_json=True)
    models_command.remove(lines.append, "vosk-en", store)
    models_command.remove(lines.append, "vosk-en", store)

    place = str(store.root / "vosk-en")
    assert lines[0].endswith("not installed") and lines[0].startswith("vosk-en")
    assert lines[2:5] == [f"vosk-en is installed in {place}", str(store.root), place]
    assert json.loads(lines[5])[0]["installed"] == place
    assert lines[6:] == ["vosk-en is removed", "vosk-en is not installed"]
    assert capsys.readouterr().err.splitlines()[-1] == "small.zip: 100 %"
    with pytest.raises(Lacking, match="Run: voice-triage models install vosk-en"):
        models_command.path(lines.append, "vosk-en", store)


def test_the_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with models_command.Bar(screen) as bar:
        bar("a.zip", 1, 2)
        bar("a.zip", 2, 2)

    assert "a.zip" in screen.getvalue()


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


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICE_TRIAGE_MODELS", str(tmp_path))
    lines: list[str] = []

    assert models.command(["path"], lines.append) == 0
    assert models.command([], lines.append) == 0
    assert lines[0] == str(tmp_path)
    assert [line.split()[0] for line in lines[1:]] == ["vosk-en", "whisper-tiny.en", "piper-joe"]
    (tmp_path / "x.zip").write_bytes(GOOD)
    with pytest.raises(BadInput, match="sha256 is .* instead of 30f26242.*--any-checksum"):
        models.command(["install", "--from", str(tmp_path / "x.zip")], lines.append)
    with pytest.raises(BadInput, match="conf/mfcc.conf is missing"):
        models.command(["install", "--from", str(tmp_path / "x.zip"), "--any-checksum"], lines.append)
    for wrong in (["instal"], ["remove"], ["path", "a", "b"]):
        with pytest.raises(BadInput, match="see 'voice-triage models"):
            models.command(wrong, lines.append)
