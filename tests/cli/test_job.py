"""`aigc job`, and going on with a batch from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")


def test_job_says_where_a_batch_stands(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "--only", "0001")
    ran = aigc("job", "made")
    assert ran.code == 0
    assert "3 briefs: 1 accepted, 1 failed, 1 waiting" in ran.out
    assert "Type: shop/slogan" in ran.out and "1 requests" in ran.out and "pieces/s" in ran.out
    assert "Next: the same command writes the 1 that wait" in ran.out
    assert ran.out.rstrip().endswith("  aigc batch shop/slogan products.csv --out made")
    aigc(*BATCH, "--retry=failed", "--fresh")
    ran = aigc("job", "made")
    assert "writes nothing, all is finished; to write some of it again" in ran.out
    assert "History: 1 earlier pieces" in ran.out
    assert ran.out.rstrip().endswith("aigc batch shop/slogan products.csv --out made --retry failed")


def test_job_as_json(aigc: Run, shop: Any) -> None:
    aigc(*BATCH)
    said = aigc("job", "made", "--json").json
    assert said["counts"] == {"accepted": 2, "failed": 1} and said["content_type"] == "shop/slogan"
    assert said["running"] is None and said["written"] == 2
    (shop.folder / "made/.lock").write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    assert aigc("job", "made", "--json").json["running"] == "process 1 on elsewhere"
    assert "Being written by process 1 on elsewhere." in aigc("job", "made").out


def test_job_misuse(aigc: Run) -> None:
    ran = aigc("job", "nowhere")
    assert ran.code == 1 and "nowhere: holds no job; give the folder of an `aigc batch`" in ran.err


def test_a_batch_is_gone_on_with(aigc: Run, shop: Any) -> None:
    ran = aigc(*BATCH, "--only", "0001")
    assert "3 pieces: 1 accepted, 1 failed, 1 still to write" in ran.out
    assert aigc(*BATCH, "--only", "nobody").err.count("no brief has the id 'nobody'") == 1
    assert "(1 were there already)" in aigc(*BATCH).out
    assert "(2 were there already)" in aigc(*BATCH, "--retry", "rejected").out
    assert aigc(*BATCH, "--fresh", "--json").json["reused"] == 0
    assert aigc(*BATCH[:-1], "other", "--json").json["reused"] == 2
    assert aigc(*BATCH[:-1], "third", "--no-reuse", "--json").json["reused"] == 0
