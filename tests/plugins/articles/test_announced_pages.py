"""Press releases, landing pages and newsletters: the brief's own words, with what their readers look for."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import run_cli
from aigc.types import Brief, Draft
from aigc_plugins.articles.bare_facts import is_bare, sentence_of
from aigc_plugins.articles.landing_page import (
    asked_questions,
    benefit_blocks,
    benefit_lines,
    hero_line,
    hero_subline,
    named_benefit,
    page_call,
    page_description,
    questions_have_answers,
)
from aigc_plugins.articles.newsletter import (
    items_have_texts,
    letter_intro,
    letter_item,
    letter_preheader,
    letter_sections,
    letter_subject,
)
from aigc_plugins.articles.page_wording import page_wording, pair_of
from aigc_plugins.articles.press_release import day_in_words, press_part, quotes_have_speakers

PROMISES = re.compile(r"free|guarantee|always|best|\bnew\b|save|免费|保证|一定|最", re.IGNORECASE)
NEWS: dict[str, Any] = {"who": "Meadowly", "what": "opens a workshop", "facts": ["it is open on Saturdays"]}


class Given:
    """This is what a template's context gives."""

    def __init__(self, **values: Any) -> None:
        self._values = {**NEWS, **values}

    def get_all(self) -> dict[str, Any]:
        return self._values


def press(part: str, **values: Any) -> Any:
    context: Any = Given(**values)
    return press_part(context, part)


def draft(fields: dict[str, Any], **values: Any) -> Draft:
    return Draft(fields=fields, brief=Brief(id="1", values=values), schema={})


def test_no_line_of_ours_promises_anything() -> None:
    def lines(value: object) -> list[str]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return [value] if isinstance(value, str) else [line for one in inside for line in lines(one)]

    told = lines(page_wording())
    assert len(told) > 25 and [line for line in told if PROMISES.search(line)] == []


@pytest.mark.parametrize(
    ("values", "lead"),
    [
        ({}, "Meadowly opens a workshop."),
        ({"when": "2027-03-01", "where": "Bergen"}, "Meadowly opens a workshop in Bergen on 1 March 2027."),
        ({"where": "the old mill"}, "Meadowly opens a workshop at the old mill."),
        ({"where": "the slope above Wells"}, "Meadowly opens a workshop on the slope above Wells."),
        ({"where": "the river Tam"}, "Meadowly opens a workshop on the river Tam."),
        ({"where": "the old town of Gera"}, "Meadowly opens a workshop in the old town of Gera."),
        ({"where": "the Harz mountains"}, "Meadowly opens a workshop in the Harz mountains."),
        ({"where": "12 Mill Lane"}, "Meadowly opens a workshop at 12 Mill Lane."),
        ({"where": "a farm near Wells"}, "Meadowly opens a workshop on a farm near Wells."),
        ({"when": "autumn 2027"}, "Meadowly opens a workshop in autumn 2027."),
        ({"when": "Q3 2027"}, "Meadowly opens a workshop in Q3 2027."),
        ({"when": "the 3rd of May"}, "Meadowly opens a workshop on the 3rd of May."),
        (
            {"when": "next spring", "where": "at the harbour"},
            "Meadowly will open a workshop at the harbour next spring.",
        ),
        (
            {"who": "小水洼", "what": "开设修补站", "when": "2027-03-01", "where": "成都", "language": "zh"},
            "2027年3月1日，小水洼在成都开设修补站。",
        ),
        ({"what": "closing Mill Bridge", "when": "after Easter"}, "Meadowly is closing Mill Bridge after Easter."),
        ({"where": "along the old railway"}, "Meadowly opens a workshop along the old railway."),
        ({"who": "A and B", "what": "to swap bikes"}, "A and B are to swap bikes."),
        (
            {"who": "青禾书店", "what": "在老码头开出第三家店", "where": "老码头二号仓库", "language": "zh"},
            "青禾书店在老码头二号仓库开出第三家店。",
        ),
        (
            {"who": "安途", "what": "在机场增设专车", "where": "新桥机场", "language": "zh"},
            "安途在新桥机场增设专车。",
        ),
        ({"who": "江城图书馆", "what": "推出借书亭", "where": "江城", "language": "zh"}, "江城图书馆推出借书亭。"),
        ({"where": "the former bank in Hebden"}, "Meadowly opens a workshop in the former bank in Hebden."),
        (
            {"who": "木兰舞团", "what": "首次在矿井里演出", "where": "大同", "language": "zh"},
            "在大同，木兰舞团首次在矿井里演出。",
        ),
    ],
)
def test_a_lead_says_who_what_where_and_when(values: dict[str, str], lead: str) -> None:
    assert press("intro", **values).partition("\n\n")[2] == lead
    more = "It is open on Saturdays。" if values.get("language") == "zh" else " It is open on Saturdays."
    assert press("description", **values) == f"{lead}{more}"


