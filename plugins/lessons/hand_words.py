"""Words by which hands_on knows crafts, their tools, what happens before one's eyes, and what to draw or model with."""

from __future__ import annotations

import re

CRAFT = re.compile(
    r"(?i)\b(?:stitch\w*|sew\w*|embroider\w*|weav\w*|knit\w*|crochet\w*|origami|fold\w*|pottery|pinch pots?|coil pots?|"
    r"print(?:ing|making)|collages?|papier|carving|knots?|braid\w*|plait\w*|mosaics?|lanterns?|puppets?|making|"
    r"tie-dye\w*|throwing|catching|kicking|dribbling|cooking|baking|salads?|bread|sandwich(?:es)?|dyeing|calligraphy|bookbinding|sowing|planting|buttons?)\b|"
    r"缝|绣|编织|编(?!程|号|者)|折纸|折[^线磨射]|剪纸|泥塑|陶艺|捏|打结|绳结|手链|制作|做|扎染|拓印|版画|书法|贴画|针法|播种|种植"
)
TOOLS = re.compile(
    r"(?i)\b(?:needles?|thread|felt|cloth|fabric|canvas|wool|yarn|clay|paper|card(?:board)?|scissors|glue|string|"
    r"ribbons?|beads|paints?|brush(?:es)?|seeds|soil|pots?|flour|dough|sticks?|straws|hoops?|looms?|buttons?|ink|wax)\b|"
    r"针|线|布|纸|剪刀|胶|黏土|陶泥|毛线|绳|珠|颜料|画笔|毛笔|墨|种子|花盆|面粉|纽扣|绣绷"
)
HAPPENS = re.compile(
    r"(?i)\b(?:goes out|floats?|sinks?|attracts?|repels?|dissolves?|melts?|rolls?|slides?|bounces?|vibrates?|jumps?|"
    r"splash(?:es)?|lets? (?:\w+ ){1,2}through|holds? (?:back )?(?:water|things(?: up)?)|flows?|soaks?|absorbs?|rises?|"
    r"falls?|stretch(?:es)?|bends?|breaks?|cools?|evaporates?|condenses?|boils?|warms?|freezes?|turns? into|"
    r"glows?|conducts?|blocks?|casts?|spins?|swings?|balances?|sounds?|fizz(?:es)?|bubbles?|sticks? to|works? through|"
    r"lights? up|turns? (?:red|blue|green|pink|purple|yellow|brown|black|white)|changes? colou?r|passes through|"
    r"makes? (?:a colou?r |the colou?r )?(?:orange|green|purple|brown|grey|pink|lighter|darker)|moves?|"
    r"gets? (?:bigger|smaller|longer|shorter|louder|higher|lower|warmer|colder|darker|lighter|wet))\b|"
    r"浮起来|浮(?!力)|下沉|沉|蒸发|干得|吸引|吸(?!收|烟)|排斥|溶解|融化|滚|滑|弹|振动|跳动|溅|透过|渗|漏|上升|下降|伸长|变弯|发光|导电|"
    r"变[大小长短红蓝绿紫黄色热冷亮暗]|传声|传到|响|冒泡|粘"
)
ELSEWHERE = re.compile(
    r"(?i)\b(?:morning|evening|night|summer|winter|spring|autumn|years?|months?|weeks?|sea|ocean|earth|moon|sun|called|"
    r"because|was|were|had)\b|[早晚]上|季|年|月亮|太阳|地球|海洋|叫做|称为|因为"
)
_DOING = (
    "thread pull push sew weave knit glue paste paint dip roll press pinch shape wrap loop bend trace draw mark "
    "measure crease unfold fold flip tie cut snip cross twist hold start begin repeat finish score slip smooth "
    "sow water stir pour mix knead brush print pin stitch pass bring take place put insert make join step squeeze wash "
    "peel lift aim swing throw jump land kick dribble swap grate spread sprinkle serve beat whisk rub "
    "wind tuck attach slide"
)
DOING = frozenset(_DOING.split())
DOING_ZH = re.compile(
    r"(?:先|再|然后|接着|最后|每次)?(?:[把将用沿从在给]|[穿剪折画打涂贴缝绕拉捏搓揉压卷翻播浇撒蘸对])"
)
FORBIDS = re.compile(r"(?:Never|Do not|Don['’]t|Always)\b|不[要能许可]|禁止|请勿")
DRAWN = re.compile(
    r"(?i)\b(?:(?<!litmus )(?<!filter )(?<!indicator )(?<!baking )(?<!blotting )"
    r"paper(?! (?:cups?|plates?|clips?|bags?|towels?|strips?))|crayons?|pencils?|pens?|paints?|chalk|markers?|"
    r"paint ?brush(?:es)?|brushes)\b|彩笔|画笔|铅笔|蜡笔|颜料|粉笔|(?<!试)(?<!滤)纸(?![杯盒巾袋箱板条])"
)
PAPER = re.compile(
    r"(?i)(?<!litmus )(?<!filter )(?<!indicator )(?<!baking )(?<!blotting )\bpaper\b|(?<!试)(?<!滤)纸"
)  # on which one draws
BRUSH = re.compile(r"(?i)\bbrush(?:es)?\b")  # with which alone nobody draws
MODELLED = re.compile(r"(?i)\b(?:clay|plasticine|play ?dough)\b|黏土|橡皮泥|陶泥")
POSTER = re.compile(r"(?i)\b(?:scissors|glue)\b|剪刀|胶水|胶棒")
COUNTED = re.compile(r"^(?:[一二两三四五六七八九十几\d]+[个辆杯张把根块盆支瓶条份只盒些片]|若干|一些)")
COLOURS = re.compile(
    r"(?i)\bmakes? (?:a colou?r |the colou?r )?(?:orange|green|purple|brown|grey|pink|lighter|darker)\b"
)
COLOUR = re.compile(r"\b(?:red|blue|green|pink|purple|yellow|brown|black|white|orange)\b")
COLOURING = re.compile(r"(?i)\bpaints?\b|颜料")
LONG_AGO = re.compile(r"(?i)\b(?:was|were|had|years?|century|centuries|ago)\b|\d{3}|年|世纪|起源|历史|朝代?")
NO_DEED_ZH = re.compile(r"[更最有]|时候|是|好看|可以看|容易")
BEFORE = r"(?:(?:does|do) not |doesn['’]t |don['’]t |will |can |cannot )?"
NOUN = re.compile(r"(?i)\b(?:an?|the|of|its|their|each|every|no|some) $")  # behind which a verb is none
_ZH = HAPPENS.pattern.rpartition(r"\b|")[2]
SEEN_ZH = re.compile(rf"(?P<who>[^，。]{{1,10}}?)(?:相互|互相)?(?:不?能|不?会|可以)?(?:{_ZH})(?P<rest>[^，]*?)。?$")
START = re.compile(r"(?P<zh>[^，。]{2,}?)，[^，]+。?$|(?P<of>[^，。]{1,10}?)(?=不?能|不?会|可以|[沉浮])")
