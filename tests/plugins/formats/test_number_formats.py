"""Numbers, texts and dates as Excel shows them."""

from __future__ import annotations

import pytest

from aigc_plugins.formats.format_codes import Unshown
from aigc_plugins.formats.shown_dates import iso_date
from aigc_plugins.formats.shown_numbers import general, shown_number, shown_text

ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'
DAY = 46349  # 23 November 2026, a Monday


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (417, "00000", "00417"),
        (29.9, '"$"#,##0.00', "$29.90"),
        (24.5, '#,##0.00\\ "€"', "24.50 €"),
        (29.9, "[$€-2] #,##0.00", "€ 29.90"),
        (29.9, "#,##0.00 [$€-407]", "29.90 €"),
        (29.9, "[$¥-804]#,##0.00", "¥29.90"),
        (1299, "[$USD] #,##0", "USD 1,299"),
        (1299, "$#,##0", "$1,299"),
        (0.15, "0%", "15%"),
        (0.125, "0.0%", "12.5%"),
        (0.15, "0.##%", "15%"),
        (1234567.891, "#,##0", "1,234,568"),
        (999.5, "#,##0", "1,000"),
        (12, "#,##0", "12"),
        (1234567, '#,##0,"k"', "1,235k"),
        (1_200_000, '0.0,,"M"', "1.2M"),
        (1.005, "0.00", "1.01"),
        (2.675, "0.00", "2.68"),
        (3, "0.##", "3"),
        (3.14159, "0.##", "3.14"),
        (0, "#", ""),
        (0, "#,##0.00", "0.00"),
        (7.5, "?0.0?", "7.5"),
        (1.5, '0.0 "kg"', "1.5 kg"),
        (3, 'General "pcs"', "3 pcs"),
        (0.1 + 0.2, 'General "kg"', "0.3 kg"),
        (555123, "000-000", "555-123"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1234567, "# ##0", "1234 567"),
        (-29.9, "#,##0.00;[Red]-#,##0.00", "-29.90"),
        (-29.9, "$0.00;($0.00)", "($29.90)"),
        (-29.9, "0.00", "-29.90"),
        (-0.001, "0.00", "0.00"),
        (29.9, ACCOUNTING, "$29.90"),
        (-1234.5, ACCOUNTING, "$(1,234.50)"),
        (0, ACCOUNTING, "$-"),
        (0, '0;-0;"none"', "none"),
        (0.5, "[<1]0%;0.0", "50%"),
        (1.5, "[<1]0%;0.0", "1.5"),
        (-5, "[>100]0;0.0", "-5.0"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (999_999, "##0.0E+0", "1.0E+6"),
        (1.5, "# ?/?", "1 1/2"),
        (0.25, "# ??/??", "1/4"),
        (2, "# ?/?", "2"),
        (2.25, "# ?/8", "2 2/8"),
        (5, ";;;", ""),
        (5, "0;;;@", "5"),
        (417, "@", "417"),
    ],
)
def test_a_number(number: float, code: str, shown: str) -> None:
    assert shown_number(number, code) == shown


@pytest.mark.parametrize(
    ("days", "code", "shown"),
    [
        (DAY, "dd.mm.yyyy", "23.11.2026"),
        (DAY, "dd/mm/yyyy", "23/11/2026"),
        (DAY, "m/d/yy;@", "11/23/26"),
        (DAY, "d mmmm yyyy", "23 November 2026"),
        (DAY, "dddd, mmmm d", "Monday, November 23"),
        (DAY, "ddd d mmm", "Mon 23 Nov"),
        (DAY, 'yyyy"年"m"月"d"日";@', "2026年11月23日"),
        (DAY, "[$-804]aaaa", "星期一"),
        (DAY, "[$-804]dddd", "星期一"),
        (DAY, "[$-en-US]d mmm yyyy", "23 Nov 2026"),
        (DAY, "[$-409]mmm-yy", "Nov-26"),
        (DAY, "[$-407]d\\. mmmm yyyy", "2026-11-23"),
        (DAY, "[$-de-DE]d\\. mmmm yyyy", "2026-11-23"),
        (DAY, "[$-407]dd.mm.yyyy", "23.11.2026"),
        (DAY, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2026-11-23"),
        (DAY, "yyyy-mm-dd h:mm:ss", "2026-11-23"),
        (DAY + 0.4375, "YYYY-MM-DD HH:MM:SS", "2026-11-23 10:30"),
        (DAY + 0.4375, "m/d/yy h:mm", "11/23/26 10:30"),
        (0.4375, "h:mm AM/PM", "10:30 AM"),
        (0.75, "h AM/PM", "6 PM"),
        (0.75, "上午/下午h:mm", "下午6:00"),
        (0.5 + 5.25 / 86_400, "h:mm:ss.00", "12:00:05.25"),
        (90 / 86_400, "mm:ss", "01:30"),
        (1.25, "[h]:mm", "30:00"),
        (1.5 / 24, "[mm]:ss", "90:00"),
        (61, "d mmm yyyy", "1 Mar 1900"),
        (59, "d mmm yyyy", "28 Feb 1900"),
    ],
)
def test_a_date(days: float, code: str, shown: str) -> None:
    assert shown_number(days, code) == shown


def test_a_date_of_a_workbook_that_counts_from_1904() -> None:
    assert shown_number(DAY - 1462, "dd.mm.yyyy", from_1904=True) == "23.11.2026"


@pytest.mark.parametrize(("days", "shown"), [(DAY, "2026-11-23"), (DAY + 0.5, "2026-11-23 12:00"), (0.25, "06:00")])
def test_a_date_that_each_computer_shows_in_its_own_way(days: float, shown: str) -> None:
    assert iso_date(days) == shown


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [(5, "[DBNum1]0", "DBNum1"), (DAY, "ggge", "ggg"), (-5, "d mmm", "no date"), (5, "[>9]0;[<1]0", "conditions")],
)
def test_what_is_not_known_is_named(number: float, code: str, reason: str) -> None:
    with pytest.raises(Unshown, match=reason):
        shown_number(number, code)


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [("mug", "@", "mug"), ("mug", '"SKU "@', "SKU mug"), ("mug", "0.00", "mug"), ("mug", '0;-0;0;"<"@">"', "<mug>")],
)
def test_a_text(text: str, code: str, shown: str) -> None:
    assert shown_text(text, code) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(3.0, "3"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333333"), (29.9, "29.9"), (5901234123457.0, "5901234123457")],
)
def test_a_number_without_a_format(number: float, shown: str) -> None:
    assert str(general(number)) == shown
