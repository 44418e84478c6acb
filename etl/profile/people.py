"""Columns that look personal: what they hold, judged by their cells first and then their names."""

from __future__ import annotations

import re
from typing import Literal

import polars as pl

from etl.privacy import mask

Personal = Literal["", "phone", "identity number", "e-mail", "name", "numbers in text"]

_NAMES = re.compile(
    r"姓名|联系人|来电人|诉求人|投诉人|当事人|市民$|户主|法人"
    r"|(^|[_. ])(caller|reporter|applicant|person|contact|owner|first|last|full)[_. ]?name",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"编号|单号|流水|代码|编码|(^|[_. ])(id|no|code|key)$|[a-z]ID$|Code$", re.IGNORECASE
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹喻苏潘葛范彭鲁马方任袁柳史唐薛雷贺倪汤"
    "罗毕郝安常于傅齐康余顾孟黄穆萧尹姚邵汪毛米戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾江童颜郭梅盛林钟徐"
    "邱骆高夏蔡田胡霍万卢莫房丁邓洪包左石崔龚程邢陆翁段侯武刘叶白赖卓蒲乔谭申冉牛温庄柴阎曾关游权覃"
)
_PHONE = r"^\+?(86)?[\- ]?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}$|^0\d{2,3}-\d{7,8}$"
_IDENTITY = r"^\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]$"
_MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_MOST, _SOME = 0.6, 3


def personal(name: str, words: pl.Series) -> Personal:
    """Return what personal thing a column's different cells are, empty for none.

    Args:
        name: of the column.
        words: its different texts.
    """
    words = words.drop_nulls().head(5000)
    if words.is_empty():
        return ""
    kinds: tuple[tuple[Personal, str], ...] = (
        ("phone", _PHONE), ("identity number", _IDENTITY), ("e-mail", _MAIL),
    )  # fmt: skip
    for kind, pattern in kinds:
        fits = int(words.str.contains(pattern).sum())
        if fits >= _MOST * words.len() and not _NUMBERED.search(name):
            return kind
    if _are_names(name, words):
        return "name"
    changed = int((mask(words) != words).sum())
    is_text = words.str.len_chars().max() or 0
    if not _NUMBERED.search(name) and changed >= _SOME and int(str(is_text)) > 18:
        return "numbers in text"
    return ""


def _are_names(name: str, words: pl.Series) -> bool:
    short = words.str.contains(r"^[\x{4e00}-\x{9fff}·]{2,4}(先生|女士)?$")
    surname = words.str.slice(0, 1).is_in(list(_SURNAMES))
    fits = int((short & surname).sum())
    if _NAMES.search(name):
        return fits >= 0.3 * words.len() or not words.str.contains(r"[\x{4e00}-\x{9fff}]").any()
    return words.len() >= 20 and fits >= 0.9 * words.len()
