"""A stranger's mistyped calls: each names the word that is wrong and what was meant, in a line, and writes nothing.

They were written down before any was run; what each must say stands beside it, and a slip of the same kind is to be
answered the same way whatever the word.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from aigc.cli import main
from aigc.project import Project
from aigc.testing import ScriptedGenerator

PRODUCTS = """product,benefits,url
Steel travel mug,keeps tea warm for 6 hours;leakproof lid;holds 450 ml,https://shop.example.com/mug
Bamboo cutting board,juice groove on both sides;hangs by its handle,https://shop.example.com/board
"""
# call, and the words of its answer
CALLS = (
    # commands
    ("genrate seo/meta topic=Tea keyword=tea", "genrate|generate"),
    ("list", "list|types"),
    ("run spring", "run|batch"),
    ("help batch", "help|aigc batch --help"),
    ("models ls", "ls|list"),
    ("new typ shop/x", "typ|type"),
    ("wrtie 'a slogan for tea'", "wrtie|write"),
    ("init shop", "init|new project"),
    ("validate", "validate|check"),
    ("ads/google-search products.csv", "ads/google-search|batch"),
    ("批量 ads/google-search products.csv", "批量|batch"),
    ("generate", "TYPE|types"),
    # options
    ("batch ads/google-search products.csv --output x", "--output|--out"),
    ("batch ads/google-search products.csv --out x --dryrun", "--dryrun|--dry-run"),
    ("batch ads/google-search products.csv --out x --dry_run", "--dry_run|--dry-run"),
    ("generate text/continue --model-name gpt2 prompt=Hi", "--model-name|--model"),
    ("generate text/continue prompt=Hi --temperature 0.5", "--temperature|-o sampling.temperature"),
    ("batch ads/google-search products.csv --format csv --out x", "--format|--to"),
    ("types --jsn", "--jsn|--json"),
    ("types —json", "—json|--json"),
    ("batch ads/google-search products.csv -out x", "-out|--out"),
    ("batch ads/google-search products.csv --out", "--out"),
    ("generate seo/meta -- topic=Tea keyword=tea --json", "--json|before"),
    # numbers
    ("batch ads/google-search products.csv --out x --limit zero", "--limit|zero"),
    ("batch ads/google-search products.csv --out x --limit 0", "--limit|0"),
    ("generate text/continue prompt=Hi -n -3", "-3|>=1"),
    ("generate text/continue prompt=Hi --seed 1.5", "--seed|1.5"),
    ("batch ads/google-search products.csv --matrix variants=many", "variants|many"),
    # types
    (
        "generate ads/google_search product=Mug benefits=warm url=https://example.com",
        "ads/google_search|ads/google-search",
    ),
    ("batch google-search products.csv --out x", "google-search|ads/google-search"),
    ("batch products.csv ads/google-search --out x", "products.csv|ads/google-search products.csv"),
    ("show seo/metas", "seo/metas|seo/meta"),
    ("show Ads/Google-Search", "Ads/Google-Search|ads/google-search"),
    ("generate 广告/谷歌 product=Mug", "广告/谷歌|known: ads/baidu"),
    # inputs
    ("generate seo/meta topc=Tea keyword=tea", "topc|topic"),
    ("generate seo/meta topic=Tea", "keyword"),
    ("generate seo/meta topic Tea keyword tea", "topic|KEY=VALUE"),
    ("generate seo/meta topic=Cold brew at home keyword=cold brew", "brew|quote"),
    ("generate seo/meta topic＝Tea keyword＝tea", "topic＝Tea|topic=Tea"),
    ("generate seo/meta topic=“Cold brew” keyword=tea", "brew”|quote"),
    ("generate seo/meta topic=Tea keyword=tea language=german", "language|german|en"),
    ("generate ads/google-search product=Mug benefits=warm url=example", "url|example|https://"),
    ("batch ads/google-search products.csv --set url https://example.com --dry-run", "--set|url|="),
    ("batch ads/google-search products.csv --map product --dry-run", "--map|product|="),
    ("batch ads/google-search products.csv --map produkt=product --dry-run", "produkt|product"),
    ("batch ads/google-search products.csv --map product=prodcut --dry-run", "prodcut|product"),
    ("batch ads/google-search products.csv --matrix langauge=en,zh --dry-run", "langauge|language"),
    # formats, models, values
    ("batch ads/google-search products.csv --to google-ads-editr --out x", "google-ads-editr|google-ads-editor"),
    ("export spring --to xls", "xls|xlsx"),
    ("export spring", "--to|csv"),
    ("generate text/continue -m smolm2-135m prompt=Hi", "smolm2-135m|smollm2-135m"),
    ("generate text/continue -m gpt4 prompt=Hi", "gpt4|models list"),
    ("batch ads/google-search products.csv --out x --on opnai", "opnai|openai"),
    ("batch ads/google-search products.csv --out x --from shoppify", "shoppify|shopify"),
    ("batch ads/google-search products.csv --out x -o sampling.temprature=0.5", "sampling.temprature|temperature"),
    ("batch ads/google-search products.csv --out x -o sampling.temperature=0,5", "sampling.temperature|0,5|0.5"),
    ("batch ads/google-search products.csv --out x -o temperature=0.5", "temperature|sampling.temperature"),
    ("batch ads/google-search products.csv --out x -o temperature", "temperature|="),
    ("batch ads/google-search products.csv --out x --voice copi", "copi|copy"),
    ("batch ads/google-search products.csv --out spring --retry all", "all|failed"),
    ("batch ads/google-search products.csv --out spring --only 9999", "9999"),
    ("batch ads/google-search products.csv --out x --input encodng=gbk", "encodng|encoding"),
    ("batch ads/google-search products.csv --out x --input encoding=utf9", "utf9|utf"),
    ("generate text/continue prompt=Hi --on openai --base-url localhost:8000 -m x", "localhost:8000|http://"),
    ("batch ads/google-search products.csv --out x --on ray:/head", "ray:/head|ray://"),
    ("find mug --state acepted", "acepted|accepted"),
    # paths
    ("batch ads/google-search templates --out x", "templates|folder"),
    ("batch ads/google-search prodcts.csv --out x", "prodcts.csv|products.csv"),
    ("batch ads/google-search", "briefs|sample"),
    ("batch ads/google-search notes.pdf --out x", "notes.pdf|.csv"),
    ("batch ads/google-search products.csv --out products.csv", "products.csv|folder"),
    ("batch spring", "spring|spring/job.yaml"),
    ("job sprng", "sprng|spring"),
    ("job products.csv", "products.csv|folder"),
    ("job spring --piece 99", "99"),
    ("pick spring 0001 'headline[2]' 1", "headline[2]|headlines[2]"),
    ("pick spring 0001 'headlines[99]' 1", "headlines[99]"),
    ("pick spring 77 --list", "77"),
    ("export products.csv --to csv", "products.csv|folder"),
    ("generate seo/meta --brief mising.json", "mising.json"),
    ("generate seo/meta --brief products.csv", "products.csv|batch"),
    ("types --project nowhere", "nowhere"),
    # others
    ("guide modelle", "modelle|models"),
    ("guide jbos", "jbos|jobs"),
    ("show forbiden_words", "forbiden_words|forbidden_words"),
    ("schema typ", "typ|type"),
    ("check templates/mising.yaml", "templates/mising.yaml"),
    ("test shop/sloagn", "shop/sloagn|shop/slogan"),
    ("models pull qwen", "qwen|qwen3-1.7b"),
    ("models show smollm", "smollm|smollm2-135m"),
    ("new type slogan", "slogan|shop/slogan"),
    ("new type shop/ad --from ads/google", "ads/google|ads/google-search"),
    ("new project shop/..", "shop"),
    ("evaluate spring --least acceptd=90%", "acceptd|accepted"),
    ("evaluate spring --least accepted", "accepted|="),
    ("evaluate sample -m smollm2-135m", "--type"),
    ("train house", "--from"),
    ("train house --preset lara --from spring", "lara|lora"),
    ("bench adds", "adds|ads"),
    ("find", "WORD"),
    # of the same kinds, after the first were mended
    ("help", "help|aigc --help"),
    ("-help", "-help|--help"),
    ("jobs spring", "jobs|job"),
    ("batch ads/google-search products.csv --output-dir x", "--output-dir|--out"),
    ("generate seo/meta topic=Tea --keyword tea", "--keyword|keyword=VALUE"),
    ("generate text/continue Once upon a time", "Once|aigc show text/continue"),
    ("generate text/continue prompt:Hi", "prompt:Hi|prompt=Hi"),
    ("export spring --to csv xlsx", "xlsx|repeat"),
    ("batch ads/google-search products.csv --out x -o device=cuda", "device|engine.device"),
    ("batch ads/google-search templates/m --dry-run", "templates/m|folder"),
    ("batch products.csv", "products.csv|TYPE|aigc types"),
    ("check templates", "templates|folder"),
    ("show seo/meta topic=Tea", "key=value|--prompt"),
    # of another set
    ("generate shop/slogan product=Tea fact=green --voice loud", "--voice loud|no voices"),
    ("batch shop/slogan products.csv --out x --set fact=green --voice loud", "--voice loud|no voices"),
    ("show shop/slogan --voice loud", "--voice loud|no voices"),
    ("batch ads/google-search products.csv --map benefits --dry-run", "--map benefits=COLUMN"),
)
ON_STDOUT = ("check",)  # which says all mistakes there, as an editor reads them


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a project with a type of its own, a table, a file that is none, and a finished job."""
    root = tmp_path_factory.mktemp("mistyped")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIGC_CACHE", str(root / "cache"))
        patch.setenv("HF_HOME", str(root / "hub"))
        patch.setattr(Project, "generator", lambda *_, **__: ScriptedGenerator(lambda request, index: "", lump=1))
        patch.setattr("aigc.cli.batch.check_model", lambda project: None)
        patch.chdir(root)
        assert main(["new", "project", "m"]) == 0
        patch.chdir(root / "m")
        assert main(["new", "type", "shop/slogan"]) == 0
        Path("products.csv").write_text(PRODUCTS, encoding="utf-8")
        Path("notes.pdf").write_bytes(b"%PDF-1.4")
        main(["batch", "ads/google-search", "products.csv", "--out", "spring"])
        assert (root / "m/spring/job.sqlite").is_file()
    return root / "m"


