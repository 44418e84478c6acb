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
    "recut": (
        "{days}起区划重新划分,前后不可直接比较",
        "areas were cut anew on {days}: before and after are not comparable",
    ),
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
    # what the control page brings about on a wall
    "wall.pinned": ("已固定", "pinned"),
    "wall.frozen": ("画面已定格 数据截至{at}", "frozen, data of {at}"),
    "alarm.alarm": ("物联告警", "Device alarm"),
    "alarm.emergency": ("突发事件", "Emergency"),
    "alarm.case": ("紧急工单", "Urgent case"),
    "alarm.where": ("地点", "Where"),
    "alarm.when": ("时间", "When"),
    "alarm.why": ("告警原因", "Why"),
    "alarm.nowhere": ("地点未归属", "place unknown"),
    "alarm.resumes": ("{n} 秒后恢复轮播", "back in {n} s"),
    "alarm.acknowledge": ("按任意键或触屏确认", "press any key or touch to acknowledge"),
    "alarm.more": ("另有 {n} 条待播", "{n} more waiting"),
    "spot.title": ("指标聚焦", "In focus"),
    "spot.year": ("同比 {change}", "{change} on the year before"),
    "spot.before": ("环比 {change}", "{change} on the day before"),
    "spot.days": ("近30天", "last 30 days"),
    # the control page
    "walls.title": ("大屏管理", "Walls"),
    "walls.connected": ("在线大屏", "Connected walls"),
    "walls.none": (
        "暂无大屏在线。在大屏上打开首页或专用链接,几秒内会出现在这里。",
        "No wall is connected. Open the wall or a kiosk link on a screen; it shows here.",
    ),
    "walls.head": (
        "大屏|场景|区域|分辨率|数据版本|状态|最近心跳",
        "Wall|Scene|Area|Size|Data version|State|Last heard",
    ),
    "walls.unnamed": ("未命名 {id}", "unnamed {id}"),
    "walls.all": ("全部大屏", "All walls"),
    "walls.target": ("控制对象", "Acting on"),
    "walls.whole": ("全域", "whole city"),
    "walls.online": ("正常", "live"),
    "walls.away": ("失联", "away"),
    "walls.pinned": ("已固定", "pinned"),
    "walls.frozen": ("已定格", "frozen"),
    "walls.dim": ("夜间调光", "dimmed"),
    "walls.spot": ("聚焦", "in focus"),
    "walls.alarm": ("告警中", "alarm"),
    "walls.waiting": ("等待生效", "on its way"),
    "walls.seconds": ("{n}秒前", "{n} s ago"),
    "walls.show": ("切换画面", "Show"),
    "walls.scene": ("场景", "Scene"),
    "walls.area": ("区域", "Area"),
    "walls.keep": ("保持当前场景", "keep the scene"),
    "walls.send": ("发送", "Send"),
    "walls.hold": ("固定与定格", "Hold"),
    "walls.hold_note": (
        "固定:停止轮播。定格:数值不再变化,大屏上会注明。",
        "Pinned: the tour stands still. Frozen: the values too, and the wall says so.",
    ),
    "walls.pin": ("固定", "Pin"),
    "walls.unpin": ("恢复轮播", "Unpin"),
    "walls.freeze": ("定格", "Freeze"),
    "walls.thaw": ("恢复更新", "Thaw"),
    "walls.focus": ("指标聚焦", "Spotlight"),
    "walls.indicator": ("指标", "Indicator"),
    "walls.spotlight": ("上屏", "Put up"),
    "walls.take_down": ("撤下", "Take down"),
    "walls.night": ("夜间与告警", "Night and alarms"),
    "walls.dim_on": ("调暗", "Dim"),
    "walls.dim_off": ("恢复亮度", "Full light"),
    "walls.acknowledge": ("确认告警", "Acknowledge alarm"),
    "walls.told": ("已通知 {n} 块大屏", "{n} walls were told"),
    "walls.told_none": ("没有大屏收到:当前没有在线的大屏", "Nobody was told: no wall is connected"),
    "walls.no_alarm": ("当前没有告警需要确认", "There is no alarm to acknowledge"),
    "walls.choose_indicator": ("请先选择指标", "Choose an indicator first"),
    "walls.choose_scene": ("请先选择场景或区域", "Choose a scene or an area first"),
    "walls.links": ("大屏专用链接", "Kiosk links"),
    "walls.links_note": (
        "在大屏主机上打开一次即可,免登录,只读,可设期限,可随时吊销。一块屏一条链接。",
        "Opened once on the wall's machine: no login, read only, may end, can be taken back. "
        "One link for each screen.",
    ),
    "walls.links_head": ("名称|范围|创建|到期|状态|编号", "Name|Scope|Made|Ends|State|Id"),
    "walls.links_none": ("还没有专用链接。", "There are no links yet."),
    "walls.search": ("搜索", "Search"),
    "walls.none_found": ("没有匹配项", "nothing found"),
    "walls.name": ("名称", "Name"),
    "walls.name_hint": ("如 一楼大厅", "such as lobby"),
    "walls.scope": ("可见范围", "Scope"),
    "walls.days": ("有效天数(0 为长期)", "Days (0: no end)"),
    "walls.make": ("生成链接", "Make a link"),
    "walls.made": (
        "“{name}”的链接已生成,只显示这一次,请复制到大屏主机:",
        "The link for “{name}” is shown only this once; copy it to the wall's machine:",
    ),
    "walls.copy": ("复制", "Copy"),
    "walls.revoke": ("吊销", "Take back"),
    "walls.which": ("选择要吊销的链接", "link to take back"),
    "walls.revoked": ("已吊销,该屏数秒内停止显示", "Taken back: that screen stops in seconds"),
    "walls.valid": ("有效", "valid"),
    "walls.ended": ("已到期", "ended"),
    "walls.taken_back": ("已吊销", "taken back"),
    "walls.forever": ("长期", "no end"),
    # a kiosk link that does not hold
    "kiosk.title": ("此屏无法显示", "This screen cannot be shown"),
    "kiosk.closed": ("此页不对大屏开放", "This page is not for a wall"),
    "kiosk.forged": (
        "链接无效:不是本系统签发,或已被改动。请向管理员索取新的大屏链接。",
        "The link was not made here, or was changed. Ask for a new one.",
    ),
    "kiosk.expired": (
        "链接已到期。请向管理员索取新的大屏链接。", "The link has ended. Ask for a new one.",
    ),
    "kiosk.revoked": (
        "链接已被吊销。请向管理员索取新的大屏链接。", "The link was taken back. Ask for a new one.",
    ),
    "kiosk.outside": (
        "大屏链接只能查看大屏,不能打开其他页面。在本机办公请先打开 /?kiosk=off。",
        "A kiosk link opens the wall and nothing else. To work on this machine, open /?kiosk=off.",
    ),
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
