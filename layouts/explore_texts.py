"""The Chinese words of the explorer: search, filters, periods, exports, hot spots."""

from __future__ import annotations

from collections.abc import Mapping

FIND = "查找区域或指标:名称、编码、拼音"
FIND_LABEL = "查找区域或指标"
NOTHING_FOUND = "没有相符的区域或指标"
KINDS: Mapping[str, str] = {"area": "区域", "indicator": "指标"}

ALL_OF = "全部{name}"
FILTERS = "按列筛选"
SEARCH_VALUES = "输入名称或拼音查找"
NO_VALUE_FOUND = "没有相符的值"
CLEAR = "清除全部筛选"
EARLIER, LATER = "‹ 前一期", "后一期 ›"
WINDOWS = "本期 {now} · 环比 {before} · 同比 {year}"

EXPORT = "导出"
WHOLE_LIST = "全部 {count} 条 CSV"