def test_a_lead_and_a_description_say_more_than_the_title() -> None:
    facts = ["Eighty singers take part", "It is free", "The mill is heated", "Budget: 300 euros"]
    told = press("intro", facts=facts)
    assert told.endswith("Meadowly opens a workshop. Eighty singers take part.")
    assert press("text", facts=facts).startswith("It is free. The mill is heated.")
    assert press("description", facts=facts[:1] + facts[2:]) == "Meadowly opens a workshop. The mill is heated."
    facts = ["Customers get a code", "Cold medicines can't be stored in it", "The chemist can be reached"]
    assert press("description", facts=facts) == "Meadowly opens a workshop. The chemist can be reached."
    facts, values = ["店里有八千册书", "周一休息"], {"who": "青禾书店", "what": "开出新店", "language": "zh"}
    assert press("intro", facts=facts, **values).endswith("青禾书店开出新店。店里有八千册书。")
    assert press("description", facts=facts, **values) == "青禾书店开出新店。周一休息。"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"what": "puts chairs out", "when": "next summer"}, "will put chairs out next summer"),
        ({"what": "puts mail out", "when": "2027-05-01", "date": "2027-04-01"}, "will put mail out on 1 May 2027"),
        ({"what": "puts mail out", "when": "2027-03-01", "date": "2027-04-01"}, "puts mail out on 1 March 2027"),
        ({"what": "opens a shop", "when": "next summer"}, "will open a shop next summer"),
        ({"what": "plans to open a shop", "when": "next summer"}, "plans to open a shop next summer"),
        (
            {"what": "lends seeds and takes back pots", "when": "next May"},
            "will lend seeds and take back pots next May",
        ),
        (
            {"what": "puts chairs out and repairs bikes", "when": "next summer"},
            "puts chairs out and repairs bikes next",
        ),
    ],
)
def test_what_is_surely_ahead_will_be(values: dict[str, str], told: str) -> None:
    assert f"Meadowly {told}" in press("intro", **values)


@pytest.mark.parametrize(
    ("what", "when", "told"),
    [
        ("举办音乐会", "2027年2月6日", "将举办音乐会"),
        ("举办音乐会", "2027-02-06", "将举办音乐会"),
        ("举办音乐会", "2027-01-06", "举办音乐会"),
        ("推出夜间自习室", "明年春天", "将推出夜间自习室"),
        ("将于二月开馆", "2027-02-06", "将于二月开馆"),
        ("计划招四十名学徒", "2027-02-06", "计划招四十名学徒"),
    ],
)
def test_what_is_ahead_will_be_in_chinese(what: str, when: str, told: str) -> None:
    values = {"who": "青禾社", "what": what, "when": when, "date": "2027-01-18", "language": "zh"}
    assert f"，青禾社{told}。" in press("intro", **values) and press("title", **values) == f"青禾社{told}"
    assert "青禾社将在市馆举办" in press(
        "intro", **{**values, "what": "举办展览", "when": "2027-02-06", "where": "市馆"}
    )


@pytest.mark.parametrize(("facts", "sizes"), [(1, [1]), (2, [2]), (3, [3]), (4, [2, 2]), (5, [2, 3])])
def test_no_fact_stands_alone_behind_others(facts: int, sizes: list[int]) -> None:
    told = press("text", facts=["It is open on Saturdays."] * facts, when="2027-03-01", contact="a@b.example")
    assert [part.count(".") for part in told.split("\n\n")] == sizes


