"""The default model itself, once: what it writes greedily is what `model.generate` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, open_engine

TASKS = ("What is the capital of France?", "Write one short headline for a steel trail mug.", "Name three colours.")


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_default_model_writes_what_generate_writes(real_model_folder: Path, asking: Any, running: Any) -> None:
    import torch

    from aigc.engine.reference import Reference

    engine = open_engine(real_model_folder, EngineOptions(device="cpu", dtype="float32"))
    requests = [asking(str(n), text, system="Answer in one line.", max_tokens=20) for n, text in enumerate(TASKS)]
    done = running(engine, requests)
    assert "Paris" in done["0", 0].text
    model: Any = Reference(engine, real_model_folder).model
    for request in requests:
        ids = torch.tensor([engine.front.encode(request.prompt)])
        written = model.generate(ids, max_new_tokens=20, do_sample=False)[0, ids.shape[1] :].tolist()
        assert done[request.id, 0].token_ids == tuple(token for token in written if token not in engine.ends)
    engine.close()
