"""The words of the pages for people, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "zh")
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "review": ("Review", "审稿"),
        "jobs": ("Jobs", "任务"),
        "pieces": ("Pieces", "稿件"),
        "all": ("all", "全部"),
        "open": ("open", "待审"),
        "edited": ("edited", "已改"),
        "approved": ("approved", "已通过"),
        "rejected": ("sent back", "已退回"),
        "stale": ("changed since approval", "通过后有变"),
        "status_accepted": ("checks passed", "检查通过"),
        "status_flagged": ("flagged by a check", "检查存疑"),
        "status_rejected": ("breaks a rule", "违反规则"),
        "search": ("Search", "搜索"),
        "filter": ("Filter", "筛选"),
        "any_status": ("any checks", "不限检查结果"),
        "none": ("No piece is like that.", "没有这样的稿件。"),
        "done": ("That was the last one of this list.", "这一列已经审完。"),
        "brief": ("Brief", "需求"),
        "texts": ("Texts", "文案"),
        "approve": ("Approve", "通过"),
        "reject": ("Send back", "退回"),
        "edit": ("Edit", "修改"),
        "undo": ("Undo", "撤销"),
        "save": ("Save", "保存"),
        "cancel": ("Cancel", "取消"),
        "restore": ("Back to the model's text", "恢复模型原文"),
        "was": ("The model wrote", "模型原文"),
        "stale_text": ("The brief changed since this was written.", "写好之后需求有变。"),
        "note": ("What should be better? The next run tells the model.", "哪里要改？下次生成时会告诉模型。"),
        "note_given": ("Note", "意见"),
        "suggestions": ("Suggestions", "备选"),
        "take": ("Take", "采用"),
        "refused_before": ("refused", "已否"),
        "fallback": ("the brief's own words", "需求原文"),
        "repaired": ("rewritten after a check", "检查后重写"),
        "edited_text": ("edited", "人工修改"),
        "picked": ("chosen", "人工选用"),
        "select": ("Select", "选择"),
        "selected": ("selected", "已选"),
        "approve_selected": ("Approve selected", "通过所选"),
        "reject_selected": ("Send selected back", "退回所选"),
        "select_all": ("Select all here", "全选本页"),
        "previous": ("Previous", "上一页"),
        "next": ("Next", "下一页"),
        "keys": ("Keys", "快捷键"),
        "close": ("Close", "关闭"),
        "key_move": ("next, previous piece", "下一篇、上一篇"),
        "key_text": ("next, previous text", "下一条、上一条文案"),
        "key_approve": ("approve, and on to the next", "通过并看下一篇"),
        "key_edit": ("edit the text; Enter saves, Esc leaves", "修改文案；回车保存，Esc 放弃"),
        "key_reject": ("send back, with a note", "退回并写意见"),
        "key_undo": ("undo the last decision", "撤销上一个决定"),
        "key_take": ("take that suggestion", "采用该备选"),
        "key_select": ("select the piece; A approves all selected", "选择稿件；A 通过所选"),
        "key_search": ("search", "搜索"),
        "saved": ("Saved", "已保存"),
        "undone": ("Undone", "已撤销"),
        "nothing_to_undo": ("Nothing to undo", "没有可撤销的"),
        "cannot": ("That cannot stand", "不能这样写"),
        "offline": ("The server does not answer. Nothing was kept.", "服务器没有应答，未保存。"),
        "conflict": ("Somebody changed this piece in the meantime.", "这篇稿件刚被别人改过。"),
        "yours": ("Yours", "你的"),
        "theirs": ("As it stands now", "现在的"),
        "keep_yours": ("Keep yours", "保留你的"),
        "keep_theirs": ("Keep theirs", "保留现在的"),
        "sign_in": ("Sign in", "登录"),
        "token": ("Token", "令牌"),
        "token_where": ("The command that started this server printed it.", "启动服务器的命令会显示令牌。"),
        "wrong_token": ("That token is not valid here.", "令牌无效。"),
        "sign_out": ("Sign out", "退出"),
        "skip": ("Skip to the piece", "跳到稿件"),
        "finding_note": ("Note", "提示"),
        "finding_warn": ("Doubt", "存疑"),
        "finding_reject": ("Refused", "不合格"),
        "characters": ("characters", "字符"),
        "columns": ("columns", "列宽"),
        "words": ("words", "词"),
        "script": ("Deciding needs JavaScript; reading does not.", "审稿操作需要 JavaScript，阅读不需要。"),
        "other_language": ("中文", "English"),
    }
)


def words_in(language: str) -> dict[str, str]:
    """Return all words in a language; English where it is none of ours."""
    at = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: told[at] for name, told in WORDS.items()}


def language_of(wanted: str, accepted: str) -> str:
    """Return the language that a person chose, else the first of a browser's that there is."""
    if wanted in LANGUAGES:
        return wanted
    asked = (one.partition(";")[0].strip()[:2].lower() for one in accepted.split(","))
    return next((one for one in asked if one in LANGUAGES), LANGUAGES[0])