@pytest.mark.parametrize(
    ("bare", "fact"),
    [
        *((True, fact) for fact in ("Carries 60 cars and 199 passengers", "Charges in 9 minutes at each quay")),
        *((True, fact) for fact in ("Budget: 1.2 million euros", "Closed since the flood of 2024", "Free of charge")),
        *(
            (True, fact)
            for fact in ("Runs for one term, then teachers decide", "Lends a bike meanwhile", "1.4 km, 3 metres wide")
        ),
        *((False, fact) for fact in ("The crossing takes 22 minutes", "Doors open at 7", "Tickets cost 5 euros")),
        *((False, fact) for fact in ("Plans for the square hang in the town hall", "Readers take up to five packets")),
        *((False, fact) for fact in ("Free parking is behind the hall", "Works along the line are finished")),
    ],
)
def test_what_is_no_sentence_is_known(bare: bool, fact: str) -> None:
    assert is_bare(fact) is bare


def test_what_is_no_sentence_stands_in_a_list_of_a_release() -> None:
    facts = ["The ferry is new.", "carries 60 cars", "It charges at each quay.", "Budget: 1.2 million euros"]
    assert press("text", facts=facts, when="2027-03-01", contact="a@b.example") == (
        "The ferry is new. It charges at each quay.\n\nAt a glance:\n• Carries 60 cars\n• Budget: 1.2 million euros"
    )
    told = press("text", facts=["车上有图书八百册", "七点到九点半"], when="明年", contact="a@b.example", language="zh")
    assert told == "车上有图书八百册。\n\n要点：七点到九点半。", "one alone is no list"
    facts = ["eight dancers, one of them 71", "no interval", "sold out in 2025"]
    assert press("text", facts=facts, when="2027-03-01", contact="a@b.example") == (
        "At a glance:\n• Eight dancers, one of them 71\n• No interval\n• Sold out in 2025"
    ), "nor is prose made of what is none"
    facts = ["from 24 to 19 pence at night", "The day rate stays at 27 pence", "no one has to apply"]
    told = press("text", facts=facts, when="2027-03-01", contact="a@b.example")
    assert "• The day rate stays at 27 pence\n• No one" in told, "a lone sentence stays between the facts beside it"


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("hall has step-free access", "The hall has step-free access."),
        ("200 volunteers tested it", "200 volunteers tested it."),
        ("until now it took 55 minutes", "Until now it took 55 minutes."),
        ("11 vans make 300 trips a day", "11 vans make 300 trips a day."),
        *((fact, "") for fact in ("two new boats for 90 people", "charging points on the bakery's roof car park")),
        *((fact, "") for fact in ("recordings of 23 people who were there", "bicycles travel free, cars not carried")),
    ],
)
def test_a_fact_is_told_as_a_sentence_where_it_surely_is_one(fact: str, sentence: str) -> None:
    assert sentence_of(fact) == sentence


def test_a_price_and_a_deal_stand_once() -> None:
    benefits = ["Same day", "Fixed price = £75, whatever the height", "Insured", "First look is free"]
    told = page_description("Wasp nest removal", benefits, price="£75")
    assert told.count("£75") == 1 and "Fixed price: £75, whatever the height." in told
    assert hero_subline(benefits, offer="First look is free", price="£75").count("First look is free") == 1
    told = hero_subline(["a", "b", "c", "€89 by day, €129 at night"], price="€89")
    assert told == "A. B. €89 by day, €129 at night."


def test_what_says_nothing_alone_keeps_its_title() -> None:
    benefits = ["持证技师", "顺手修小毛病 = 不另收费", "一次一个半小时"]
    assert page_description("保养", benefits[1:2], language="zh") == "保养：顺手修小毛病，不另收费。"
    assert "Bound as a book: 40 pages." in page_description("Recipes", ["We read", "Bound as a book = 40 pages"])


def test_a_subject_has_one_colon() -> None:
    assert letter_subject("Weekly", ["Friday: an old film = At eight"]) == "Friday: an old film"


