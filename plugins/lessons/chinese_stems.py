"""A Chinese sentence with a gap, asked as a question where that is sure: 谁 for who did it, 多少分钟 for a number.

What asks stands where the answer would; the sentence itself stays, so that the question asks for nothing else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from aigc_plugins.lessons.asked_things import asked_in_chinese, pair_kinds

GAP = "____"
HAN = re.compile(r"[\u3400-\u9fff]")
MEASURE = re.compile(
    r"平方米|立方米|公里|千米|厘米|毫米|千克|公斤|毫升|小时|分钟|个月|摄氏度|赫兹|分贝|毫安|[天岁米克吨秒倍个条只颗座种位张件次节片根朵名句周度元℃%块页道间台辆部支瓶杯袋双套份根步]"
)
MEASURED = tuple(pair_kinds()["measured"])
AMOUNT = re.compile(rf"[约大]*\d[\d.,]*(?:° ?C|{MEASURE.pattern})")
FEW = 10
DID = re.compile(
    rf"{GAP}(?:最早|首先|首次|第一个)?(?:发明|制作|创作|写|发现|出使|改进|建立|统一|提出|修建|主持|率领|领导|编写|绘制|创立|创办|编著|完成|"
    r"打败|击败|开创|推行|撰写|谱写|设计|七擒|登上)"
)
ENDS = re.compile(
    r"(?:发明|发现|制作|创作|写|创立|建立|改进|提出|产生|释放|吸收|含有|需要|使用|盖上|系好|戴好|穿上|带上|叫做|叫作|称为|叫|"
    rf"吃|加入|放入)了?{GAP}。"
)
PLACES = tuple("河江山湖海岛星城市省县国线塔桥寺山峰洲洋路站港角关茶鱼鸟石花树木节气族语字书")
BY = ("决定", "产生", "组成", "构成", "控制", "调节", "制成")
NAMED = rf"(?P<answer>[{pair_kinds()['surnames']}][\u3400-\u9fff]{{1,2}})"
PLACED = (  # each finds the part of a Chinese sentence that surely can be asked for
    re.compile(rf"{NAMED}{DID.pattern.removeprefix('____')}[^，。]+"),
    re.compile(
        r"(?P<answer>[\u3400-\u9fff·]{2,8}?)是(?![不否])[^，。]*(?:最[\u3400-\u9fff]|第[一二三\d])[^，。的]*的?[^，。]+"
    ),
    re.compile(rf"[^，。由]+由(?P<answer>[^，。、和或]{{1,8}}?)(?:{'|'.join(BY)})"),
)
FUNCTION = frozenset("的了在应该要会能被把由以用有和与也都就，。！“”")
KIND = re.compile(r"哪一?[个座条种位只本颗项些类]?|什么(?:时候|地方|名字)?")
ASKING = frozenset("什么谁哪里几多少大长高重远深快时候地方年月日天怎样如何为吗呢被是的人有用在会")


def asked_in_place(rest: str, answer: str) -> str:
    """Return the question of a sentence with its gap; empty where none is sure."""
    if "，" in rest or "；" in rest or rest.count(GAP) != 1 or not rest.endswith("。"):
        return ""
    before, _, after = rest[:-1].partition(GAP)
    if re.fullmatch(r"[二两三四五六七八九十]", answer) and MEASURE.match(after) and not before.endswith("第"):
        return f"{before}几{after}？"
    if re.match("个月", after) and answer.isdecimal() and int(answer) <= FEW:
        return f"{before}几{after}？"
    if re.fullmatch(r"\d[\d,.]*[万亿]?", answer) and (found := MEASURE.match(after)):
        few = answer.isdecimal() and int(answer) <= FEW and found.group() in "个条只颗座种位张件次节片根朵名句天岁周"
        return f"{before}{'几' if few else '多少'}{after}？"
    if answer.isdecimal() and before.endswith("每") and re.match("[年周]", after):
        return f"{before}{'几' if int(answer) <= FEW else '多少'}{after}？"
    if answer.isdecimal() and after.startswith("年") and re.search("(?:在|于|公元前?)$", before):
        return f"{before}哪一{after}？" if not before.endswith(("前", "元")) else f"{before}多少{after}？"
    if not before and re.match("是.*[最第]", after):
        asks = asked_in_chinese(after[1:], answer)
        if asks == "什么" and answer[0] in pair_kinds()["surnames"] and answer[-1] not in PLACES:
            return ""  # 柯洁 may be a person
        return f"{after[1:]}是{asks}？"
    if DID.match(rest) and 2 <= len(answer) <= 4 and answer[0] in pair_kinds()["surnames"]:
        return f"谁{after}？"
    if (
        not after
        and before.endswith("是")
        and (AMOUNT.fullmatch(answer) or before[:-1].endswith(MEASURED) or not re.match(r"[约大]?\d", answer))
    ):
        return f"{before}{asked_in_chinese(before[:-1], answer)}？"
    if before.endswith("属于") and not after:
        return f"{before}哪一类？"
    if before.endswith(("产于", "位于", "坐落于")) and not after:
        return f"{before}哪里？"
    if ENDS.search(rest) or (before.endswith("由") and after in BY):
        return f"{before}什么{after}？"
    return ""


def placed_answer(text: str) -> tuple[str, int] | None:
    """Return the part of a Chinese sentence that is asked for in its place, and where it starts: 毕昇, 频率."""
    found = next((one for shape in PLACED if (one := shape.fullmatch(text))), None)
    return (found["answer"], found.start("answer")) if found else None


def strays(question: str, rest: str) -> Iterator[str]:
    """Yield why a Chinese question does not ask for its sentence: it leaves characters out, or brings some in."""
    asked, told = (Counter(HAN.findall(text)) for text in (question, rest.replace(GAP, "")))
    figures = Counter(re.findall(r"\d+", rest.replace(GAP, ""))) - Counter(re.findall(r"\d+", question))
    if figures:
        yield f"leaves out {', '.join(figures)}"
    missing = [char for char in told if char not in FUNCTION and asked[char] < told[char]]
    if missing:
        yield f"leaves out {''.join(missing[:4])}"
    more = Counter(HAN.findall(KIND.sub("", question))) - told
    strange = [char for char in more if char not in ASKING]
    if strange:
        yield f"brings in {''.join(strange[:4])}"
