"""Why rows are set aside and what is noted on rows that are kept, with their wording."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType({
    "ragged_row": "这一行的列数与表头不一致",
    "bad_json": "这一行不是完整的 JSON 对象",
    "totals_row": "这一行是合计,不是明细",
    "skipped_by_spec": "数据源说明不要这类行",
    "float_key": "编号被表格软件改成了科学计数,末位已丢失,无法复原",
    "missing_key": "缺少标识这一行的编号",
    "bad_time": "不是能识别的时间",
    "missing_required": "必填项为空",
    "future_time": "时间在未来",
    "bad_number": "不是能识别的数字",
    "out_of_range": "数值超出允许范围",
    "bad_enum": "取值不在约定的词表里",
    "no_day_before": "是累计值,文件里没有更早的一天,无法还原当日数",
    "total_fell": "累计值比前一天小,又不在重新起算的日子",
})  # fmt: skip
"""Reason of quarantine -> sentence, in the order in which they are looked for."""

FLAGS: Mapping[str, str] = MappingProxyType({
    "closed_before_received": "办结早于受理",
    "order_violation": "各环节时间先后颠倒",
    "closed_without_disposed": "已办结而没有处置完成时间",
    "time_skew": "时间与接收时间或现在不符,时钟可能有误",
    "nonexistent_time": "夏令时换点时不存在的时间,未采用",
    "sentinel_time": "以占位日期表示无时间,按空处理",
    "clock_stands": "计时暂停中,暂无时限",
    "no_limit": "立案条件没有对应的时限",
    "provisional_due": "时限涉及尚未公布节假日安排的年份,暂按一般规则推算",
    "sentinel": "以占位数值表示无数据,按空处理",
    "approximate_value": "原文为约数",
    "unmapped_value": "取值没有对应关系,归入未映射",
    "garbled_text": "文字在导出前已有乱码",
    "spun_text": "文字曾被转成繁体并夹注拼音,已还原",
    "days_between": "累计值隔了几天才再报,增量记在后一天",
    "bad_coordinates": "坐标不全或无法识别",
    "default_point": "坐标为零点或整数度,不可信,未采用",
    "swapped_point": "经纬度写反,已对调",
    "float_code": "区域编码被表格软件改成了科学计数,未采用",
    "unknown_place": "写明的地点不在区域表里",
    "outside": "坐标不在辖区之内",
})  # fmt: skip
"""Flag on a kept row -> sentence."""

QUALITIES: Mapping[str, str] = MappingProxyType({
    "missing": "没有读数",
    "range": "读数超出量程",
    "sentinel": "以占位数值表示无读数",
    "flat": "读数长时间不变",
})  # fmt: skip
"""What is wrong with a reading that is kept -> sentence."""

REPEATED = "与前面的一行完全相同"

UNMAPPED = "未映射"
TOLERANCE_SECONDS = 60
"""Clocks of two systems differ by this much without meaning anything."""
SKEW_SECONDS = 300
"""A moment further ahead of now than this is not believed."""