def test_what_lacks_its_object_does_not_stand_without_its_title() -> None:
    benefits = ["上门前电话联系", "换下的滤芯当面检测 = 用测试笔测给您看", "三年内免费提醒"]
    assert page_description("滤芯更换", benefits[1:2], language="zh") == "滤芯更换：换下的滤芯当面检测。"
    assert "用测试笔" not in page_description("滤芯更换", benefits, language="zh")
    assert benefit_blocks(benefits) == [{"heading": "换下的滤芯当面检测", "text": "用测试笔测给您看。"}]


def test_a_place_of_the_dateline_is_not_told_again_before_another() -> None:
    values = {"who": "云溪小学", "what": "在屋顶开出菜地", "where": "绍兴", "city": "绍兴", "language": "zh"}
    assert press("intro", **values).endswith("（绍兴）云溪小学在屋顶开出菜地。")


def test_a_release_has_its_lines() -> None:
    told = press("intro", city="Bergen", date="2027-02-24")
    assert told.startswith("For immediate release\n\nBERGEN, 24 February 2027 – Meadowly")
    assert press("intro", embargo="2027-03-01").startswith("Embargoed until 1 March 2027\n\n")
    assert press("title", headline="A workshop for spades") == "A workshop for spades"
    assert press("sections", contact="a@b.example")[-1]["text"].endswith("###")
    assert [one["heading"] for one in press("sections", boilerplate="We make tools", brand="Meadowly AS")] == [
        "About Meadowly AS"
    ], "and no contact, where there is none"
    assert press("sections") == [] and press("text").endswith("\n\n###")
    assert day_in_words("2027-13-01", "en") == "2027-13-01"


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("We are glad", "“We are glad,” says Ann."),
        ("“Are we glad?”", "“Are we glad?” says Ann."),
        ("We are glad.", "“We are glad,” says Ann."),
    ],
)
def test_a_quote_stands_word_for_word_with_its_speaker(quote: str, told: str) -> None:
    assert f"\n\n{told}\n\n" in press("text", quote=quote, speaker="Ann")
    assert "says" not in press("text")


def test_a_quote_of_nobody_or_of_our_own_is_refused() -> None:
    spoken = {"quote": "We are glad", "speaker": "Ann"}
    assert not list(quotes_have_speakers(draft({"text": "“We are glad,” says Ann."}, **spoken)))
    assert list(quotes_have_speakers(draft({"text": "x"}, quote="We are glad")))
    (found,) = quotes_have_speakers(draft({"text": "“We are proud,” says Ann."}, **spoken))
    assert found.field == "text" and "We are proud" in found.message


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Small groups = at most eight", ("Small groups", "at most eight")),
        ("Is it wet? = Yes.", ("Is it wet?", "Yes.")),
        ("Is it wet? Yes.", ("Is it wet?", "Yes.")),
        ("要带工具吗？不用。", ("要带工具吗？", "不用。")),
        ("a=b holds", ("a=b holds", "")),
    ],
)
def test_a_pair_has_two_sides(text: str, pair: tuple[str, str]) -> None:
    assert pair_of(text) == pair


def test_a_landing_page_has_its_parts() -> None:
    benefits = ["holds 300 litres", "opens at the bottom", "Quiet lid = it closes without a sound"]
    assert hero_line("compost bin", brand="Meadowly") == "Compost bin by Meadowly"
    assert hero_line("compost bin for " + "very " * 8 + "big gardens", brand="Meadowly").endswith("gardens")
    assert hero_line("堆肥桶", brand="小水洼", language="zh") == "小水洼堆肥桶"
    subline = hero_subline(benefits, product="compost bin", offer="10% off", price="€49")
    assert subline == "The compost bin holds 300 litres. It opens at the bottom. 10% off. Price: €49.", "none is alone"
    pairs = ["Cured for six weeks = It loses water in that time", "Delivery = Your box comes on Fridays"]
    assert hero_subline(["x", *pairs]) == "X.", "a pair has a section"
    full = hero_subline(["opens " + "very " * 30 + "wide"], offer="10% off", price="€49")
    assert full == "10% off. Price: €49.", "what it costs is told before what there is no room for"
    assert page_description("堆肥桶", ["容量300升"], brand="小水洼", price="90元", language="zh") == (
        "小水洼堆肥桶：容量300升。价格：90元。"
    )
    assert page_description("compost bin by Meadowly", benefits, brand="Meadowly", price="€49") == (
        "The compost bin by Meadowly holds 300 litres. It opens at the bottom. Price: €49."
    )
    assert benefit_blocks(benefits) == [{"heading": "Quiet lid", "text": "It closes without a sound."}]
    assert benefit_blocks(["小班 = 每班最多八人"]) == [{"heading": "小班", "text": "每班最多八人。"}]
    assert benefit_lines(benefits) == ["Holds 300 litres", "Opens at the bottom"]
    assert asked_questions(["does it smell? = no", "alone"]) == [{"question": "Does it smell?", "answer": "No"}]
    assert page_call("compost bin", button="Get one") == "Get one"
    assert page_call("Mobile sawmill") in {"Read more", "Find out more"}, "nobody orders what is perhaps no goods"


