"""The settings: each source, their order, every refusal."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from voice_triage import settings
from voice_triage.errors import BadInput, TriageError
from voice_triage.settings_values import Refused


def load_text(file: Path, text: str) -> settings.Settings:
    file.write_text(text, encoding="utf-8")
    return settings.load(file, {})


def test_nothing_given_gives_the_defaults(tmp_path: Path):
    loaded = settings.load(None, {"VOICE_TRIAGE_SETTINGS": str(tmp_path / "none.toml")})

    assert loaded == settings.Settings()


def test_flags_win_over_environment_over_file_over_defaults(file: Path):
    file.write_text('rate_wpm = 100\nvolume = 20\nvoice = "piper"\n', encoding="utf-8")
    environ = {"VOICE_TRIAGE_RATE_WPM": "200", "VOICE_TRIAGE_VOLUME": "30"}

    resolved = settings.resolve(file, environ, {"rate_wpm": 300, "country": None})

    loaded = resolved.settings
    assert (loaded.rate_wpm, loaded.volume, loaded.voice, loaded.patience) == (300, 30, "piper", 1.0)
    assert resolved.origins["rate_wpm"] == "flag --rate"
    assert resolved.origins["volume"] == "environment variable VOICE_TRIAGE_VOLUME"
    assert resolved.origins["voice"] == f"file {file}"
    assert resolved.origins["patience"] == "default"


def test_every_field_has_one_row_in_the_table():
    names = [field.name for field in fields(settings.Settings)]

    assert [key.name for key in settings.KEYS] == names


def test_every_default_is_allowed_by_its_own_parser():
    for key in settings.KEYS:
        default = getattr(settings.Settings(), key.name)

        assert default is None or key.parse(default) == default


GOOD = [
    ('country = "gb"', "country", "GB"),
    ('country = "UK"', "country", "GB"),
    ("emergency_number = 112", "emergency_number", "112"),
    ('emergency_number = "000"', "emergency_number", "000"),
    ('emergency_number = "+44 20 79-46"', "emergency_number", "+44207946"),
    ("rate_wpm = 80", "rate_wpm", 80),
    ("rate_wpm = 400", "rate_wpm", 400),
    ('rate_wpm = "150"', "rate_wpm", 150),
    ("patience = 2", "patience", 2.0),
    ("patience = 1.5", "patience", 1.5),
    ('recognizer = "Vosk"', "recognizer", "vosk"),
    ("input_device = 3", "input_device", "3"),
    ('output_device = "USB Kopfhörer"', "output_device", "USB Kopfhörer"),
    ('captions = "plain"', "captions", "plain"),
    ('voice = "pyttsx3:gmw/en-us"', "voice", "pyttsx3:gmw/en-us"),
    ('voice = "Piper"', "voice", "piper"),
]


@pytest.mark.parametrize(("line", "key", "value"), GOOD, ids=[row[0] for row in GOOD])
def test_allowed_values(file: Path, line: str, key: str, value: object):
    assert getattr(load_text(file, line), key) == value


BAD = [
    ("rate_wpm = 79", "rate_wpm", "80 to 400"),
    ("rate_wpm = 401", "rate_wpm", "80 to 400"),
    ("rate_wpm = 170.5", "rate_wpm", "whole"),
    ("rate_wpm = true", "rate_wpm", "whole"),
    ("rate_wpm = nan", "rate_wpm", "whole"),
    ("rate_wpm = inf", "rate_wpm", "whole"),
    (f"rate_wpm = {10**400}", "rate_wpm", "whole"),
    ('rate_wpm = "fast"', "rate_wpm", "whole"),
    ('rate_wpm = "1e2"', "rate_wpm", "whole"),
    ("volume = 0", "volume", "10 to 100"),
    ("patience = 0.5", "patience", "1 to 10"),
    ("patience = [1]", "patience", "1 to 10"),
    ('country = "Germany"', "country", "two letters"),
    ('country = "1A"', "country", "two letters"),
    ("country = true", "country", "two letters"),
    ('emergency_number = "call me"', "emergency_number", "digits"),
    ('emergency_number = "1"', "emergency_number", "digits"),
    ('emergency_number = "٩١١"', "emergency_number", "digits"),
    ('recognizer = "siri"', "recognizer", "auto, vosk, moonshine or pocketsphinx"),
    ("second_opinion = true", "second_opinion", "auto, on or off"),
    ('voice = ""', "voice", "name of a voice"),
    ('voice = "nonsense"', "voice", "pyttsx3, espeak-ng, piper"),
    ('voice = "espeak-ng:"', "voice", "such as espeak-ng:en-gb"),
    ('voice = "a\\u0000b"', "voice", "name of a voice"),
    ('input_device = "x\\u001b[2J"', "input_device", "microphone"),
    ('language = "english"', "language", "two letters"),
    ("captions = 1979-05-27", "captions", "auto, live, plain or off"),
]


@pytest.mark.parametrize(("line", "key", "allowed"), BAD, ids=[row[0][:40] for row in BAD])
def test_refused_values_name_file_key_value_and_what_is_allowed(
    file: Path, line: str, key: str, allowed: str
):
    with pytest.raises(BadInput) as caught:
        load_text(file, line)

    message = str(caught.value)
    assert str(file) in message
    assert f"{key} is " in message
    assert allowed in message
    assert "\n" not in message and "\x1b" not in message


def test_environment_and_flag_are_named_as_the_source(tmp_path: Path):
    nowhere = {"VOICE_TRIAGE_SETTINGS": str(tmp_path / "s.toml")}

    with pytest.raises(BadInput, match='environment variable VOICE_TRIAGE_PATIENCE: patience is "lots"'):
        settings.load(None, {**nowhere, "VOICE_TRIAGE_PATIENCE": "lots"})
    with pytest.raises(BadInput, match="flag --rate: rate_wpm is 5, but must be a whole number"):
        settings.load(None, nowhere, {"rate_wpm": 5})


def test_an_empty_environment_variable_counts_as_not_set(tmp_path: Path):
    environ = {"VOICE_TRIAGE_SETTINGS": str(tmp_path / "s.toml"), "VOICE_TRIAGE_RATE_WPM": " "}

    assert settings.load(None, environ).rate_wpm == settings.Settings().rate_wpm


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("rat_wpm", "rate_wpm"), ("recogniser", "recognizer"), ("Emergency-Nr", "emergency_number")],
)
def test_unknown_keys_get_a_suggestion(file: Path, slip: str, meant: str):
    with pytest.raises(BadInput, match=f"unknown setting '.*{slip}.*'; did you mean '{meant}'"):
        load_text(file, f'"{slip}" = 1')


def test_unknown_keys_that_resemble_nothing_get_the_list(file: Path):
    with pytest.raises(BadInput, match="there are: country, emergency_number"):
        load_text(file, "[zzz]\nq = 1")


def test_a_slip_in_a_variable_is_refused_but_foreign_variables_are_not(tmp_path: Path):
    nowhere = {"VOICE_TRIAGE_SETTINGS": str(tmp_path / "s.toml")}

    assert settings.load(None, {**nowhere, "VOICE_TRIAGE_MODELS": "/m", "VOICE_TRIAGE_QQQ": "1"})
    with pytest.raises(BadInput, match="did you mean VOICE_TRIAGE_RECOGNIZER"):
        settings.load(None, {**nowhere, "VOICE_TRIAGE_RECOGNISER": "vosk"})


def test_a_country_is_checked_against_the_countries_file(tmp_path: Path):
    """NO is a country here, never a boolean."""
    assert load_text(tmp_path / "s.toml", 'country = "no"').country == "NO"
    with pytest.raises(BadInput, match="country is .XX., but must be two letters of a country with"):
        load_text(tmp_path / "s.toml", 'country = "XX"')


BROKEN = {
    "no value": b"rate_wpm =\n",
    "twice": b"volume = 20\nvolume = 30\n",
    "not text": b"\xff\xfe\x00",
    "deep": b"a = " + b"[" * 5000,
    "long": b"#" * 300_000,
    "unclosed": b'voice = "abc\n',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_line_naming_it(file: Path, name: str):
    file.write_bytes(BROKEN[name])

    with pytest.raises(BadInput) as caught:
        settings.load(file, {})

    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_a_folder_or_a_missing_file_given_by_name_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="Is a directory"):
        settings.load(tmp_path, {})
    with pytest.raises(BadInput, match="no such settings file"):
        settings.load(tmp_path / "typo.toml", {})


def test_a_byte_order_mark_and_windows_lines_are_taken(file: Path):
    file.write_bytes(b"\xef\xbb\xbfrate_wpm = 200\r\nvolume = 20\r\n")

    assert settings.load(file, {}).volume == 20


@hypothesis_settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_load_or_are_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(data)

    try:
        settings.load(file, {})
    except TriageError as error:
        assert "\n" not in str(error)


@given(value=st.integers() | st.floats() | st.booleans() | st.text(max_size=20) | st.none())
def test_a_parser_takes_or_refuses_and_its_result_is_taken_again(value: object):
    for key in settings.KEYS:
        try:
            parsed = key.parse(value)
        except Refused:
            continue
        assert key.parse(parsed) == parsed


@pytest.mark.parametrize(
    ("environ", "flags", "number"),
    [
        ({}, {}, "000"),
        ({}, {"country": "GB"}, None),
        ({"VOICE_TRIAGE_COUNTRY": "GB"}, {}, None),
        ({"VOICE_TRIAGE_COUNTRY": "GB"}, {"emergency_number": "112"}, "112"),
        ({}, {"country": "GB", "emergency_number": "112"}, "112"),
        ({"VOICE_TRIAGE_EMERGENCY_NUMBER": "112"}, {"patience": "2"}, "112"),
        ({}, {"country": "au"}, "000"),
        ({"VOICE_TRIAGE_EMERGENCY_NUMBER": "5555"}, {"country": "AU"}, "5555"),
    ],
)
def test_a_country_named_later_takes_its_own_number(file: Path, environ, flags, number):
    file.write_text('country = "AU"\nemergency_number = "000"\n', encoding="utf-8")
    assert settings.load(file, environ, flags).emergency_number == number
