"""Adapters on the command line: served as they were trained or told of, listed, shown, merged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aigc.content import prompt_hash
from aigc.errors import ModelError
from aigc.generating.trained import TrainedBase, TrainedType
from aigc.jobs.keys import Keys
from aigc.models import Catalogue, resolve
from aigc.project import Project
from aigc.training.card import Card, CardRows, write_card
from aigc.types import Brief

Run = Callable[..., Any]
Put = Callable[..., Path]
SETTINGS = "model: smollm2-135m\nadapters: {shop/*: adapters/house}\n"
BASE = TrainedBase(name="smollm2-135m", digest="", licence="Apache-2.0")


@pytest.fixture
def put(shop: Any, write_lora: Callable[..., None]) -> Callable[..., Path]:
    """This puts an adapter of the slogan's prompts, as they are, into the shop, with a card."""
    return partial(_put, shop, write_lora)


def _put(
    shop: Any, write_lora: Callable[..., None], *, base: TrainedBase = BASE, settings: str = SETTINGS, **learnt: Any
) -> Path:
    shop.write("aigc.yaml", settings)
    folder: Path = shop.folder / "adapters/house"
    write_lora(folder)
    (folder / "card.json").unlink(missing_ok=True)
    (folder / "README.md").unlink(missing_ok=True)
    project = Project.open(shop.folder)
    slogan = project.content_type("shop/slogan")
    known = {"name": "shop/slogan", "version": 3, "digest": slogan.digest}
    known["prompt"] = prompt_hash(
        project.environment, slogan if learnt.get("shots", True) else slogan.without_shots(learnt.get("stages", ()))
    )
    one = TrainedType(**{**known, **learnt})
    write_card(Card(name="house", base=base, types=(one,), rows=CardRows(kept=1200), made="2026-11-28"), folder)
    return folder


def test_an_adapter_that_learnt_without_examples_is_asked_without_them(aigc: Run, shop: Any, put: Put) -> None:
    put()
    roles = [message.role for message in _asked(aigc, shop)]
    assert roles == ["system", "user", "assistant", "user"]
    put(shots=False)
    assert [message.role for message in _asked(aigc, shop)] == ["system", "user"]
    shown = aigc("show", "shop/slogan", "--prompt", "product=Cup").out
    assert "Coffee outdoors" not in shown
    shop.write("aigc.yaml", "model: smollm2-135m\n")
    assert "Coffee outdoors" in aigc("show", "shop/slogan", "--prompt", "product=Cup").out


def test_only_the_stages_that_it_learnt_are_written_with_it(aigc: Run, shop: Any, put: Put) -> None:
    put(shots=False, stages=("main",))
    assert [message.role for message in _asked(aigc, shop)] == ["system", "user"]
    learnt = Project.open(shop.folder).model_identity("shop/slogan")
    assert shop.generators[-1].requests[-1].adapter is not None
    put(shots=False, stages=("other",))
    assert len(_asked(aigc, shop)) == 4
    assert shop.generators[-1].requests[-1].adapter is None
    assert Project.open(shop.folder).model_identity("shop/slogan") != learnt


def test_an_adapter_beside_a_type_writes_it_with_the_model_that_it_is_for(aigc: Run, shop: Any, put: Put) -> None:
    digest = Catalogue.load().find("smollm2-135m").source.file_sha256
    folder = put(base=TrainedBase(name="smollm2-135m", digest=digest), shots=False, settings="model: smollm2-135m\n")
    there = shop.folder / "templates/shop/adapters/house"
    there.parent.mkdir()
    folder.rename(there)
    assert [message.role for message in _asked(aigc, shop)] == ["system", "user"]
    assert shop.generators[-1].requests[-1].adapter == str(there)
    shop.write("aigc.yaml", "model: smollm2-135m\nadapters: {shop/*: none}\n")
    assert len(_asked(aigc, shop)) == 4
    assert shop.generators[-1].requests[-1].adapter is None
    put(base=TrainedBase(name="another", digest="0" * 64), settings="model: smollm2-135m\n").rename(there.parent / "b")
    shutil.rmtree(there)
    assert len(_asked(aigc, shop)) == 4, "it is another model's"