def test_a_landing_page_tells_each_benefit_once() -> None:
    benefits = ["hold about 200 tonnes", "galvanised steel", "Dry floor = a fan blows", "in parts", "two doors"]
    title = hero_line("Grain silos", brand="Agro")
    subline = hero_subline(benefits, title=title, product="Grain silos")
    assert subline == "The grain silos hold about 200 tonnes. Galvanised steel."
    assert benefit_lines(benefits, above=[title, subline]) == ["In parts", "Two doors"]
    told = page_description("Grain silos", benefits, brand="Agro", above=subline)
    assert told == "Grain silos by Agro: in parts, two doors.", "what stands below the headline is not told again"
    told = hero_subline(["room for 40 bikes", "a pump", "two doors"], title="Bike storage: room for 40 bikes")
    assert "40 bikes" not in told
    deeds = ["stops when touched", "goes to 127 cm", "remembers four heights", "oak top", "carries 120 kg"]
    told = hero_subline(deeds, product="Standing desk")
    assert told == "The standing desk stops when touched. It goes to 127 cm."
    benefits = ["our van comes to your street", "takes 90 minutes", "service is part of it", "x", "y"]
    assert hero_subline(benefits, product="Dog grooming").startswith("Dog grooming: our van comes to your street. ")


@pytest.mark.parametrize(
    ("product", "benefits", "told"),
    [
        (
            "Payroll for bakeries",
            ["works with three time clocks", "night pay is worked out", "email"],
            None,
        ),
        ("Gospel weekend", ["10% off for choirs", "two nights in a mill", "concert on Sunday", "no notes"], None),
        (
            "Small garden plots",
            ["plots from 20 square metres", "no dogs", "a tap"],
            "Small garden plots from 20",
        ),
        ("Camping mug 350 ml", ["holds 350 ml", "keeps tea hot", "lid locks"], "The 350 ml camping mug keeps tea hot."),
        (
            "Dog coats from fleece",
            ["close with one buckle", "five sizes", "sewn here"],
            "Dog coats from fleece close",
        ),
        (
            "Village workshop",
            ["tools for every repair", "two mechanics"],
            "Village workshop: tools for every repair, ",
        ),
    ],
)
def test_a_subline_says_what_is_offered(product: str, benefits: list[str], told: str | None) -> None:
    text = hero_subline(benefits, product=product, price="£24")
    assert product.split()[0].lower() in text.partition(".")[0].lower() and text.count("£24") == 1
    if told is None:
        assert text.startswith(f"{product}: {benefits[1]}"), "no side fact where there is another"
    else:
        assert text.startswith(told)
    assert len(benefit_lines(benefits, above=[text])) != 1, "no list of one"
    assert "£24" not in page_description(product, benefits, price="£24", above=text), "the price stands once"


def test_a_chinese_subline_begins_with_neither_age_nor_price() -> None:
    benefits = ["6到12岁", "教练一对三", "岩鞋免费用", "每周六上午"]
    told = hero_subline(benefits, product="少儿攀岩课", price="¥120", language="zh")
    assert told.startswith("少儿攀岩课：教练一对三") and "岁" not in told


def test_a_page_asks_for_what_it_offers() -> None:
    assert page_call("Night market", category="event", benefits=["entry is free"]) in {"Read more", "Find out more"}
    assert page_description("Bikes", ["a pump", "two doors", "hooks"]) == "Bikes: a pump, two doors."


