"""What config reads and writes, and that nothing is lost on the way; what the manual says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from voice_triage import settings, settings_command
from voice_triage.errors import BadInput, Lacking

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_set_get_unset_keep_comments_and_other_lines(file: Path):
    file.write_text("# mine\nvolume = 20  # quiet\n\n[zzz]\nleft = 1\n", encoding="utf-8")
    lines: list[str] = []

    assert settings_command.put(lines.append, "rate-wpm", "240", file, {}) == 0
    assert settings_command.put(lines.append, "volume", "30", file, {}) == 0
    assert settings_command.unset(lines.append, "zzz", file, {}) == 0
    assert settings_command.get(lines.append, "rate_wpm", file, {}) == 0

    assert lines[0] == f"rate_wpm = 240  ({file})"
    assert lines[-1] == "240"
    text = file.read_text(encoding="utf-8")
    assert "# mine\n" in text and "volume = 30  # quiet" in text
    assert settings.load(file, {}).rate_wpm == 240


def test_set_refuses_what_load_would_refuse_and_leaves_the_file(file: Path):
    file.write_text("volume = 20\n", encoding="utf-8")

    with pytest.raises(BadInput, match='config set: rate_wpm is "900", but must be a whole number'):
        settings_command.put(print, "rate_wpm", "900", file, {})
    with pytest.raises(BadInput, match="did you mean 'volume'"):
        settings_command.put(print, "volme", "20", file, {})

    assert file.read_text(encoding="utf-8") == "volume = 20\n"


def test_a_wrong_value_in_the_file_can_be_repaired_with_set(file: Path):
    file.write_text("volume = 2000\n", encoding="utf-8")

    settings_command.put(lambda line: None, "volume", "50", file, {})

    assert settings.load(file, {}).volume == 50


def test_set_says_when_a_variable_wins(file: Path):
    lines: list[str] = []

    settings_command.put(lines.append, "volume", "50", file, {"VOICE_TRIAGE_VOLUME": "20"})

    assert "VOICE_TRIAGE_VOLUME is set and wins" in lines[-1]


def test_show_names_the_origin_of_each_value(file: Path):
    file.write_text("patience = 2\n", encoding="utf-8")
    lines: list[str] = []
    as_json: list[str] = []

    settings_command.show(lines.append, file, {})
    settings_command.show(as_json.append, file, {}, as_json=True)

    assert len(lines) == len(settings.KEYS)
    patience = next(line for line in lines if line.startswith("patience"))
    assert patience.split() == ["patience", "2", "(file", f"{file})"]
    assert json.loads("\n".join(as_json))["settings"]["country"] == {"value": None, "from": "default"}


def test_unset_of_what_is_not_set_says_so(file: Path):
    lines: list[str] = []

    assert settings_command.unset(lines.append, "volume", file, {}) == 0

    assert lines == [f"volume is not set in {file}"]


def test_path_is_the_users_config_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("VOICE_TRIAGE_SETTINGS", raising=False)
    lines: list[str] = []

    settings_command.path(lines.append)

    assert lines[0].endswith("settings.toml")


def test_a_link_to_the_settings_stays_a_link(tmp_path: Path):
    real, link = tmp_path / "dotfiles.toml", tmp_path / "settings.toml"
    real.write_text("# kept\n", encoding="utf-8")
    link.symlink_to(real)

    settings_command.put(lambda line: None, "volume", "50", link, {})

    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "# kept\nvolume = 50\n"


def test_a_link_to_itself_is_replaced_by_settings(tmp_path: Path):
    link = tmp_path / "settings.toml"
    link.symlink_to(link)

    settings_command.put(lambda line: None, "volume", "50", link, {})

    assert settings.load(link, {}).volume == 50


def test_a_place_that_cannot_be_written_is_one_line_with_a_cure(tmp_path: Path):
    (tmp_path / "wall").write_text("a file, not a folder", encoding="utf-8")

    with pytest.raises(Lacking, match="cannot write .*wall"):
        settings_command.put(print, "volume", "50", tmp_path / "wall" / "s.toml", {})


def test_two_changes_at_once_are_both_kept(file: Path):
    rows = [("volume", "50"), ("rate_wpm", "200"), ("patience", "3"), ("captions", "off")] * 3
    threads = [
        threading.Thread(target=settings_command.put, args=(lambda line: None, key, value, file, {}))
        for key, value in rows
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    loaded = settings.load(file, {})
    assert (loaded.volume, loaded.rate_wpm, loaded.patience, loaded.captions) == (50, 200, 3.0, "off")


def test_a_kill_in_the_middle_of_writing_leaves_the_old_settings(file: Path):
    """kill -9 between writing and renaming must not leave half a file under the real name."""
    file.write_text("volume = 20\n", encoding="utf-8")
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom voice_triage import settings_command\n"
        "os.replace = lambda *names: os.kill(os.getpid(), 9)\n"
        "settings_command.put(print, 'volume', '50', Path(sys.argv[1]), {})\n"
    )

    done = subprocess.run([sys.executable, "-c", script, str(file)], env=dict(os.environ), check=False)

    assert done.returncode == -9
    assert settings.load(file, {}).volume == 20
    settings_command.put(lambda line: None, "volume", "60", file, {})
    assert settings.load(file, {}).volume == 60


def test_the_command_line(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICE_TRIAGE_SETTINGS", str(file))
    lines: list[str] = []

    for words in ("set patience 3", "get patience", "unset patience", "path", ""):
        assert settings_command.command(words.split(), lines.append) == 0

    assert lines[0] == f"patience = 3  ({file})"
    assert lines[1:4] == ["3", f"patience is no longer set in {file}", str(file)]
    assert len(lines) == 4 + len(settings.KEYS)
    with pytest.raises(BadInput, match="volume is .-5., but must be"):
        settings_command.command(["set", "volume", "-5"], lines.append)
    for wrong in (["sett"], ["set", "volume"], ["get"]):
        with pytest.raises(BadInput, match="see 'voice-triage config"):
            settings_command.command(wrong, lines.append)


def test_the_manual_lists_every_setting_with_what_is_allowed():
    text = DOCS.read_text(encoding="utf-8")

    for key in settings.KEYS:
        assert f"| `{key.name}` |" in text
        assert key.allowed in text
        assert f"{settings.ENV_PREFIX}{key.name.upper()}" in text
