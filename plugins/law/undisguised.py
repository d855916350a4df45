"""A text as rules read it: small NFKC letters, simplified characters, and words that were taken apart put together.

    最 佳  最·佳  zui佳  →  最佳        G u a r a n t e e d  F.R.E.E.  gu@ranteed  →  guaranteed, free, guaranteed

Each character remembers its place in the text it came from, so that what is found can be shown as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

SIMPLIFIED = (  # each behind its traditional form
    "國国 級级 極极 頂顶 療疗 證证 無无 藥药 醫医 購购 銷销 價价 單单 殺杀 優优 獨独 絕绝 對对 萬万 靈灵 "
    "斷断 風风 險险 賺赚 穩稳 賠赔 貸贷 領领 導导 專专 業业 學学 試试 過过 習习 師师 廣广 賣卖 買买 瘋疯 "
    "搶抢 貨货 倉仓 虧亏 熱热 齊齐 錢钱 養养 壽寿 憂忧 節节 環环 純纯 淨净 淺浅 減减 腫肿 預预 測测 點点 "
    "寶宝 貝贝 開开 運运 財财 轉转 當当 選选 獲获 獎奖 認认 質质 檢检 歷历 權权 華华 東东 發发 達达 標标 "
    "準准 線线 後后 來来 傳传 統统 體体 個个 機机 關关 時时 間间 戰战 勝胜 見见 給给 資资 報报 總总 額额 "
    "滿满 臺台 灣湾 區区 術术 績绩 啟启 實实 歡欢 樂乐 貴贵 壓压 腎肾 臟脏 驗验 癒愈"
)
QUOTES = {**dict.fromkeys("“”„‟«»「」『』", '"'), "’": "'", "‘": "'", "蕞": "最"}
WIDE = "\u3400-\u9fff"
SAME = str.maketrans({**{pair[0]: pair[1] for pair in SIMPLIFIED.split()}, **QUOTES})

_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BETWEEN = re.compile(rf"(?<=[{WIDE}])[ ·・•‧∙*_|/~^+.\-]{{1,3}}(?=[{WIDE}])|(?<=[{WIDE}%]) {{1,3}}(?=[{WIDE}])")
_SPELT = re.compile(r"(?<![a-z0-9])[a-z0-9@$%](?:[ .\-_*·][a-z0-9@$%]){2,40}(?![a-z0-9])")
_JOINTS = re.compile(r"[ .\-_*·]")
_LIKE_LETTERS = re.compile(r"(?<=[a-z])[013457@$!]{1,3}(?=[a-z])")
_PINYIN = re.compile(rf"zui(?=[{WIDE}])")
_DISGUISED = re.compile("|".join(one.pattern for one in (_BETWEEN, _SPELT, _LIKE_LETTERS, _PINYIN)))
_LETTERS = str.maketrans("013457@$!", "oieastasi")
LEAST_SPELT = 4  # letters of a word that is put together; "1 x 2" and "a b c" stay


class PlainText(NamedTuple):
    """This is a text as rules read it, and the place of each of its characters in the text."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the plain text stands in the text it came from."""
        return (self.places[start], self.places[end - 1] + 1)


def undisguised(text: str) -> PlainText:
    """Return a text as rules read it."""
    plain = text.lower().translate(SAME)
    places: Sequence[int] = range(len(text))
    changed = len(plain) != len(text) or _UNSEEN.search(plain) is not None
    if changed or not (plain.isascii() or unicodedata.is_normalized("NFKC", plain)):
        plain, places = _letter_by_letter(text)
    if _DISGUISED.search(plain):
        plain, places = _put_together(plain, places)
    return PlainText(plain, places)


def _letter_by_letter(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = "" if unicodedata.category(letter) == "Cf" else unicodedata.normalize("NFKC", letter).lower()
        letters.append(plain.translate(SAME))
        places += [place] * len(plain)
    return "".join(letters), places


def _put_together(plain: str, places: Sequence[int]) -> tuple[str, list[int]]:
    letters = list(plain)
    for found in _LIKE_LETTERS.finditer(plain):
        start, end = found.span()
        letters[start:end] = found.group().translate(_LETTERS)
    for found in _PINYIN.finditer(plain):
        letters[found.start() : found.end()] = "最", "", ""
    for found in _BETWEEN.finditer(plain):
        letters[found.start() : found.end()] = [""] * len(found.group())
    for found in _SPELT.finditer(plain):
        spelt = _JOINTS.sub("", found.group())
        if len(spelt) >= LEAST_SPELT or "%" in spelt:
            for at in range(found.start(), found.end()):
                letters[at] = _JOINTS.sub("", letters[at])
    kept = [(letter, place) for letter, place in zip(letters, places, strict=True) if letter]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]
