"""The Chinese words of one case: the eight steps, its deadline, its place."""

from __future__ import annotations

from collections.abc import Mapping

EIGHT_STEPS = "八步工作法"
STEPS = (
    "事项受理", "分类转办", "跟踪问效", "督促落实", "结果反馈", "评价打分", "信息公示", "归档销号",
)  # fmt: skip
STATES: Mapping[str, str] = {
    "waits": "尚未进行",
    "skipped": "未记录,已越过",
    "untold": "来源未提供",
}
SENT_TO = "转{unit}"
COUNTED: Mapping[str, str] = {
    "n_urge": "催办{count}次",
    "n_returns": "退单{count}次",
    "n_rework": "返工{count}次",
}
NO_DEADLINE = "来源未给出应办结时间。"
CLOSED_EARLY = "比应办结时间提前{gap}办结。"
CLOSED_LATE = "超过应办结时间{gap}后办结。"
OVERDUE = "已超过应办结时间{gap},仍未办结。"
LEFT = "距应办结时间还有{gap}。"
PLACE = "位置"