def test_an_adapter_of_the_project_stands_before_one_beside_the_type(shop: Any, put: Put) -> None:
    digest = Catalogue.load().find("smollm2-135m").source.file_sha256
    there = shop.folder / "templates/shop/adapters/house"
    there.parent.mkdir()
    put(base=TrainedBase(name="smollm2-135m", digest=digest)).rename(there)
    own = put()
    assert Project.open(shop.folder).adapter("shop/slogan") == str(own)


def _asked(aigc: Run, shop: Any) -> Any:
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert (ran.code, ran.err) == (0, "")
    return shop.generators[-1].requests[-1].prompt.messages


def test_the_key_of_a_piece_hangs_on_whether_examples_are_shown(shop: Any, put: Put) -> None:
    def key() -> str:
        project = Project.open(shop.folder)
        return Keys(project, project.content_type("shop/slogan"))(Brief(id="1", values={"product": "Cup"}))

    put()
    with_shots = key()
    put(version=2, prompt="other")
    assert key() == with_shots, "nothing else of a card makes other texts"
    put(shots=False)
    assert key() != with_shots


def test_it_is_said_once_what_is_not_as_it_was_trained(aigc: Run, shop: Any, put: Put) -> None:
    digest = resolve("smollm2-135m").digest
    told = "adapters/house was trained on other prompts of shop/slogan (version 2 then, 3 now): train it again, or"
    base = "adapters/house was trained on gpt2 and does not write with smollm2-135m: train one on this model, or"
    weights = "adapters/house was trained on other weights of smollm2-135m than are here: train it again on these, or"
    batch = ("batch", "shop/slogan", "sample", "--out", "made")

    def errors(*argv: str) -> str:
        return str(aigc(*argv).err)

    put(base=TrainedBase(name="smollm2-135m", digest=digest))
    for argv in (("generate", "shop/slogan", "product=Cup"), ("show", "shop/slogan"), (*batch, "--dry-run"), batch):
        assert "was trained on" not in errors(*argv)
    put(base=TrainedBase(name="gpt2", digest="x"), prompt="other", version=2)
    for argv in (("generate", "shop/slogan", "product=Cup"), ("show", "shop/slogan"), (*batch, "--dry-run", "--fresh")):
        assert errors(*argv).count(base) == 1
        assert told not in errors(*argv), "it does not write"
    assert Project.open(shop.folder).adapter("shop/slogan") is None
    put(base=TrainedBase(name="smollm2-135m", digest=digest), prompt="other", version=2)
    assert Project.open(shop.folder).adapter("shop/slogan") is not None
    assert errors("show", "shop/slogan").count(told) == 1
    assert errors(*batch, "--fresh").count(told) == 1
    assert "was trained on" not in errors(*batch), "all is written already"
    assert "was trained on" not in errors("generate", "shop/advert", "product=Cup", "facts=a")
    put(base=TrainedBase(name="smollm2-135m", digest="x"))
    assert errors("generate", "shop/slogan", "product=Cup").startswith(weights)
    (shop.folder / "adapters/house/card.json").unlink()
    assert errors("generate", "shop/slogan", "product=Cup") == "", "of an adapter from elsewhere nothing is known"


def test_a_check_may_change_and_a_template_may_not(aigc: Run, shop: Any, put: Put) -> None:
    put()
    slogan = (shop.folder / "templates/shop/slogan.yaml").read_text()
    shop.write("templates/shop/slogan.yaml", slogan.replace("checks: [no_digits]", "checks: []"))
    assert aigc("generate", "shop/slogan", "product=Cup").err == ""
    template = (shop.folder / "templates/shop/slogan.j2").read_text()
    shop.write("templates/shop/slogan.j2", template.replace("A slogan", "One slogan"))
    assert "was trained on other prompts" in aigc("generate", "shop/slogan", "product=Cup").err
    (found,) = [one for one in aigc("doctor", "--json").json if one["name"] == "adapter of shop/slogan"]
    assert found["state"] == "note" and found["found"].startswith("adapters/house was trained on other prompts")
    assert found["remedy"].startswith("train it again")


def test_a_damaged_card_is_said_before_anything_is_written(aigc: Run, shop: Any, put: Put) -> None:
    folder = put()
    (folder / "card.json").write_text('{"base": {}}')
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert ran.code == 3 and ran.err.startswith(f"Error: {folder / 'card.json'}: base.name: ") and not shop.generators
    with pytest.raises(ModelError, match=r"aigc.yaml:2: adapters.shop/\*: .*card.json: base.name: "):
        Project.open(shop.folder).source.check()


