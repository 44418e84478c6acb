"""Appeals, urban management and disputes, computed a second time by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tests.soundness.recompute import (
    ALL,
    APPEAL,
    CALL,
    DISPUTE,
    FOUND,
    IN_TIME,
    ORDER,
    VALID,
    Count,
    Different,
    Made,
    Mean,
    Outcome,
    Rank,
    Rate,
    Register,
    Rows,
    Total,
    within,
)

col = pl.col


@dataclass(frozen=True)
class Earlier:
    """How many rows there were so many days before the window."""

    shape: str
    time: str
    about: pl.Expr
    days: int

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        back = dt.timedelta(days=self.days)
        then = within(self.time, start - back, end - back)
        n = rows.some[self.shape].filter(self.about & then).height
        if not n and not rows.spoke(self.shape, self.about, start - back, end - back):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Standing:
    """What has come and not gone by the end of the window; it comes so many days after a time."""

    shape: str
    comes: str
    goes: str
    about: pl.Expr
    days: int = 0

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        there = col(self.comes).dt.date() <= end - dt.timedelta(days=self.days)
        gone = (col(self.goes).dt.date() <= end).fill_null(value=False)
        n = rows.some[self.shape].filter(self.about & there & ~gone).height
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Places:
    """How many different addresses, with the class where wanted, come up so often."""

    about: pl.Expr
    columns: tuple[str, ...]
    often: int = 1
    shape: str = "case"

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some["case"].filter(self.about & within("accepted_at", start, end))
        n = found.group_by(self.columns).len().filter(col("len") >= self.often).height
        if not n and not rows.spoke("case", self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


def said(key: str) -> pl.Expr:
    """Return what a source keeps beside the columns everybody has; empty where nothing."""
    value = pl.element().struct.field("value").filter(pl.element().struct.field("key") == key)
    return col("extra").list.eval(value).list.first().fill_null("")


def number(key: str) -> pl.Expr:
    return said(key).cast(pl.Float64, strict=False)


def text(name: str) -> pl.Expr:
    return col(name).fill_null("")


def seconds(start: str, end: str) -> pl.Expr:
    return col(end).dt.epoch("ms") // 1000 - col(start).dt.epoch("ms") // 1000


def in_order(start: str, end: str) -> pl.Expr:
    return col(end) >= col(start)


def in_seconds(start: str, end: str, limit: int) -> pl.Expr:
    return in_order(start, end) & (seconds(start, end) <= limit)


def share(
    time: str, about: pl.Expr, above: pl.Expr, below: pl.Expr = ALL, shape: str = "case"
) -> Rate:
    return Rate(shape, time, about, above, below)


HAPPY = text("satisfaction").is_in(["非常满意", "满意", "基本满意"])
UNHAPPY = text("satisfaction").is_in(["不满意", "非常不满意"])
RATED = text("satisfaction") != ""
CLOSED, LATE = col("closed_at").is_not_null(), ~IN_TIME
LEFT_OPEN = col("closed_at").is_null() | (col("closed_at") > col("due_at"))
TIMELY_SIGNED = in_seconds("dispatched_at", "signed_at", 4 * 3600)
AT_PLACE = APPEAL & (text("address") != "")
ONE_OF = {
    "mail": ["书记信箱", "区长信箱"], "social": ["微信公众号", "微博", "人民网"],
    "phone": ["12345", "110非警务", "12319", "12318"],
}  # fmt: skip
BACK_DATED = col("flags").list.contains("closed_before_received").fill_null(value=False)
TOOK = pl.when(col("closed_at") >= col("accepted_at")).then(seconds("accepted_at", "closed_at"))


def through(*channels: str) -> Count:
    return Count("case", "accepted_at", VALID & col("channel").is_in(channels))


APPEALS = {
    "appeals_clear_rate": Made(("appeals_closed", "appeals_accepted"), lambda a, b: 100 * a / b),
    "appeals_overdue_open": Standing("case", "due_at", "closed_at", APPEAL & LEFT_OPEN),
    "appeals_due_soon": Standing(
        "case", "due_at", "due_at",
        APPEAL & ~(col("closed_at").dt.date() < col("due_at").dt.date()).fill_null(value=False), -1,
    ),
    "appeals_ontime_close_rate": share("due_at", APPEAL, IN_TIME, said("是否缓办") != "是"),
    "appeal_response_rate": share(
        "dispatched_at", APPEAL & (col("channel") != "110非警务"), number("响应分钟") <= 1440,
        number("响应分钟").is_not_null() | CLOSED,
    ),
    "appeal_resolve_rate": share(
        "visited_at", APPEAL, col("resolved") == 1, col("resolved").is_not_null()
    ),
    "appeal_satisfaction_rate": share(
        "visited_at", APPEAL & ~said("诉求类型").is_in(["咨询", "建议", "表扬"]), HAPPY, RATED
    ),
    "appeal_three_rates_score": Made(
        ("appeal_response_rate", "appeal_resolve_rate", "appeal_satisfaction_rate"),
        lambda a, b, c: (30 * a + 35 * b + 35 * c) / 100,
    ),
    "appeal_signin_ontime_rate": share(
        "dispatched_at", APPEAL, TIMELY_SIGNED,
        in_order("dispatched_at", "signed_at") | (col("signed_at").is_null() & CLOSED),
    ),
    "appeal_handle_hours_avg": Mean("case", "closed_at", APPEAL & ~BACK_DATED, TOOK, per=3600),
    "appeal_multi_return_cases": Standing(
        "case", "accepted_at", "closed_at", APPEAL & (col("n_returns") > 2)
    ),
    "appeal_repeat_points_3plus": Places(AT_PLACE, ("address", "subcategory"), 3),
    "appeal_repeat_points_5plus": Places(AT_PLACE, ("address", "subcategory"), 5),
    "appeal_unsatisfied_cases": Count("case", "visited_at", APPEAL & UNHAPPY),
    "appeal_unsat_rework_rate": share(
        "visited_at", APPEAL & UNHAPPY, said("是否重办") == "是", said("是否重办") != ""
    ),
    "appeal_followup_coverage": share(
        "closed_at", APPEAL & (said("诉求类型") != "咨询"),
        text("visit_state").is_in(["已评", "拒访"]),
        text("visit_state").is_in(["已评", "拒访", "未接通"]),
    ),
    "appeal_distinct_complainants": Different(
        "case", "accepted_at",
        APPEAL & said("诉求类型").is_in(["投诉", "举报"]) & (text("reporter_key") != ""),
        "reporter_key",
    ),
    "appeal_leader_ontime_rate": share("due_at", APPEAL & (said("领导批示") == "是"), IN_TIME),
    "appeal_urgent_open": Standing(
        "case", "accepted_at", "closed_at", APPEAL & col("urgency").is_in(["紧急", "特急"])
    ),
    "appeal_bashi_completion_rate": share(
        "closed_at", APPEAL & (said("是否归档") == "是"), said("闭环环节") == "8"
    ),
    "hotline_close_rate": share("accepted_at", VALID & (col("channel") == "12345"), CLOSED),
    "hotline_satisfaction_rate": share(
        "visited_at", VALID & (col("channel") == "12345"), HAPPY, RATED
    ),
    "hotline_answer_15s_rate": share(
        "at", CALL & (col("result") == "接通"), col("value") <= 15, col("value").is_not_null(),
        "event",
    ),
    "hotline_first_call_resolution": share(
        "at", CALL & (col("result") == "接通") & (text("category") != "无效来电"),
        text("category") == "直接答复", shape="event",
    ),
    "police110_nonpolice_ontime_rate": share(
        "due_at", VALID & (col("channel") == "110非警务"), IN_TIME
    ),
    "channel_mailbox_accepted": through(*ONE_OF["mail"]),
    "channel_social_accepted": through(*ONE_OF["social"]),
    "channel_miniprogram_accepted": through("微信小程序"),
    "channel_12318_accepted": through("12318"),
    "channel_12319_accepted": through("12319"),
    "channel_nonphone_share": share(
        "accepted_at", APPEAL, ~col("channel").is_in(ONE_OF["phone"])
    ),
    "channels_connected": Register("channels_connected"),
}  # fmt: skip

REPORTED = col("channel") == "智慧城管"
STREETWORK = VALID & (REPORTED | FOUND) & (col("kind") == "管理事项")
ON_SPOT = col("is_self_handled") == 1
COMPONENT = text("category").is_in(["市政设施", "园林绿化"])
HELD = number("缓办次数").fill_null(0) > 0
SQUARE = APPEAL & (text("subcategory") == "广场舞噪声")
FIXING = pl.when(col("disposed_at") >= col("accepted_at")).then(
    seconds("accepted_at", "disposed_at") / 3600
)
HOLD = col("kind") == "hang"
LONG = col("ended_at").is_null() | (
    (col("ended_at").dt.date() - col("at").dt.date()).dt.total_days() >= 60
)


def of_minor(*names: str) -> Count:
    return Count("case", "received_at", ORDER & text("subcategory").is_in(names))


URBAN = {
    "um_valid_report_rate": share("received_at", REPORTED, VALID),
    "um_filing_ontime_rate": share(
        "accepted_at", ORDER, in_seconds("received_at", "accepted_at", 1800),
        in_order("received_at", "accepted_at"),
    ),
    "um_dispatch_ontime_rate": share(
        "dispatched_at", ORDER, in_seconds("accepted_at", "dispatched_at", 3600),
        in_order("accepted_at", "dispatched_at"),
    ),
    "um_dispatch_accuracy": share("dispatched_at", ORDER, said("改派次数").is_in(["", "0"])),
    "um_disposal_rate": share("dispatched_at", ORDER, col("disposed_at").is_not_null()),
    "um_disposal_ontime_rate": share("due_at", ORDER, col("disposed_at") <= col("due_at")),
    "um_due_close": Count("case", "due_at", ORDER),
    "um_close_rate": share("due_at", ORDER, CLOSED),
    "um_close_ontime_rate": share("due_at", ORDER, IN_TIME, ~HELD),
    "um_overdue_close_rate": share("due_at", ORDER, CLOSED & LATE),
    "um_overdue_pending_rate": share("due_at", ORDER, col("disposed_at").is_null()),
    "um_rework_times": Total("case", "closed_at", ORDER, col("n_rework")),
    "um_postpone_rate": share("due_at", ORDER, number("延期次数") > 0),
    "um_hang_cases": Standing("event", "at", "ended_at", HOLD),
    "um_backlog_60d": Standing("event", "at", "ended_at", HOLD & LONG, 60),
    "um_self_handled_rate": share("received_at", STREETWORK, ON_SPOT),
    "um_minor_cases": Count("case", "received_at", STREETWORK & ON_SPOT),
    "um_transferred_cases": Count("case", "dispatched_at", STREETWORK & ~ON_SPOT),
    "um_transferred_close_rate": share("dispatched_at", STREETWORK & ~ON_SPOT, CLOSED),
    "um_area_score": Made(
        ("um_close_ontime_rate", "um_disposal_ontime_rate", "um_dispatch_accuracy",
         "um_rework_rate"),
        lambda a, b, c, d: (40 * a + 30 * b + 20 * c + 10 * (100 - d)) / 100,
    ),
    "um_event_cases": Count("case", "received_at", ORDER & ~COMPONENT),
    "um_component_cases": Count("case", "received_at", ORDER & COMPONENT),
    "um_multi_cross_cases": Count("case", "accepted_at", ORDER & (number("协办单位数") > 0)),
    "um_public_report_share": share(
        "accepted_at", ORDER, said("问题来源").is_in(["公众举报", "12319热线"])
    ),
    "um_discovery_proactive_rate": share(
        "accepted_at", ORDER, said("问题来源").is_in(["监督员上报", "视频AI"])
    ),
    "um_illegal_parking_cases": of_minor("机动车乱停放"),
    "um_exposed_waste_cases": of_minor("暴露垃圾"),
    "um_manhole_cases": of_minor("井盖破损"),
    "um_dust_site_violations": of_minor("工地扬尘"),
    "um_manhole_fix_hours_p90": Rank(
        "case", "closed_at", ORDER & (text("subcategory") == "井盖破损"), FIXING, "0.9"
    ),
    "um_illegal_building_complaints": Count(
        "case", "accepted_at", APPEAL & (text("subcategory") == "私搭乱建")
    ),
    "um_noise_venues_complained": Places(SQUARE & (text("address") != ""), ("address",)),
    "um_noise_venues": Register("square_venues"),
    "um_noise_venue_complaint_rate": Made(
        ("um_noise_venues_complained", "um_noise_venues"), lambda a, b: 100 * a / b
    ),
    "um_noise_complaints": Count("case", "accepted_at", SQUARE),
    "um_noise_complaints_4w_ago": Earlier("case", "accepted_at", SQUARE, 28),
    "um_noise_complaints_change": Made(
        ("um_noise_complaints", "um_noise_complaints_4w_ago"), lambda a, b: 100 * (a - b) / b
    ),
    "um_waste_tonnage": Total("event", "at", col("kind") == "waste", col("value")),
}  # fmt: skip

MEDIATED = VALID & (col("channel") == "矛盾调处")
LEVEL = text("handled_level")
PETITION = col("kind") == "petition"
DISPUTES = {
    "dispute_resolved": Count("case", "closed_at", DISPUTE & (col("resolved") == 1)),
    "dispute_resolve_rate": share("due_at", MEDIATED, (col("resolved") == 1) & IN_TIME),
    "dispute_in_grid_rate": share("closed_at", DISPUTE, LEVEL == "grid", LEVEL != ""),
    "resolved_within_street_rate": share(
        "closed_at", DISPUTE, LEVEL.is_in(["grid", "community", "street"]), LEVEL != ""
    ),
    "dispute_escalated_district": Count("case", "closed_at", DISPUTE & (LEVEL == "district")),
    "dispute_24h_mediation_rate": share(
        "accepted_at", MEDIATED, in_seconds("accepted_at", "signed_at", 86_400),
        in_order("accepted_at", "signed_at") | (col("signed_at").is_null() & CLOSED),
    ),
    "labour_dispute_cases": Count(
        "case", "received_at", DISPUTE & (text("subcategory") == "劳资纠纷")
    ),
    "petition_total": Count("event", "at", PETITION),
    "petition_total_year_ago": Earlier("event", "at", PETITION, 364),
    "petition_yoy": Made(
        ("petition_total", "petition_total_year_ago"), lambda a, b: 100 * (a - b) / b
    ),
    "petition_repeat_rate": share("at", PETITION, said("是否重复") == "是", shape="event"),
}  # fmt: skip

GOVERNANCE = {**APPEALS, **URBAN, **DISPUTES}
