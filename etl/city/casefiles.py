"""How each source prints its cases: column names, codes, time formats, words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from etl.city.cases import MOMENTS
from etl.city.dirt import Soil
from etl.city.world import World
from etl.coordinates import wgs84_to_gcj02

_DASHED, _SLASHED = "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"
_MINUTES, _ISO, _CHINESE = "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y年%m月%d日 %H:%M"

_ROADS = (
    *("金兴路", "永安路", "市心北街", "育才弄", "湘河路", "通文路", "萧然里", "东湾街"),
    *("南桥路", "西塘路", "建业路", "振宁街", "工人里", "和平路", "风情街", "新农路"),
)
_LEVELS = ("网格", "村社", "镇街", "区级")
_URGENCY = ("一般", "紧急", "特急")
_RATINGS = ("非常满意", "满意", "基本满意", "一般", "不满意", "非常不满意")
_MOOD = (0.46, 0.84, 0.935, 0.962, 0.99)
_MOOD_LATE = (0.22, 0.52, 0.7, 0.8, 0.93)
_APPEALS = (
    ("咨询", 0.12),
    ("求助", 0.3),
    ("投诉", 0.85),
    ("举报", 0.93),
    ("建议", 0.98),
    ("表扬", 1),
)
_HOTLINE_WORDS = {"街面秩序": "市容秩序", "噪声污染": "噪音扰民"}
_FOUND_BY = ("监督员上报", "视频AI", "公众举报", "12319热线")


def known_at(truth: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return the cases as a system knew them: later moments are null, ``updated`` is the last."""
    later = [pl.when(pl.col(name) <= as_of).then(pl.col(name)).alias(name) for name in MOMENTS]
    frame = truth.filter(pl.col("received") <= as_of).with_columns(later)
    return frame.with_columns(
        updated=pl.max_horizontal(MOMENTS),
        due=pl.when(pl.col("void") == 0).then(pl.col("due")),
        returns=pl.when(pl.col("signed").is_not_null()).then(pl.col("returns")).otherwise(0),
        rework=pl.when(pl.col("closed").is_not_null()).then(pl.col("rework")).otherwise(0),
        urges=pl.when(pl.col("signed").is_not_null()).then(pl.col("urges")).otherwise(0),
    ).sort("received", "case_no")


def _clock(name: str, form: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name), time_unit="s").dt.strftime(form).fill_null("")


def _before(form: str) -> pl.Expr:
    return pl.from_epoch(pl.col("received") - 26 * 3600, time_unit="s").dt.strftime(form)


def _words(words: Sequence[str], numbers: pl.Series) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(numbers)


def _yes(condition: pl.Expr, no: str = "否") -> pl.Expr:
    return pl.when(condition).then(pl.lit("是")).otherwise(pl.lit(no))


def _status(steps: Sequence[tuple[str, str]], void: str, first: str) -> pl.Expr:
    """Return the words of the furthest step taken; ``steps`` go from the last to the first."""
    status = pl.lit(first)
    for moment, words in reversed(steps):
        status = pl.when(pl.col(moment).is_not_null()).then(pl.lit(words)).otherwise(status)
    return pl.when(pl.col("void") == 1).then(pl.lit(void)).otherwise(status)


def _office(name: str) -> str:
    if name.endswith("街道"):
        return name + "办事处"
    return name + ("人民政府" if name.endswith("镇") else "管理委员会")