def test_a_chinese_service_does_not_look_like_a_thing() -> None:
    benefits = ["师傅持证上岗", "两小时洗完一台", "自带工具"]
    assert hero_line("空调清洗", brand="净风", language="zh") == "空调清洗｜净风"
    told = page_description("空调清洗", benefits, brand="净风", language="zh")
    assert told == "空调清洗（净风）：师傅持证上岗。两小时洗完一台。"


def test_questions_have_answers_and_stand_once() -> None:
    def told(*faq: str) -> list[str]:
        return [one.message for one in questions_have_answers(draft({}, faq=list(faq)))]

    assert told("Wet? = Yes") == []
    assert "no answer" in told("Wet?")[0] and "twice" in told("Wet? = Yes", "Wet? = No")[0]


def test_a_newsletter_tells_its_items() -> None:
    items = ["new wheels = Four came | https://a.b/c", "Open evening = On 12 May"]
    assert letter_item(items[0]) == ("New wheels", "Four came", "https://a.b/c")
    assert letter_subject("Letter", items, issue="May") == "Letter May: New wheels"
    assert letter_preheader([*items, "Old wheels = Gone"]) == "Open evening; Old wheels."
    assert letter_preheader(["改线 = 施工", "报名 = 到周五截止"], language="zh") == "报名：到周五截止。"
    assert letter_subject("Letter", ["x" * 58 + " = y"]) == "X" + "x" * 57
    assert letter_preheader(items) == "Open evening: on 12 May." and letter_preheader(items[:1]) == "Four came."
    assert "New wheels; Open evening." in letter_intro("Letter", items)
    assert letter_intro("Letter", items, intro="hello there") == "Hello there."
    first, second = letter_sections(items)
    assert first["heading"] == "New wheels" and first["text"].endswith("https://a.b/c")
    assert second == {"heading": "Open evening", "text": "On 12 May."}
    found = list(items_have_texts(draft({}, items=["Alone", "Twice = a", "twice = b"])))
    assert ["says nothing" in one.message or "two items" in one.message for one in found] == [True, True]


class Links(HTMLParser):
    """This is the links and scripts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links, self.scripts, self._script = list[str](), list[str](), False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        self.links += [value or "" for name, value in attrs if name == "href" and tag == "a"]

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts.append(data)
            self._script = False


def made(name: str) -> list[dict[str, Any]]:
    assert run_cli("batch", f"articles/{name}", "sample", "--out", name).code == 0
    assert run_cli("test", f"articles/{name}").code == 0
    pieces = [json.loads(line) for line in Path(name, "artifacts.jsonl").read_text("utf-8").splitlines()]
    assert {one["status"] for one in pieces} == {"accepted"}
    return pieces


def test_the_samples_leave_as_pages_and_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for piece, page in zip(made("landing"), sorted(Path("landing", "html").iterdir(), key=_age), strict=True):
        (told,) = (json.loads(one) for one in Links(page.read_text("utf-8")).scripts if "FAQPage" in one)
        asked = [(one["name"], one["acceptedAnswer"]["text"]) for one in told["mainEntity"]]
        assert asked == [(one["question"], one["answer"]) for one in piece["fields"]["faq"]]
    for piece, path in zip(
        made("newsletter"), sorted(Path("newsletter", "email").glob("*.eml"), key=_age), strict=True
    ):
        message: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
        plain, page_part = message.iter_parts()
        assert message["Subject"] == piece["fields"]["subject"]
        for one in piece["fields"]["sections"]:
            assert one["heading"] in plain.get_content() and one["heading"] in page_part.get_content()
        links = re.findall(r"https://\S+", " ".join(one["text"] for one in piece["fields"]["sections"]))
        assert set(links) <= set(Links(page_part.get_content()).links)
    made("press-release")
    assert run_cli("export", "press-release", "--to", "html", "--to", "wxr").code == 0


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


def test_a_doing_has_no_article_before_it() -> None:
    told = named_benefit("Invoicing for small workshops", "exports to your accountant")
    assert told == "Invoicing for small workshops exports to your accountant."
    assert named_benefit("Oak bird box", "holds two nests") == "The oak bird box holds two nests."