@pytest.fixture
def standing(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is the folder to stand in, with a cache of its own, and no model in it."""
    monkeypatch.setenv("AIGC_CACHE", str(here.parent / "cache"))
    monkeypatch.setenv("HF_HOME", str(here.parent / "hub"))
    for name in ("download", "download_file"):
        monkeypatch.setattr(f"aigc.models.hub.{name}", lambda *_, **__: pytest.fail("a mistyped call fetches a model"))
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize(("call", "words"), CALLS, ids=[call for call, _ in CALLS])
def test_a_mistyped_call_is_told_what_was_meant(
    standing: Path, capsys: pytest.CaptureFixture[str], call: str, words: str
) -> None:
    before = _files(standing)
    code = main(shlex.split(call))
    out, err = capsys.readouterr()
    told = out + err if call.startswith(ON_STDOUT) else err
    assert code == 2, told
    assert [word for word in words.split("|") if word not in told] == [], told
    assert "Traceback" not in told and "unexpected" not in told.replace("unexpected extra argument", "")
    assert call.startswith(ON_STDOUT) or (err.count("\n") == 1 and not out), "one line"
    assert _files(standing) == before, "nothing is written"


def _files(folder: Path) -> dict[str, int]:
    return {
        str(one): one.stat().st_mtime_ns if one.is_file() else 0 for one in folder.rglob("*") if one.name != ".lock"
    }
