"""The grammar files: strictly read, complete, and made into sentences for the recognisers."""

import shutil
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_triage.errors import BadContent
from voice_triage.understanding import Interpreter, Phrases
from voice_triage.understanding import grammar as grammars
from voice_triage.understanding.checks import check, untested
from voice_triage.understanding.grammar import load
from voice_triage.understanding.spotter import Edges, Track, Trie, spot
from voice_triage.understanding.templates import Rules, parts, unfold


@pytest.fixture(scope="module")
def phrases():
    return Phrases.load("en")


RED_FLAGS = load("en").red_flags


def test_check_finds_no_gap():
    assert check("en", concepts=load("en").files["signs"]) == []


def test_check_names_a_concept_without_phrases():
    assert any("unheard_of" in problem for problem in check("en", concepts=["unheard_of"]))


@pytest.mark.parametrize(
    "flags, other", [(RED_FLAGS | {"itch"}, "itch"), (RED_FLAGS - {"seizure"}, "seizure")]
)
def test_check_names_a_red_flag_that_protocol_and_grammar_do_not_share(flags, other):
    assert any(f"'{other}' is a red flag" in problem for problem in check("en", red_flags=flags))


def test_check_names_a_word_no_recogniser_knows():
    assert any("'breathe'" in problem for problem in check("en", dictionary={"he"}))


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """A language of two red flags that claim the same phrase; one has a template more."""
    shutil.copytree(grammars.folder("en"), tmp_path / "broken")
    (tmp_path / "broken" / "context.yaml").write_text("[]", encoding="utf-8")
    (tmp_path / "broken" / "questions.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "broken" / "signs.yaml").write_text(
        "one: {red_flag: true, said: [purple all over, speckled], near: [purple shoes]}\n"
        "two: {red_flag: true, said: [(blue all over|purple all over)], near: [blue shoes]}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(grammars, "folder", lambda language: tmp_path / language)
    yield "broken"
    load.cache_clear()


def test_check_names_a_phrase_two_red_flags_claim(broken):
    problems = [problem for problem in check(broken) if not problem.startswith("rules.yaml")]

    assert len(problems) == 1
    assert "one and two both claim 'purple" in problems[0]


def test_check_names_a_rule_no_template_uses(broken):
    assert "rules.yaml: no template uses 'rouse'" in check(broken)


def test_check_names_a_template_no_sentence_uses(broken, tmp_path):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "signs.yaml").write_text("- text: she is purple all over\n", encoding="utf-8")
    problems = [problem for problem in untested(broken, tmp_path) if problem.startswith("signs.yaml")]

    assert problems == ["signs.yaml: one: no test sentence uses 'speckled'"]
    assert untested(broken, tmp_path / "nowhere") == []


MISTAKES = [
    ("numbers", "hundred: [hundred]\n", "", "the key 'hundred' is missing"),
    ("numbers", "thousand:", "tausend:", "unknown key 'tausend'; did you mean 'thousand'?"),
    ("numbers", "points: [point, dot, decimal]", "points: point", "points must be a list, not 'point'"),
    ("numbers", "six: 6", "six: 6.5", "ones: six must be a whole number from 0 to 99, not 6.5"),
    ("numbers", "twenty: 20", "twenty: 2", "tens: twenty must be a whole number from 10 to 99, not 2"),
    ("numbers", "couple: 2", "couple: two", "vague: couple must be a number, not 'two'"),
    ("numbers", "  six: [sick", "  sechs: [sick", "sound_alike: unknown key 'sechs'"),
    ("numbers", "  month: [month]", "  moon: [month]", "units: unknown key 'moon'"),
    ("numbers", "  week: [week]\n", "", "units: the key 'week' is missing"),
    ("numbers", "parts: {", "parts: {2: 2, ", "parts: the key '2' must be a word"),
    ("telling", "of_age: [of age]\n", "", "the key 'of_age' is missing"),
    ("telling", "\nold: [old]", "\nold: [years old]", "old must list single words, not 'years old'"),
    ("telling", "\nmy: [my]", "\nmy: {my: 1}", "my must be a list, not a mapping"),
    ("telling", "\nhad: [had]", "\nhad: [3]", "had must list words, not 3"),
    ("telling", "i_have: [i have]", "i_have: ['']", "i_have must list words, not empty text"),
]


@pytest.mark.parametrize("name, right, wrong, said", MISTAKES, ids=[said for *_, said in MISTAKES])
def test_a_mistake_in_the_words_around_numbers_is_refused(broken, tmp_path, name, right, wrong, said):
    path = tmp_path / broken / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")

    with pytest.raises(BadContent) as caught:
        load(broken)

    assert right in text
    assert str(caught.value).startswith(f"grammars/broken/{name}.yaml: {said}")
    assert "\n" not in str(caught.value)


