"""Which column of a file probably fills which field: by name in two languages, and by content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from etl.profile import ColumnLook, Profile
from etl.spec import time_targets
from metrics.tables import Shape

_CASE_WORDS: Mapping[str, str] = MappingProxyType({
    "received_at": r"来电|接收|上报|发现|报案|登记|收件|received|opened|creat|report|request.*date",
    "accepted_at": r"受理|立案|accepted",
    "dispatched_at": r"派单|派遣|转派|交办|dispatch|assigned",
    "signed_at": r"签收|signed",
    "disposed_at": r"处置|处理完|disposed",
    "closed_at": r"办结|结案|关闭|完成|closed?([_. ]|$)|complet|resolved.*(at|date)",
    "visited_at": r"回访|visited",
    "due_at": r"截止|期限|到期|due|deadline",
    "updated_at": r"更新|修改|updated|modified|last.*chang",
    "category": r"^(一级|大)?(类别|分类|类型)$|大类|一级|诉求类|问题类|category|call_type|^type$",
    "subcategory": r"小类|细类|二级|三级|subcategory|request.?type|call_description|descriptor",
    "urgency": r"紧急|urgency|severity",
    "department": r"单位|部门|承办|主办|department|agency|yard|division",
    "status": r"状态|环节|^status$|case_status",
    "satisfaction": r"满意",
    "visit_state": r"回访(状态|结果)",
    "title": r"标题|主题|诉求内容|问题描述|内容|描述|title|summary|subject|detail",
    "address": r"地址|地点|位置$|address|location",
    "channel": r"来源|渠道|途径|入口|^source$|channel|priority_name|method",
})  # fmt: skip
_OTHER_WORDS: Mapping[str, str] = MappingProxyType({
    "category": r"类别|类型|分类|category|^type$",
    "department": r"单位|部门|department|agency",
})  # fmt: skip
_METRICS: Mapping[str, str] = MappingProxyType({
    "pm2.5": "pm25", "pm25": "pm25", "pm10": "pm10", "so2": "so2", "no2": "no2", "co": "co",
    "o3": "o3_1h", "噪声": "noise", "水位": "water_level", "油烟": "fume",
})  # fmt: skip
_DEVICE = r"设备|传感器|监测点|站点|测点|点位|device|sensor|station|detector"
_PARTS = (r"^(year|年份?)$", r"^(month|月份?)$", r"^(day|日期?|date)$", r"^(hour|小?时)$")
_SPEED = r"speed|车速|速度"


@dataclass(frozen=True)
class Mapped:
    """What a draft says about the columns of a file.

    Attributes:
        fact: case, event, reading or snapshot.
        why: how that was decided, in words.
        columns: target -> source column.
        metrics: wide column -> metric.
        time_parts: columns that together are the moment.
        doubts: target -> what a person has to decide.
    """

    fact: Shape
    why: str
    columns: dict[str, str]
    metrics: dict[str, str]
    time_parts: tuple[str, ...]
    doubts: dict[str, str]


def map_columns(profile: Profile, fact: Shape | None = None) -> Mapped:
    """Return what each column probably means.

    Args:
        profile: of the file.
        fact: given by a person; guessed when None.
    """
    parts = _time_parts(profile)
    placed = set(profile.points.columns) if profile.points else set()
    usable = [
        one
        for one in profile.columns
        if one.kind != "empty" and not one.personal and one.name not in parts
        and one.name not in placed and one.name != profile.sameness.origin
    ]  # fmt: skip
    times = [one for one in usable if one.kind == "time"]
    keyed = {name for key in profile.sameness.keys for name in key.columns if len(key.columns) == 1}
    measures = [one for one in usable if one.is_number and one.name not in keyed]
    why = "as asked for"
    if fact is None:
        fact, why = _fact(profile, usable, times, measures, has_parts=bool(parts))
    if fact == "case":
        return _case(profile, usable, times, why)
    if fact == "event":
        return _event(profile, usable, times, parts, why)
    if fact == "reading":
        return _reading(usable, times, measures, parts, why)
    return _snapshot(usable, times, measures, parts, why)


def _fact(
    profile: Profile, usable: list[ColumnLook], times: list[ColumnLook],
    measures: list[ColumnLook], *, has_parts: bool,
) -> tuple[Shape, str]:  # fmt: skip
    if not times and not has_parts:
        return "snapshot", "no column holds a moment, so this is a register"
    words = [one for one in usable if one.kind in ("text", "truth")]
    decimals = [one for one in measures if one.kind == "decimal"]
    has_device = any(re.search(_DEVICE, one.name, re.IGNORECASE) for one in usable)
    if len(times) + has_parts == 1 and decimals and (has_device or len(words) <= 2):
        return "reading", "one moment, measures, few words: readings of devices"
    single = [key for key in profile.sameness.keys if len(key.columns) == 1]
    kind = "moments and words" + (f", numbered by {single[0].columns[0]}" if single else "")
    return "case", f"{kind}: cases; if nothing is ever closed, it may be events"


def _time_parts(profile: Profile) -> tuple[str, ...]:
    """Return the columns year, month, day and perhaps hour, where time is written like that."""
    whole = [one.name for one in profile.columns if one.kind == "whole"]
    found = []
    for pattern in _PARTS:
        name = next((n for n in whole if re.search(pattern, n, re.IGNORECASE)), "")
        if not name:
            break
        found.append(name)
    return tuple(found) if len(found) >= 3 else ()


def _case(profile: Profile, usable: list[ColumnLook], times: list[ColumnLook], why: str) -> Mapped:
    columns: dict[str, str] = {}
    doubts: dict[str, str] = {}
    single = [key for key in profile.sameness.keys if len(key.columns) == 1]
    fit = [k for k in single if k.columns[0] not in {one.name for one in times}]
    if fit:
        columns["case_no"] = fit[0].columns[0]
        if fit[0].duplicates:
            doubts["case_no"] = (
                f"{fit[0].duplicates:,} rows have a number an earlier row has: "
                f"taken as the same case told again{_disagreeing(profile)}"
            )
    left = {one.name for one in usable} - set(columns.values())
    for target, pattern in _CASE_WORDS.items():
        wants_time = target in time_targets("case")
        names = [
            one.name
            for one in usable
            if one.name in left and (one.kind == "time") == wants_time
            and (wants_time or one.kind in ("text", "truth", "code"))
            and re.search(pattern, one.name, re.IGNORECASE)
        ]  # fmt: skip
        if names:
            columns[target] = names[0]
            left.discard(names[0])
    _first_moment(columns, times, doubts)
    return Mapped("case", why, columns, {}, (), doubts)


def _disagreeing(profile: Profile) -> str:
    found = sorted(profile.sameness.differing.items(), key=lambda item: -item[1])
    named = ", ".join(f"{name} ({n:,})" for name, n in found[:5])
    more = f" and {len(found) - 5} more columns" if len(found) > 5 else ""
    return f"; its rows disagree in {named}{more}" if named else "; they say the same"


def _first_moment(columns: dict[str, str], times: list[ColumnLook], doubts: dict[str, str]) -> None:
    """Every case needs the moment it was received, and rates go by when it was accepted."""
    if "received_at" not in columns and "accepted_at" in columns:
        columns["received_at"] = columns["accepted_at"]
    if "received_at" not in columns and times:
        taken = set(columns.values())
        free = [one.name for one in times if one.name not in taken] or [times[0].name]
        columns["received_at"] = free[0]
        doubts["received_at"] = "no name says so; it is the first column of moments"
    if "accepted_at" not in columns and "received_at" in columns:
        columns["accepted_at"] = columns["received_at"]
        doubts["accepted_at"] = "no column tells the acceptance: taken as accepted when received"


def _event(
    profile: Profile, usable: list[ColumnLook], times: list[ColumnLook],
    parts: tuple[str, ...], why: str,
) -> Mapped:  # fmt: skip
    columns = {"at": times[0].name} if times and not parts else {}
    single = [key.columns[0] for key in profile.sameness.keys if len(key.columns) == 1]
    if single:
        columns["event_no"] = single[0]
    columns |= _named(usable, columns)
    return Mapped("event", why, columns, {}, parts, {})


def _named(usable: list[ColumnLook], taken: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for target, pattern in _OTHER_WORDS.items():
        for one in usable:
            if one.kind == "text" and one.name not in taken.values() and re.search(
                pattern, one.name, re.IGNORECASE
            ):  # fmt: skip
                found.setdefault(target, one.name)
    return found


def _reading(
    usable: list[ColumnLook], times: list[ColumnLook], measures: list[ColumnLook],
    parts: tuple[str, ...], why: str,
) -> Mapped:  # fmt: skip
    columns = {"at": times[0].name} if times and not parts else {}
    doubts: dict[str, str] = {}
    others = [one for one in usable if one.kind in ("text", "code", "truth")]
    named = [one for one in others if re.search(_DEVICE, one.name, re.IGNORECASE)]
    device = next(iter(named or others), None)
    if device:
        columns["device"] = device.name
        if not named:
            doubts["device"] = "no name says so; it is the first column of words"
    metrics = {one.name: _metric(one.name) for one in measures}
    if len(metrics) == 1:
        columns["value"] = next(iter(metrics))
    return Mapped("reading", why, columns, metrics, parts, doubts)


def _metric(name: str) -> str:
    known = _METRICS.get(name.lower().strip())
    if known:
        return known
    if re.search(_SPEED, name, re.IGNORECASE):
        return "speed"
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or name


def _snapshot(
    usable: list[ColumnLook], times: list[ColumnLook], measures: list[ColumnLook],
    parts: tuple[str, ...], why: str,
) -> Mapped:  # fmt: skip
    columns = {"at": times[0].name} if times and not parts else {}
    doubts: dict[str, str] = {}
    stocks = [one for one in measures if re.search(r"数|量|人口|总|count|popul|total", one.name)]
    if stocks:
        columns["value"] = stocks[0].name
    columns |= _named(usable, columns)
    return Mapped("snapshot", why, columns, {}, parts, doubts)