def test_the_projects_adapters_are_listed_and_shown(aigc: Run, shop: Any, put: Put) -> None:
    assert "ADAPTER" not in aigc("models", "list").out
    put()
    shop.write("adapters/other/adapter_config.json", "{}")
    shop.write("adapters/notes/readme.txt", "no adapter")
    shop.write("adapters/torn/adapter_config.json", "{}")
    shop.write("adapters/torn/card.json", "{")
    rows = aigc("models", "list").out.partition("Adapters of this project:\n")[2].splitlines()
    assert [row.split()[0] for row in rows] == ["ADAPTER", "adapters/house", "adapters/other", "adapters/torn"]
    assert rows[1].split() == ["adapters/house", "smollm2-135m", "shop/*", "1,200", "no", "2026-11-28", "shop/slogan"]
    assert rows[2].endswith("it has no card") and "Invalid JSON" in rows[3]
    house = next(one for one in aigc("models", "list", "--json").json if one["name"] == "adapters/house")
    assert (house["adapter"]["writes"], house["adapter"]["card"]["rows"]["kept"]) == (["shop/*"], 1200)
    for name in ("adapters/house", "house", str(shop.folder / "adapters/house")):
        ran = aigc("models", "show", name)
        assert ran.code == 0 and "shop/slogan version 3, examples in the prompt: yes" in ran.out
    assert aigc("models", "show", "house", "--json").json["card"]["base"]["name"] == "smollm2-135m"
    assert "none: nothing more is known of it" in aigc("models", "show", "adapters/other").out
    ran = aigc("models", "show", "adapters/torn")
    assert ran.code == 3 and ran.err.count("\n") == 1 and "card.json: Invalid JSON" in ran.err


def test_a_broken_project_hides_no_model(aigc: Run, shop: Any, put: Put) -> None:
    shop.write("aigc.yaml", "modle: x\n")
    ran = aigc("models", "list")
    assert ran.code == 0 and "smollm2-135m" in ran.out
    assert "The adapters of this project are not known: " in ran.err and "modle: no such setting" in ran.err


def test_merge_says_what_is_missing(aigc: Run, shop: Any, put: Put) -> None:
    shop.write("adapters/other/adapter_config.json", "{}")
    ran = aigc("models", "merge", "adapters/othr", "--out", "made")
    assert ran.code == 2 and "othr: no adapter here" in ran.err and "did you mean 'adapters/other'?" in ran.err
    ran = aigc("models", "merge", "adapters/other", "--out", "made")
    assert ran.code == 2 and "adapters/other has no card that names its base; -m MODEL says" in ran.err
    ran = aigc("models", "merge", "adapters/other", "--out", "adapters")
    assert ran.code == 2 and "adapters: is there already, and nothing is overwritten" in ran.err
    assert aigc("models", "merge", "adapters/other").code == 2


def test_merge_takes_the_base_that_the_card_names(aigc: Run, shop: Any, put: Put) -> None:
    import torch
    from safetensors.torch import save_file

    from aigc.testing.tiny import tiny_gpt

    base = tiny_gpt("llama", shop.folder / "base")
    folder = put(base=TrainedBase(name=str(base), digest=resolve(str(base)).digest, licence="MIT"))
    path = "base_model.model.model.layers.0.self_attn.q_proj"
    draw = torch.Generator().manual_seed(0)
    pair = {f"{path}.lora_A.weight": torch.randn(4, 32, generator=draw) / 6}
    pair[f"{path}.lora_B.weight"] = torch.randn(64, 4, generator=draw) / 4
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 4, "lora_alpha": 8}))
    save_file(pair, folder / "adapter_model.safetensors")
    ran = aigc("models", "merge", "house", "--out", "made")
    assert ran.code == 0 and "Logits differ from base and adapter by " in ran.out and "is allowed" in ran.out
    page = (shop.folder / "made/README.md").read_text()
    assert "license: mit" in page and "adapters/house" in page
    assert aigc("models", "merge", "house", "--out", "again", "--json").json["dtype"] == "float32"
    tiny_gpt("llama", base, seed=1)
    ran = aigc("models", "merge", "house", "--out", "other")
    assert ran.code == 3 and "was trained on other weights of" in ran.err and not (shop.folder / "other").exists()
    ran = aigc("models", "merge", "house", "--out", "other", "-m", str(base))
    assert ran.code == 0 and "what is merged may write otherwise" in ran.err