def test_a_language_says_its_numbers_in_its_own_words(broken, tmp_path):
    """An English word left in the code would keep these from being understood."""
    for name, right, wrong in (
        ("numbers", "eleven: 11", "elf: 11"),
        ("numbers", "year: [year]", "year: [jahre]"),
        ("telling", "\nold: [old]", "\nold: [alt]"),
        ("telling", "\nhalf_more: [and a half]", "\nhalf_more: [und ein halbes]"),
    ):
        path = tmp_path / broken / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    interpreter = Interpreter(load(broken))

    def ages(text):
        return [value.value for value in interpreter.interpret(text).values if value.concept == "age"]

    assert ages("elf jahre und ein halbes alt") == [11.5]
    assert ages("eleven years old") == []


def test_sentences_are_plain_words_and_many(phrases):
    sentences = phrases.sentences()

    assert 3000 < len(sentences) < 40_000
    assert len(set(sentences)) == len(sentences)
    assert all(set(s) <= set("abcdefghijklmnopqrstuvwxyz' ") for s in sentences)
    assert "he can't breathe" in " | ".join(sentences)


@pytest.mark.parametrize("question", [None, "fever", "glass_test", "age", "nonsense"])
def test_red_flags_are_expected_at_every_question(phrases, question):
    """A streaming engine that is not told of them cannot hear them."""
    expected = " | ".join(phrases.for_question(question))

    assert "can't breathe" in expected
    assert "yes" in phrases.for_question(question)


def test_vocabulary_covers_the_sentences(phrases):
    assert {word for s in phrases.sentences() for word in s.split()} <= phrases.vocabulary()


def test_near_misses_are_innocent(phrases):
    interpreter, flags = Interpreter.load("en"), load("en").red_flags
    alarms = {
        text: [
            f.concept
            for f in interpreter.interpret(text).findings
            if f.status == "present" and f.concept in flags
        ]
        for text in phrases.near_misses()
    }

    assert {text: found for text, found in alarms.items() if found} == {}


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("(a|b) c", {"a c", "b c"}),
        ("[very] stiff", {"very stiff", "stiff"}),
        ("(he|she)_(is|was)", {"he_is", "he_was", "she_is", "she_was"}),
        ("<neck> {gap} x", {"<neck> {gap} x"}),
    ],
)
def test_templates_unfold(template, texts):
    assert set(unfold(template, "here")) == texts


@pytest.mark.parametrize("read", [unfold, parts])
@pytest.mark.parametrize("template", ["(a|b", "[]", "(a;b)"])
def test_a_broken_template_names_its_place(read, template):
    with pytest.raises(BadContent, match="signs.yaml"):
        read(template, "signs.yaml: somewhere")


def test_a_rule_inside_itself_is_refused():
    with pytest.raises(BadContent, match="itself"):
        Rules({"a": ["<b>"], "b": ["<a>"]}).members("a", "here")


def test_an_unknown_rule_is_refused():
    with pytest.raises(BadContent, match="<nowhere>"):
        Rules({"a": ["<nowhere>"]}).members("a", "here")


def test_no_answer_that_a_recogniser_is_told_of_is_a_red_flag() -> None:
    """In babble it may echo what it was told."""
    grammar, interpreter = load("en"), Interpreter.load()
    told = [(q, text) for q, row in grammar.files["questions"].items() for text in row.get("example", ())]
    raised = [(q, text) for q, text in told if interpreter.interpret(text, q).signs & grammar.red_flags]
    assert told and not raised


_SYMBOLS = st.sampled_from(("a", "b", "=b", "c", "{gap}"))


@given(
    st.lists(st.tuples(st.lists(_SYMBOLS, min_size=1, max_size=4), st.sampled_from("xyz")), max_size=8),
    st.lists(st.sampled_from("abcd"), max_size=8),
)
def test_phrases_that_share_their_endings_are_found_as_before(
    phrases: list[tuple[list[str], str]], words: list[str]
) -> None:
    apart, shared = Trie[str](), Trie[str]()
    for symbols, payload in phrases:
        apart.add(symbols, payload)
        shared.add(symbols, payload)
    shared.share_endings()
    edges: list[Edges] = [{word: (1,), f"={word}": (1,)} for word in words]
    no, light = [False] * len(words), [word == "d" for word in words]
    track = Track(light, no, no, no, no)

    found = Counter(map(repr, spot(shared, edges, track)))
    assert found == Counter(map(repr, spot(apart, edges, track)))
