"""Reserved names, in English and Chinese. Pure.

People would take a guest called Admin for the admin, although the badge is missing.
"""

import re
import unicodedata
from typing import Final

from accounts.skeletons import name_skeleton

RANKS: Final = """
admin admins administrator administrators moderator moderators sysadmin sysop superuser webmaster parlor parlour
管理员 管理員 版主 站长 站長 站主 超管 房主 群主
"""
"""A name may not contain one of these as a word: `Admin Bob`, `Bob (moderator)`."""
ROLES: Final = """
mod mods host hosts cohost bot bots robot system everyone here channel owner staff support official
系统 系統 机器人 機器人 官方 客服 主持人 管理 所有人 全体成员 全體成員
"""
"""A name may not be one of these, but may contain one: `Bot` is a part of many names."""
AROUND: Final = """
the this your real team room site chat lounge super head chief new easy medium hard
超级 超級 总 總 副 本 网站 網站 房间 房間 聊天室 团队 團隊 消息 通知 号 號 的 简单 簡單 中等 困难 困難
"""
"""A name of reserved words stays reserved together with these: `The Admin Team`, `超级管理员`, `Bot (hard)`."""
LEET: Final = str.maketrans("43057@$", "aeostas")


def _skeletons(words: str) -> set[str]:
    return {name_skeleton(word) for word in words.split()}


_RANKS: Final = _skeletons(RANKS)
_IDEOGRAPHS: Final = {word for word in _RANKS if not word.isascii()}
_SPEAKING: Final = _RANKS | _skeletons(ROLES)
_WHOLE: Final = re.compile(
    r"(?:{around})*(?:{speaking})(?:{around}|{speaking})*".format(
        around="|".join(map(re.escape, sorted(_skeletons(AROUND), key=len, reverse=True))),
        speaking="|".join(map(re.escape, sorted(_SPEAKING, key=len, reverse=True))),
    )
)


def is_reserved(name: str) -> bool:
    """Tell whether a name is reserved: as a whole, or because one of its words is in `RANKS`."""
    typed = unicodedata.normalize("NFKC", name)
    bare = "".join(c for c in unicodedata.normalize("NFD", typed) if unicodedata.category(c) != "Mn")
    spelled = {typed, typed.translate(LEET), re.sub(r"\d", "", typed), bare}
    return any(_speaks(each) for each in spelled)


def _speaks(name: str) -> bool:
    whole = "".join(c for c in name_skeleton(name) if unicodedata.category(c)[0] in "LMN")
    words = {name_skeleton(word) for word in re.split(r"[\W_]+", name)}
    return (
        _WHOLE.fullmatch(whole) is not None
        or not words.isdisjoint(_RANKS)
        or any(rank in whole for rank in _IDEOGRAPHS)
    )
