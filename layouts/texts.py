"""Every word the interface says by itself, in Chinese and English, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Lang = Literal["zh", "en"]

TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType({
    # how values are written
    "change.none": ("持平", "±0"),
    "change.points": ("个百分点", " pp"),
    "duration.day": ("天", "d "),
    "duration.hour": ("小时", "h "),
    "duration.minute": ("分钟", "min "),
    "duration.second": ("秒", "s"),
    "age.never": ("从未", "never"),
    "age.now": ("刚刚", "just now"),
    "age.minutes": ("{n}分钟前", "{n} min ago"),
    "age.hours": ("{n}小时前", "{n} h ago"),
    "age.days": ("{n}天前", "{n} d ago"),
    "maturity": ("未满{n}天,尚在变动", "less than {n} days old, still changing"),
    "period.today": ("今日", "today"),
    "period.current": ("当前", "now"),
    "period.yesterday": ("昨日", "yesterday"),
    "period.week": ("{year}年第{n}周", "{year} week {n}"),
    "period.month": ("{year}年{n}月", "{year}-{n:02d}"),
    "period.quarter": ("{year}年第{n}季度", "{year} Q{n}"),
    "period.year": ("{year}年", "{year}"),
    "period.reporting_year": ("{year}报告年度", "reporting year {year}"),
    "period.last_days": ("近{n}天", "last {n} days"),
    # states of a number
    "state.missing": ("暂无数据", "no data"),
    "state.stale": ("数据延迟", "late data"),
    "state.failed": ("读取失败", "cannot be read"),
    "state.unasked": ("本级无此指标", "not available here"),
    "state.empty": ("没有记录", "nothing here"),
    "state.small": ("样本少", "small base"),
    "state.unknown": ("指标未定义", "unknown indicator"),
    "state.as_of": ("截至{at}", "as of {at}"),
    "state.feed_as_of": ("截至{at} {feed}", "as of {at}, {feed}"),
    "state.never_arrived": ("{feed} 尚无数据", "{feed}: nothing yet"),
    # the wall
    "wall.demo": ("演示数据", "demo data"),
    "wall.feeds_fresh": ("数据源", "feeds"),
    "wall.day_before": ("昨日全天 {value}", "yesterday {value}"),
    "wall.so_far": ("今日累计 截至{at}", "today, as of {at}"),
    "wall.whole_day": ("{period}全天 {date}", "{period}, {date}"),
    "wall.running": ("{period} 截至{at}", "{period}, as of {at}"),
    "wall.rule": (
        "口径:未标注者为昨日全天、环比前一日;“今日”为当日累计,不作环比",
        "Whole of yesterday against the day before; “today” is so far, without a comparison",
    ),
    "wall.rule_period": (
        "口径:未标注者为{period}、环比前一期;“今日”为当日累计,不作环比",
        "{period} against the period before; “today” is so far, without a comparison",
    ),
    "wall.scenes": ("场景", "Scenes"),
    "wall.tour": ("巡屏 {n}秒", "tour {n} s"),
    "wall.tour_paused": ("已暂停", "paused"),
    "wall.tour_hint": ("空格 暂停/继续 · ← → 切换", "space pauses · ← → step"),
    "wall.keys": (
        "← → 切换场景 · Home / End 首个 / 末个 · 空格 暂停/继续 · F 全屏"
        " · P 演示模式 · ? 显示/隐藏按键",
        "← → scenes · Home / End first / last · space pauses · F full screen"
        " · P presentation · ? shows these keys",
    ),
    "wall.others": ("其他", "others"),
    "wall.goal": ("目标{goal}", "goal {goal}"),
    "wall.stage_waiting": ("停留 {n}", "{n} here"),
    "wall.stage_unnamed": ("另有 {n} 件状态未列", "{n} with another status"),
    "wall.took": ("P{q} {value}", "P{q} {value}"),
    "wall.weekdays": ("一 二 三 四 五 六 日", "Mo Tu We Th Fr Sa Su"),
    "wall.why": ("口径与依据", "why this number"),
    "wall.legend_none": ("无数据", "no data"),
    "wall.unassigned": ("未归属 {value}", "unassigned {value}"),
    "wall.trend_now": ("近{n}天", "last {n} days"),
    "wall.trend_before": ("前{n}天", "{n} days before"),
    "wall.without_data": ("{n}个无数据", "{n} without data"),
    "wall.daily_mean": ("日均 {value}", "{value} a day"),
    "wall.page": ("{first}–{last} / {total}", "{first}–{last} of {total}"),
    "wall.events_none": ("近期无告警与紧急事件", "no alarms and no urgent events"),
    "wall.events_newest": ("最新{n}条", "newest {n}"),
    "wall.level_red": ("紧急", "urgent"),
    "wall.level_amber": ("关注", "watch"),
    "wall.level_info": ("一般", "info"),
    "wall.ticker": ("要情速报", "Briefly"),
    "wall.ticker_light": (
        "【{domain}】{name} {period}{value},{level}",
        "[{domain}] {name} {period} {value}, {level}",
    ),
    "wall.ticker_change": (
        "【{domain}】{name} {period}{value},较前一日{change}",
        "[{domain}] {name} {period} {value}, {change} on the day before",
    ),
    "wall.ticker_red": ("已达红色预警线", "beyond the red line"),
    "wall.ticker_amber": ("已达黄色预警线", "beyond the amber line"),
    "wall.ticker_feed": ("【数据】{feed} 更新延迟,截至{at}", "[data] {feed} is late, as of {at}"),
    "wall.feeds": ("数据更新", "Feeds"),
    "wall.lost": ("连接中断", "Connection lost"),
    "wall.failed": ("数据服务暂不可用", "The data service is not available"),
    "wall.shown_from": ("显示的是 {at} 的数据({age})", "shown is data of {at} ({age})"),
    "wall.loading": ("正在读取数据", "Reading the data"),
    "wall.indicative": ("示意", "indicative"),
})  # fmt: skip
"""Key -> (Chinese, English)."""

UNITS_EN: Mapping[str, str] = MappingProxyType({
    "件": "cases", "起": "events", "次": "times", "人": "people", "台": "devices", "家": "firms",
    "套": "homes", "个": "units", "分": "points", "指数": "index", "秒": "s", "分钟": "min",
    "小时": "h", "天": "days", "件/万人": "per 10k", "小时/km": "h/km",
})  # fmt: skip
"""The catalogue's units in English."""


def t(key: str, lang: Lang = "zh") -> str:
    """Return an interface text.

    Raises:
        KeyError: there is no such text.
    """
    chinese, english = TEXTS[key]
    return english if lang == "en" else chinese
