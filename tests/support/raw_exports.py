"""What the columns of the demo city's source files mean, written down without the source specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Export:
    """What the columns of one source mean.

    Attributes:
        key: columns that say which row it is.
        times: meaning -> column.
        words: meaning -> column, taken as they stand.
        numbers: meaning -> (column, smallest, largest); a reading outside is kept, but not good.
        fixed: meaning -> what holds for every row.
        void: words of ``status`` that say the row does not count.
        point: columns of longitude and latitude.
        codes: columns with an area code.
        named: (column, level) of an area's name.
    """

    shape: str
    key: tuple[str, ...]
    times: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    void: tuple[str, ...] = ()
    point: tuple[str, str] | None = None
    is_gcj: bool = False
    codes: tuple[str, ...] = ()
    named: tuple[str, str] | None = None


EXPORTS = {
    "hotline_12345": Export(
        "case", ("工单编号",),
        {"received": "来电时间", "accepted": "受理时间", "dispatched": "派单时间",
         "signed": "签收时间", "disposed": "反馈时间", "closed": "办结时间", "visited": "回访时间",
         "due": "截止时间", "updated": "更新时间"},
        {"status": "状态", "rating": "满意度", "repeat": "是否重复", "person": "来电号码",
         "resolved": "是否解决"},
        {"returns": ("退单次数", 0, 99), "urges": ("催办次数", 0, 99)},
        {"channel": "12345", "kind": "诉求"}, ("不予受理", "作废"), ("经度", "纬度"), is_gcj=True,
        named=("所属镇街", "street"),
    ),
    "police_110": Export(
        "case", ("警情编号",),
        {"received": "报警时间", "accepted": "分流时间", "dispatched": "转办时间",
         "signed": "签收时间", "disposed": "反馈时间", "closed": "办结时间", "due": "办理期限",
         "updated": "更新时间"},
        {"status": "办理状态", "rating": "回访评价", "person": "报警人标识"},
        {"returns": ("退回次数", 0, 99)},
        {"channel": "110非警务", "kind": "诉求"}, ("作废",), ("经度", "纬度"),
    ),
    "urban_management": Export(
        "case", ("案件编号",),
        {"received": "上报时间", "accepted": "立案时间", "dispatched": "派遣时间",
         "disposed": "处置完成时间", "closed": "结案时间", "due": "处置截止时间",
         "updated": "更新时间"},
        {"status": "案件状态"}, {"rework": ("返工次数", 0, 99)},
        {"channel": "智慧城管", "kind": "管理事项"}, ("不予立案", "作废"), codes=("网格编码",),
        named=("所属村社", "community"),
    ),
    "grid_patrol": Export(
        "case", ("eventNo",),
        {"received": "reportTime", "accepted": "acceptTime", "dispatched": "dispatchTime",
         "signed": "signTime", "disposed": "disposeTime", "closed": "closeTime",
         "due": "deadline", "updated": "updateTime"},
        {"status": "status", "kind": "eventType", "on_spot": "selfHandled"},
        {"returns": ("returnTimes", 0, 99)},
        {"channel": "网格巡查"}, ("作废",), codes=("gridCode",),
    ),
    "mediation": Export(
        "case", ("纠纷编号",),
        {"received": "登记时间", "accepted": "受理时间", "signed": "启动调解时间",
         "disposed": "调解结束时间", "closed": "化解时间", "due": "化解期限",
         "updated": "更新时间"},
        {"status": "化解状态", "resolved": "是否化解成功", "person": "申请人标识"},
        fixed={"channel": "矛盾调处", "kind": "矛盾纠纷"}, codes=("村社编码",),
        named=("村社名称", "community"),
    ),
    "public_channels": Export(
        "case", ("诉求编号",),
        {"received": "提交时间", "accepted": "受理时间", "dispatched": "派单时间",
         "signed": "签收时间", "disposed": "反馈时间", "closed": "办结时间", "visited": "回访时间",
         "due": "截止时间", "updated": "更新时间"},
        {"channel": "来源渠道", "status": "状态", "rating": "满意度", "repeat": "是否重复",
         "person": "提交人标识", "resolved": "是否解决"},
        {"returns": ("退单次数", 0, 99)}, {"kind": "诉求"}, ("不予受理", "作废"),
        codes=("网格编码",),
    ),
    "hotline_calls": Export(
        "event", ("通话编号",), {"at": "呼入时间", "ended": "结束时间"}, {"result": "接通结果"},
        {"value": ("等待秒数", 0, 3600)}, {"kind": "call"},
    ),
    "patrols": Export(
        "event", ("patrolNo",), {"at": "startTime", "ended": "endTime"}, {"who": "workerId"},
        {"value": ("distanceKm", 0, 60)}, {"kind": "patrol"}, codes=("gridCode",),
    ),
    "iot_alarms": Export(
        "event", ("alarmNo",),
        {"at": "alarmTime", "ended": "handleTime", "updated": "updateTime"},
        {"result": "verdict", "who": "deviceId"}, {"value": ("peakValue", 0, 5000)},
        {"kind": "alarm"}, point=("lon", "lat"),
    ),
    "emergency": Export(
        "event", ("事件编号",), {"at": "接报时间", "ended": "处置结束时间", "updated": "更新时间"},
        {"result": "处置结果", "arrive_s": "arrive_s"}, {"value": ("响应秒数", 0, 7200)},
        {"kind": "emergency"}, point=("经度", "纬度"),
    ),
    "iot_readings": Export(
        "reading", ("device_id", "metric", "collect_time"),
        {"at": "collect_time", "updated": "receive_time"}, {"metric": "metric"},
        {"value": ("value", -50, 1000)}, point=("lon", "lat"),
    ),
    "case_steps": Export(
        "event", ("stepNo",), {"at": "startTime", "ended": "endTime", "updated": "updateTime"},
        {"kind": "stepType", "result": "result", "who": "caseNo"},
        {"value": ("reportMinutes", 0, 100_000)}, codes=("gridCode",),
    ),
    "police_incidents": Export(
        "event", ("接警编号",), {"at": "接警时间", "ended": "处警结束时间"}, {"result": "处理结果"},
        {"value": ("到场分钟", 0, 600)}, {"kind": "police"}, codes=("村社编码",),
    ),
    "petitions": Export(
        "event", ("登记编号",), {"at": "登记时间", "ended": "答复时间", "updated": "更新时间"},
        {"result": "办理状态", "repeat": "是否重复"}, fixed={"kind": "petition"},
        codes=("镇街编码",),
    ),
    "daily_reports": Export(
        "event", ("日期", "报表", "填报单位"), {"at": "日期"}, {"kind": "报表"},
        {"value": ("主数", 0, 5_000_000)}, codes=("区划编码",),
    ),
    "community_activities": Export(
        "event", ("activityNo",), {"at": "startTime", "ended": "endTime"},
        {"kind": "activityType", "result": "result", "who": "person"}, codes=("gridCode",),
    ),
    "platform_registers": Export(
        "snapshot", ("统计日期", "台账", "区划编码"), {"at": "统计日期"}, {"register": "台账"},
        {"value": ("数量", 0, 5_000_000)}, codes=("区划编码",),
    ),
    "registers": Export(
        "snapshot", ("统计日期", "台账", "类别", "区划编码"), {"at": "统计日期"},
        {"register": "台账"}, {"value": ("数量", 0, 5_000_000)}, codes=("区划编码",),
    ),
    "device_status": Export(
        "snapshot", ("日期", "项目", "设备类别", "镇街编码"), {"at": "日期"},
        {"register": "项目"}, {"value": ("数量", 0, 1_000_000)}, codes=("镇街编码",),
    ),
    "service_events": Export(
        "event", ("编号",), {"at": "发生时间", "ended": "结束时间", "updated": "更新时间"},
        {"kind": "事项", "result": "结果", "who": "对象编号"},
        {"value": ("数值", 0, 10_000_000)}, codes=("区划编码",),
    ),
    "affairs": Export(
        "case", ("办件编号",),
        {"received": "申请时间", "accepted": "申请时间", "closed": "办结时间",
         "visited": "评价时间", "due": "承诺时限", "updated": "更新时间"},
        {"status": "办理状态", "rating": "评价", "kind": "事项类型", "channel": "渠道"},
        codes=("村社编码",),
    ),
    "iot_readings_more": Export(
        "reading", ("device_id", "metric", "collect_time"),
        {"at": "collect_time", "updated": "receive_time"}, {"metric": "metric"},
        {"value": ("value", 0, 4000)}, point=("lon", "lat"),
    ),
    "ledgers": Export(
        "snapshot", ("统计日期", "台账", "类别", "区划编码"), {"at": "统计日期"},
        {"register": "台账"}, {"value": ("数量", 0, 50_000_000)}, codes=("区划编码",),
    ),
}  # fmt: skip