def _placed(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the cases with the words of place, class and unit beside the numbers."""
    ground, taxonomy = world.ground, world.taxonomy
    community = pl.Series(ground.community_of_grid).gather(frame["grid"])
    street_name = _words([name for _, name in ground.streets], frame["street"])
    community_name = _words([name for _, name in ground.communities], community)
    house = frame["grid"] % 37 * 12 + frame["address"] * 3 + 1
    road = _words(_ROADS, frame["grid"] % len(_ROADS))
    point = ground.addresses[frame["grid"].to_numpy(), frame["address"].to_numpy()]
    office = _words([_office(name) for _, name in ground.streets], frame["street"])
    unit = _words(taxonomy.departments, frame["minor"])
    return frame.with_columns(
        major=_words(taxonomy.majors, frame["minor"]),
        minor_name=_words(taxonomy.minors, frame["minor"]),
        title=community_name + _words(taxonomy.titles, frame["minor"]),
        street_name=street_name,
        community_code=_words([code for code, _ in ground.communities], community),
        community_name=community_name,
        grid_code=_words(ground.grids, frame["grid"]),
        place=street_name + community_name + road + house.cast(pl.String) + "号",
        lon=pl.Series(point[:, 0]), lat=pl.Series(point[:, 1]),
        office=office,
        mediators=community_name + "人民调解委员会",
        unit=unit,
        urgency=_words(_URGENCY, frame["urgency"]),
        token="T" + frame["caller"].cast(pl.String).str.zfill(9),
    ).with_columns(
        unit=pl.when(pl.col("unit") == "镇街").then(pl.col("office"))
        .when(pl.col("unit") == "村社").then(pl.col("mediators"))
        .otherwise(pl.col("unit"))
    )  # fmt: skip


def _rating() -> pl.Expr:
    """Return the rating of a follow-up that was answered, else an empty text."""
    words = pl.lit(_RATINGS[-1])
    for word, usual, late in reversed(list(zip(_RATINGS[:-1], _MOOD, _MOOD_LATE, strict=True))):
        edge = pl.when(pl.col("late") == 1).then(late).otherwise(usual)
        words = pl.when(pl.col("mood") < edge).then(pl.lit(word)).otherwise(words)
    return pl.when(_answered()).then(words).otherwise(pl.lit(""))


def _answered() -> pl.Expr:
    return pl.col("visited").is_not_null() & (pl.col("answer") < 0.76)


def hotline_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return the 12345 export: GCJ-02 points, two class names of its own."""
    frame = _placed(world, known)
    lon, lat = wgs84_to_gcj02(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    appeal = pl.lit("")
    for word, edge in reversed(_APPEALS):
        appeal = pl.when(pl.col("kind") < edge).then(pl.lit(word)).otherwise(appeal)
    steps = (("closed", "已办结"), ("disposed", "待审核"), ("signed", "办理中"),
             ("dispatched", "待签收"), ("accepted", "待派单"))  # fmt: skip
    visit = (
        pl.when(_answered()).then(pl.lit("已评"))
        .when(pl.col("visited").is_not_null() & (pl.col("answer") < 0.92)).then(pl.lit("未接通"))
        .when(pl.col("visited").is_not_null()).then(pl.lit("拒访"))
        .when(pl.col("closed").is_not_null()).then(pl.lit("未到期"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    solved = pl.col("mood") < pl.when(pl.col("late") == 1).then(0.72).otherwise(0.945)
    return frame.select(
        pl.col("case_no").alias("工单编号"),
        *_times(_DASHED, {
            "来电时间": "received", "受理时间": "accepted", "派单时间": "dispatched",
            "签收时间": "signed", "反馈时间": "disposed", "办结时间": "closed",
            "回访时间": "visited", "截止时间": "due", "更新时间": "updated",
        }),
        appeal.alias("诉求类型"),
        pl.col("major").replace(_HOTLINE_WORDS).alias("一级分类"),
        pl.col("minor_name").alias("二级分类"), pl.col("urgency").alias("紧急程度"),
        pl.col("unit").alias("承办单位"), _status(steps, "不予受理", "待受理").alias("状态"),
        _rating().alias("满意度"), visit.alias("回访状态"),
        pl.when(_answered()).then(_yes(solved)).otherwise(pl.lit("")).alias("是否解决"),
        _count("returns", "退单次数"), _count("urges", "催办次数"),
        *_closing_marks(),
        _yes(pl.col("repeat") == 1).alias("是否重复"), pl.col("token").alias("来电号码"),
        pl.col("title").alias("标题"), pl.col("place").alias("地址"),
        pl.col("street_name").alias("所属镇街"),
        _degrees(lon, "经度"), _degrees(lat, "纬度"), _before(_DASHED).alias("_before"),
    )  # fmt: skip


def _chance(column: str, turn: int) -> pl.Expr:
    """Return evenly spread numbers below 1 that look independent of the column they are made of."""
    return (pl.col(column) * turn) % 1


def _closing_marks() -> list[pl.Expr]:
    """Return what the eight steps leave behind: first contact, hold, redo, notice, archive."""
    dispatched, signed, closed = (
        pl.col(name).is_not_null() for name in ("dispatched", "signed", "closed")
    )
    minutes = ((pl.col("signed") - pl.col("dispatched")) // 60 + 1).cast(pl.String)
    steps = pl.when(_chance("mood", 983) < 0.986).then(pl.lit("8")).otherwise(pl.lit("7"))
    unhappy = _rating().is_in(_RATINGS[-2:])
    return [
        pl.when(signed & (_chance("kind", 977) < 0.998)).then(minutes).otherwise(pl.lit(""))
        .alias("响应分钟"),
        pl.when(dispatched).then(_yes(_chance("answer", 991) < 0.012)).otherwise(pl.lit(""))
        .alias("是否缓办"),
        _yes(_chance("kind", 1009) < 0.012).alias("领导批示"),
        pl.when(unhappy).then(_yes(_chance("answer", 1013) < 0.94)).otherwise(pl.lit(""))
        .alias("是否重办"),
        pl.when(closed).then(_yes(_chance("mood", 1019) < 0.968)).otherwise(pl.lit(""))
        .alias("是否公示"),
        pl.when(closed).then(_yes(_chance("mood", 1021) < 0.991)).otherwise(pl.lit(""))
        .alias("是否归档"),
        pl.when(closed).then(steps).otherwise(pl.lit("")).alias("闭环环节"),
    ]  # fmt: skip


_CITY_WORDS = ("市容环境", "街面秩序", "市政设施", "施工管理", "园林绿化", "违法建设")
_WRITTEN = ("微信小程序", "微信公众号", "区长信箱", "书记信箱", "人民网", "微博", "12318")
_CULTURE = ("网吧接纳未成年人", "演出票务纠纷", "无证经营出版物")


def public_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return what people write: city matters go to 12319, the rest where they like."""
    frame = _placed(world, known)
    spread = (frame["kind"] * 20).cast(pl.Int64).replace_strict(
        dict(enumerate((0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6))))  # fmt: skip
    frame = frame.with_columns(entrance=_words(_WRITTEN, spread)).with_columns(
        entrance=pl.when(pl.col("major").is_in(_CITY_WORDS) & (pl.col("kind") < 0.62))
        .then(pl.lit("12319")).otherwise(pl.col("entrance"))
    )  # fmt: skip
    culture = pl.col("entrance") == "12318"
    matter = _words(_CULTURE, frame["address"] % 3)
    rated = hotline_rows(world, known).select(
        "诉求类型", "承办单位", "状态", "满意度", "回访状态", "是否解决", "退单次数", "是否重复",
        "响应分钟", "是否缓办", "是否重办", "是否公示", "是否归档", "闭环环节",
    )  # fmt: skip
    own = frame.select(
        pl.col("case_no").alias("诉求编号"),
        *_times(_DASHED, {
            "提交时间": "received", "受理时间": "accepted", "派单时间": "dispatched",
            "签收时间": "signed", "反馈时间": "disposed", "办结时间": "closed",
            "回访时间": "visited", "截止时间": "due", "更新时间": "updated",
        }),
        pl.col("entrance").alias("来源渠道"),
        pl.when(culture).then(pl.lit("文化市场")).otherwise(pl.col("major")).alias("大类"),
        pl.when(culture).then(matter).otherwise(pl.col("minor_name")).alias("小类"),
        pl.col("urgency").alias("紧急程度"),
        _yes(pl.col("entrance").str.ends_with("信箱") & (_chance("kind", 1009) < 0.6))
        .alias("领导批示"),
        pl.col("token").alias("提交人标识"),
        pl.when(culture).then(pl.col("community_name") + matter).otherwise(pl.col("title"))
        .alias("内容摘要"),
        pl.col("place").alias("地址"), pl.col("grid_code").alias("网格编码"),
        _before(_DASHED).alias("_before"),
    )  # fmt: skip
    return pl.concat([own, rated], how="horizontal")


def _times(form: str, columns: dict[str, str]) -> list[pl.Expr]:
    return [_clock(moment, form).alias(name) for name, moment in columns.items()]


def _count(column: str, name: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).alias(name)


def _degrees(values: np.ndarray[tuple[int], np.dtype[np.float64]], name: str) -> pl.Series:
    return pl.Series(name, values).round(6).cast(pl.String)


def police_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return the export of 110 calls that are no police matter."""
    frame = _placed(world, known)
    steps = (("closed", "已办结"), ("disposed", "已反馈"), ("signed", "办理中"),
             ("dispatched", "已转办"), ("accepted", "已分流"))  # fmt: skip
    return frame.select(
        pl.col("case_no").alias("警情编号"),
        *_times(_SLASHED, {
            "报警时间": "received", "分流时间": "accepted", "转办时间": "dispatched",
            "签收时间": "signed", "反馈时间": "disposed", "办结时间": "closed",
            "办理期限": "due", "更新时间": "updated",
        }),
        pl.col("major").alias("警情大类"), pl.col("minor_name").alias("警情小类"),
        pl.col("urgency").alias("紧急程度"), pl.col("unit").alias("转办单位"),
        _status(steps, "作废", "新接警").alias("办理状态"), _rating().alias("回访评价"),
        _count("returns", "退回次数"), pl.col("token").alias("报警人标识"),
        pl.col("title").alias("警情摘要"), pl.col("place").alias("发生地址"),
        _degrees(frame["lon"].to_numpy(), "经度"), _degrees(frame["lat"].to_numpy(), "纬度"),
        _before(_SLASHED).alias("_before"),
    )  # fmt: skip


def urban_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return the export of urban management: placed by grid code, minutes only, no points."""
    frame = _placed(world, known)
    steps = (("closed", "已结案"), ("disposed", "待核查"), ("signed", "处置中"),
             ("dispatched", "已派遣"), ("accepted", "已立案"))  # fmt: skip
    found = _words(_FOUND_BY, (frame["kind"] * 10).cast(pl.Int64).replace_strict(
        dict(enumerate((0, 0, 0, 0, 0, 0, 1, 1, 2, 3)))))  # fmt: skip
    check = (pl.col("disposed") + (pl.col("closed") - pl.col("disposed")) // 2).alias("checked")
    return frame.with_columns(check).select(
        pl.col("case_no").alias("案件编号"),
        *_times(_MINUTES, {
            "上报时间": "received", "立案时间": "accepted", "派遣时间": "dispatched",
            "处置完成时间": "disposed", "核查时间": "checked", "结案时间": "closed",
            "处置截止时间": "due", "更新时间": "updated",
        }),
        found.alias("问题来源"), pl.col("major").alias("大类名称"),
        pl.col("minor_name").alias("小类名称"), pl.col("urgency").alias("紧急程度"),
        pl.col("unit").alias("处置部门"), _status(steps, "不予立案", "待立案").alias("案件状态"),
        _yes(pl.col("on_spot") == 1).alias("自行处置"), _count("rework", "返工次数"),
        *_handling_marks(),
        pl.col("grid_code").alias("网格编码"), pl.col("community_name").alias("所属村社"),
        pl.col("title").alias("问题描述"), _before(_MINUTES).alias("_before"),
    )  # fmt: skip


def _handling_marks() -> list[pl.Expr]:
    """Return how an order went: sent elsewhere, put off, held, done by several units."""

    def mark(column: str, turn: int, share: float) -> pl.Expr:
        hit = pl.col("dispatched").is_not_null() & (_chance(column, turn) < share)
        return pl.when(hit).then(pl.lit("1")).otherwise(pl.lit("0"))

    return [
        mark("kind", 977, 0.034).alias("改派次数"),
        mark("answer", 983, 0.031).alias("延期次数"),
        mark("answer", 991, 0.012).alias("缓办次数"),
        mark("mood", 997, 0.07).alias("协办单位数"),
    ]


def patrol_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return what grid workers report; most of it they settle themselves."""
    frame = _placed(world, known)
    level = pl.when(pl.col("on_spot") == 1).then(0).otherwise(pl.max_horizontal("level", pl.lit(1)))
    steps = (("closed", "已办结"), ("disposed", "待核验"), ("signed", "处置中"),
             ("dispatched", "已流转"), ("accepted", "已受理"))  # fmt: skip
    frame = frame.with_columns(level=level)
    kinds = {"安全隐患": "隐患", "矛盾纠纷": "矛盾纠纷"}
    return frame.select(
        pl.col("case_no").alias("eventNo"),
        *_times(_ISO, {
            "reportTime": "received", "acceptTime": "accepted", "dispatchTime": "dispatched",
            "signTime": "signed", "disposeTime": "disposed", "closeTime": "closed",
            "deadline": "due", "updateTime": "updated",
        }),
        pl.col("major").replace_strict(kinds, default="管理事项").alias("eventType"),
        pl.col("major").alias("majorClass"), pl.col("minor_name").alias("minorClass"),
        pl.col("urgency"),
        pl.when(pl.col("level") == 3).then(pl.col("unit")).otherwise(pl.col("office"))
        .alias("handleUnit"),
        _words(_LEVELS, frame["level"]).alias("handleLevel"),
        _status(steps, "作废", "已上报").alias("status"), _count("on_spot", "selfHandled"),
        _count("returns", "returnTimes"), pl.col("grid_code").alias("gridCode"),
        ("W" + pl.col("grid_code").str.slice(6)).alias("workerId"),
        pl.col("title").alias("description"), _before(_ISO).alias("_before"),
    )  # fmt: skip


def mediation_rows(world: World, known: pl.DataFrame) -> pl.DataFrame:
    """Return the register of disputes, placed by community."""
    frame = _placed(world, known)
    settled = pl.col("mood") < 0.955
    status = (
        pl.when(pl.col("closed").is_not_null() & settled).then(pl.lit("化解成功"))
        .when(pl.col("closed").is_not_null()).then(pl.lit("化解未成功"))
        .when(pl.col("signed").is_not_null()).then(pl.lit("调解中"))
        .otherwise(pl.lit("待调解"))
    )  # fmt: skip
    done = pl.when(pl.col("closed").is_not_null()).then(_yes(settled)).otherwise(pl.lit(""))
    return frame.select(
        pl.col("case_no").alias("纠纷编号"),
        *_times(_CHINESE, {
            "登记时间": "received", "受理时间": "accepted", "启动调解时间": "signed",
            "调解结束时间": "disposed", "化解时间": "closed", "化解期限": "due",
            "更新时间": "updated",
        }),
        pl.col("minor_name").alias("纠纷类别"), pl.col("urgency").alias("紧急程度"),
        pl.col("unit").alias("调解组织"), _words(_LEVELS, frame["level"]).alias("化解层级"),
        status.alias("化解状态"), done.alias("是否化解成功"),
        _yes(pl.col("repeat") == 1).alias("是否反复"), pl.col("token").alias("申请人标识"),
        pl.col("community_code").alias("村社编码"), pl.col("community_name").alias("村社名称"),
        pl.col("title").alias("纠纷简述"), _before(_CHINESE).alias("_before"),
    )  # fmt: skip


ROWS: dict[str, Callable[[World, pl.DataFrame], pl.DataFrame]] = {
    "hotline": hotline_rows,
    "police": police_rows,
    "urban": urban_rows,
    "patrol": patrol_rows,
    "mediation": mediation_rows,
    "public": public_rows,
}

SOILS: dict[str, Soil] = {
    "hotline": Soil("工单编号", "来电时间", "办结时间", "_before", "", ("经度", "纬度"),
                    ("退单次数", "250")),
    "police": Soil("警情编号", "报警时间", "办结时间", "_before", "", ("经度", "纬度"),
                   ("退回次数", "-3")),
    "urban": Soil("案件编号", "上报时间", "结案时间", "_before", "网格编码", None,
                  ("返工次数", "999")),
    "patrol": Soil("eventNo", "reportTime", "closeTime", "_before", "gridCode", None,
                   ("returnTimes", "120")),
    "mediation": Soil("纠纷编号", "登记时间", "化解时间", "_before", "村社编码"),
    "public": Soil("诉求编号", "提交时间", "办结时间", "_before", "网格编码", None,
                   ("退单次数", "-1")),
}  # fmt: skip
