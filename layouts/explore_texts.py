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
COPY_TABLE = "复制"
COPIED = "已复制"
SWIPE = "‹ 左右滑动表格,可见其余各列 ›"
PLACED = "{count} 件有坐标"
PLACED_OF = "最近 {count} 件,共 {total} 件有坐标"
LAYER = "地图图层"
LAYERS: tuple[tuple[str, str], ...] = (("", "点位"), ("heat", "热力"))
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
CALENDAR = "近{weeks}周日历"
OVER = "{value}{unit}以上"
DISTRIBUTION = "分布"
DISTRIBUTION_NOTE = "共 {count} 条,虚线为中位数与第90百分位"
RELATED = "相关指标"
MADE_OF, PART_OF, SAME_ROWS, SAME_DOMAIN = "由其组成", "组成", "同一批记录", "同领域"
BROKEN_DOWN = "各维度构成"
PREVIOUS_WINDOW = "环比窗口"
DISSOLVED = "{name}已于{day}撤并,这一时段没有这个区域。可看上级区域:"
NOT_YET = "{name}自{day}起设立,这一时段还没有这个区域。可看上级区域:"
WHOLE_LIST = "全部 {count} 条 CSV"
STANDING = "当前在办个案"
STANDING_NOTE = "{name}最新{count}件,共{total}件"
DEADLINE = "距办结期限"
RANK_AMONG = "同级位次"
RANK_OF = "{rank}(共{count})"
RANK_NOTE = "在上级区域的同级区域中,按数值从大到小的位次;数值相同者同一位次"
LIGHTS_BY_DOMAIN = "各领域状态"
