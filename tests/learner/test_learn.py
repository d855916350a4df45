"""A run, and what becomes of it when it is stopped, damaged, resumed, or has no room."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from training_rows import OPTIONS, rows

from aigc.errors import ModelError, UsageError
from aigc.learner import LearnerOptions, Target, Told
from aigc.learner.learn import Learned, learn
from aigc.learner.whole_saves import RESUME, newest_resumable, whole_checkpoints


def weights(learned: Learned) -> str:
    folder = learned.checkpoints[-1]
    name = "adapter_model.safetensors" if (folder / "adapter_model.safetensors").exists() else "model.safetensors"
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def straight(tiny_folder: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """This is a run that nothing has happened to."""
    return learn(tiny_folder("llama"), rows(), rows(5, 2), OPTIONS, tmp_path_factory.mktemp("straight"))


def test_a_run_learns_tells_and_says_nothing(
    tiny_folder: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[Told] = []
    options = replace(OPTIONS, steps=25, save=10, dropout=0.0)
    learned = learn(tiny_folder("llama"), rows(), rows(5), options, tmp_path, heard=heard.append)
    assert tuple(heard) == learned.told
    assert [one.step for one in heard] == list(range(26))
    assert [one.checkpoint for one in heard if one.checkpoint] == list(learned.checkpoints)
    assert [one.name for one in learned.checkpoints] == ["checkpoint-000010", "checkpoint-000020", "checkpoint-000025"]
    looks = [one.held_out for one in heard if one.held_out is not None]
    assert len(looks) == 4
    assert looks[-1] < looks[1] < looks[0] - 0.3  # the rows held out are among those learnt
    assert all(one.tokens > 0 and one.seconds > 0 for one in heard[1:])
    assert list((tmp_path / "tensorboard").iterdir())
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks for it by its old name
@pytest.mark.parametrize("family", ["llama", "gpt2", "gemma3"])
def test_the_adapter_is_read_by_peft_and_by_the_engine(
    family: str, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from aigc.engine import EngineOptions, open_engine
    from aigc.engine.scoring import Given, score

    base, held_out = tiny_folder(family), rows(3)
    learned = learn(base, rows(), held_out, replace(OPTIONS, dropout=0.0), tmp_path)
    folder = learned.checkpoints[-1]
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == base.name
    plain: Any = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder).eval()
    costs = []
    with torch.no_grad():
        for one in held_out:
            logits = plain(torch.tensor([one.ids])).logits[0, one.begin - 1 : -1]
            costs.append(torch.nn.functional.cross_entropy(logits, torch.tensor(one.ids[one.begin :]), reduction="sum"))
    told = learned.told[-1].held_out
    assert told == pytest.approx(float(sum(costs)) / sum(one.labelled for one in held_out), abs=1e-4)
    engine: Any = open_engine(base, EngineOptions(device="cpu"))
    engine.load_adapter("mine", folder)
    scores = score(engine.network, [Given(ids=one.ids, begin=one.begin, adapter="mine") for one in held_out])
    assert -sum(one.total for one in scores) == pytest.approx(float(sum(costs)), rel=1e-4)
    engine.close()


def test_only_the_last_layers_may_learn(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file

    base = tiny_folder("llama")
    depth = json.loads((base / "config.json").read_text())["num_hidden_layers"]
    options = replace(OPTIONS, layers=1, together=2, steps=2)
    learned = learn(base, rows(), [], options, tmp_path / "last")
    names = load_file(learned.checkpoints[-1] / "adapter_model.safetensors")
    assert {name.partition(".layers.")[2].partition(".")[0] for name in names} == {str(depth - 1)}
    with pytest.raises(UsageError, match=f"layers: {depth + 1} are more than the {depth} that the model has"):
        learn(base, rows(), [], replace(OPTIONS, layers=depth + 1), tmp_path / "more")


def test_a_run_begun_before_there_were_such_options_goes_on() -> None:
    told = LearnerOptions().record()
    assert not {"together", "layers"} & set(told)
    assert LearnerOptions(together=4).record() == told | {"together": 4}


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_stopped_run_goes_on_to_the_same_bytes(
    method: Any, straight: Learned, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    base, options = tiny_folder("llama"), replace(OPTIONS, method=method)
    whole = straight if method == "lora" else learn(base, rows(), rows(5, 2), options, tmp_path / "whole")
    told: list[Told] = []
    first = learn(base, rows(), [], options, tmp_path / "run", heard=told.append, stopping=lambda: len(told) >= 2)
    assert first.stopped
    assert [one.name for one in first.checkpoints] == ["checkpoint-000002", "checkpoint-000003"]
    second = learn(base, rows(), [], options, tmp_path / "run", heard=told.append, resume=True)
    assert not second.stopped
    assert weights(second) == weights(whole)
    assert [one.step for one in second.told] == [one.step for one in told] == [1, 2, 3, 4, 5, 6]
    assert [one.loss for one in second.told] == [one.loss for one in whole.told if one.step]
    again = learn(base, rows(), [], options, tmp_path / "run", heard=told.append, resume=True)
    assert again == second
    assert len(told) == 6, "a run that has ended takes no more steps"


def damages(checkpoint: Path) -> list[str]:
    return sorted(str(one.relative_to(checkpoint)) for one in checkpoint.rglob("*") if one.is_file())


def test_a_damaged_checkpoint_is_left_for_the_one_before(
    straight: Learned, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    run = straight.checkpoints[0].parent
    names = damages(straight.checkpoints[-1])
    assert len(names) == 9
    for name in names:
        for cut in (True, False):
            copy = tmp_path / f"{name.replace('/', '-')}{cut}"
            shutil.copytree(run, copy)
            file = copy / straight.checkpoints[-1].name / name
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]) if cut else file.unlink()
            newest = newest_resumable(copy)
            assert newest is not None
            assert newest.name == "checkpoint-000004", name
            if name in ("told.json", f"{RESUME}/optimizer.pt") and cut:
                resumed = learn(tiny_folder("llama"), rows(), [], OPTIONS, copy, resume=True)
                assert weights(resumed) == weights(straight)
                assert len(whole_checkpoints(copy)) == 3


def test_without_a_whole_checkpoint_it_begins_again(
    straight: Learned, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(straight.checkpoints[0].parent, copy)
    for file in copy.glob(f"*/{RESUME}/optimizer.pt"):
        file.unlink()
    (copy / ".unfinished-checkpoint-000008").mkdir()
    resumed = learn(tiny_folder("llama"), rows(), rows(5, 2), OPTIONS, copy, resume=True)
    assert weights(resumed) == weights(straight)
    assert [one.step for one in resumed.told] == [0, 1, 2, 3, 4, 5, 6]
    assert not list(copy.glob(".unfinished-*"))


def test_a_full_disk_ends_in_one_sentence(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def heard(told: Told) -> None:
        if told.step == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))

    try:
        with pytest.raises(ModelError, match=r"checkpoint-000004: .*; the newest usable one is .*checkpoint-000002$"):
            learn(tiny_folder("llama"), rows(), [], OPTIONS, tmp_path, heard=heard)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [one.name for one in whole_checkpoints(tmp_path)] == ["checkpoint-000002"]
    assert not list(tmp_path.glob(".unfinished-*"))


def test_with_too_little_memory_it_takes_less_at_once(
    tiny_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.learner.losses import StepLosses

    sizes, real = list[int](), StepLosses.of_part

    def small(self: StepLosses, model: Any, part: Any, step: Any) -> torch.Tensor:
        sizes.append(len(part))
        if len(part) > most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")
        return real(self, model, part, step)

    monkeypatch.setattr(StepLosses, "of_part", small)
    most, options = 1, replace(OPTIONS, dropout=0.0, tokens=80)
    learned = learn(tiny_folder("llama"), rows(), [], options, tmp_path / "run")
    assert max(sizes) > 1
    assert [one.step for one in learned.told] == [1, 2, 3, 4, 5, 6]
    most = 0
    with pytest.raises(ModelError, match=r"not enough memory .* tokens at once; close other programs"):
        learn(tiny_folder("llama"), rows(), [], options, tmp_path / "never")


def test_another_run_is_not_written_over(straight: Learned, tiny_folder: Callable[[str], Path]) -> None:
    run = straight.checkpoints[0].parent
    with pytest.raises(ModelError, match="a run was begun here already; resume it"):
        learn(tiny_folder("llama"), rows(), [], OPTIONS, run)
    with pytest.raises(ModelError, match="begun with other rows or options"):
        learn(tiny_folder("llama"), rows(19), [], OPTIONS, run, resume=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            replace(OPTIONS, extra={"warmup_step": 3}),
            "warmup_step: is no setting; did you mean 'warmup_steps'",
        ),
        (replace(OPTIONS, extra={"max_steps": 3}), "max_steps: is given otherwise; use 'steps'"),
        (replace(OPTIONS, extra={"output_dir": "x"}), "output_dir: is decided here"),
        (replace(OPTIONS, extra={"report_to": "wandb"}), "report_to: is decided here"),
        (replace(OPTIONS, extra={"lr_scheduler_type": "sloped"}), "refuse it: sloped is not a valid SchedulerType"),
        (replace(OPTIONS, steps=0), "steps: must be 1 or more, not 0"),
        (replace(OPTIONS, objective="dpo", method="full"), "method 'full' has none; use 'lora'"),
        (replace(OPTIONS, objective="dpo"), "row 0: objective 'dpo' learns from pairs"),
        (replace(OPTIONS, objective="kto"), "row 0: objective 'kto' learns from verdicts"),
    ],
)
def test_what_cannot_be_is_refused_before_a_model_is_opened(
    options: LearnerOptions, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        learn(tmp_path / "none", rows(3), [], options, tmp_path / "run")
    assert message in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_extra_arguments_reach_the_trainer(
    straight: Learned, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    options = replace(OPTIONS, extra={"lr_scheduler_type": "constant", "max_grad_norm": 0.01})
    assert weights(learn(tiny_folder("llama"), rows(), [], options, tmp_path)) != weights(straight)


def test_a_row_longer_than_the_model_takes_is_named(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    long = Target(ids=tuple([5] * 600), begin=3, row=7)
    with pytest.raises(UsageError, match="row 7: 600 tokens are more than the 512"):
        learn(tiny_folder("llama"), [*rows(3), long], [], OPTIONS, tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_four_bits_need_a_gpu(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'4bit' needs a CUDA device"):
        learn(tiny_folder("llama"), rows(3), [], replace(OPTIONS, method="4bit"), tmp_path)


def test_whole_weights_are_a_model_folder(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    from aigc.engine import EngineOptions, open_engine
    from aigc.engine.scoring import Given, score

    held_out = rows(3)
    learned = learn(tiny_folder("qwen3"), rows(), held_out, replace(OPTIONS, method="full"), tmp_path)
    folder = learned.checkpoints[-1]
    engine: Any = open_engine(folder, EngineOptions(device="cpu"))
    scores = score(engine.network, [Given(ids=one.ids, begin=one.begin) for one in held_out])
    engine.close()
    cost = -sum(one.total for one in scores) / sum(one.labelled for one in held_out)
    assert cost == pytest.approx(learned.told[-1].held_out, abs=1e-4)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config.get("use_cache", True)
    assert (folder / "tokenizer.json").read_bytes() == (tiny_folder("qwen3") / "tokenizer.json").read_bytes()


def test_only_the_newest_checkpoints_keep_what_going_on_needs(straight: Learned) -> None:
    assert [(one / RESUME).exists() for one in straight.checkpoints] == [False, True, True]
    assert newest_resumable(straight.checkpoints[0].parent) == straight.checkpoints[-1]
