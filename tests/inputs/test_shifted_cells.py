"""A comma within a number that nothing quotes shifts the cells behind it: such a row is named, and no good one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.testing import run_cli


def faults(tmp_path: Path, *lines: str) -> list[str]:
    """Return what a dry run says of the rows that cannot be used."""
    (tmp_path / "rows.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    ran = run_cli("batch", "ads/google-search", "rows.csv", "--dry-run", "--json", cwd=tmp_path)
    return list(map(str, ran.json["reasons"]))


URL = "https://example.com"


@pytest.mark.parametrize(
    "lines",
    [
        [
            "product,weight,benefits,url,offer",
            f"Mug,3 kg,warm,{URL},",
            f"Cup,1 kg,dry,{URL},",
            f"Pot,2,1 kg,dry,{URL},",
        ],
        ["product,weight,benefits,url,offer", f"Pot,2,1 kg,dry,{URL},", f"Mug,3 kg,warm,{URL},", f"Cup,,dry,{URL},"],
        ["product,benefits,weight,offer,url", f"Mug,warm,3 kg,,{URL}", f"Cup,dry,1 kg,,{URL}", f"Pot,dry,2,1 kg,{URL}"],
    ],
)
def test_a_row_whose_cells_are_shifted_is_named(tmp_path: Path, lines: list[str]) -> None:
    (fault,) = faults(tmp_path, *lines)
    at = next(number for number, line in enumerate(lines, 1) if line.startswith("Pot"))
    assert fault.startswith(f"rows.csv:{at}: a comma within '2,1 kg'") and fault.endswith('quotes around it: "2,1 kg"')


@pytest.mark.parametrize(
    "lines",
    [
        ["product,pieces,weight,benefits,url", f"Mug,2,1 kg,warm,{URL}", f"Cup,3,2 kg,dry,{URL}", f"Pot,1,,dry,{URL}"],
        ["product,pieces,weight,benefits,url", f"Mug,2,1 kg,warm,{URL},", f"Cup,3,2 kg,dry,{URL},"],
        ["product,weight,benefits,url", f"Mug,3 kg,warm,{URL}", f'Cup,"2,1 kg",dry,{URL}'],
        ["product,year,benefits,url", f"Mug,2024,5 l of tea; warm,{URL}", f"Cup,2023,dry,{URL}"],
        ["product;weight;benefits;url", f"Mug;2;1 kg;{URL}", f"Cup;3 kg;dry;{URL}", f"Pot;1 kg;dry;{URL}"],
    ],
)
def test_good_rows_are_not(tmp_path: Path, lines: list[str]) -> None:
    assert faults(tmp_path, *lines) == []
