"""Grids, police, departments, the platform and the Party, computed a second time by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from tests.soundness.recipes_governance import (
    HAPPY,
    LEFT_OPEN,
    RATED,
    Earlier,
    Standing,
    number,
    said,
    seconds,
    share,
    text,
)
from tests.soundness.recompute import (
    ALL,
    FOUND,
    IN_TIME,
    VALID,
    Count,
    Different,
    Made,
    Outcome,
    Rank,
    Rate,
    Recipe,
    Register,
    Rows,
    Total,
    within,
)

col = pl.col


@dataclass(frozen=True)
class Peak:
    """The largest of a number that events keep beside their value."""

    about: pl.Expr
    key: str
    shape: str = "event"

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & within("at", start, end))
        top = found.select(number(self.key).max()).item()
        return Outcome(top)


def kind(name: str) -> pl.Expr:
    return col("kind") == name


def quotient(above: str, below: str, factor: int = 1) -> Made:
    return Made((above, below), lambda a, b: factor * a / b)


def kept(about: pl.Expr, key: str) -> Total:
    return Total("event", "at", about, number(key))


def event_share(about: pl.Expr, above: pl.Expr, below: pl.Expr = ALL) -> Rate:
    return share("at", about, above, below, "event")


DUTY, INGEST = kind("duty"), kind("ingest")
CALLED, FIRST = kind("whistle"), kind("whistle") & (said("unitNo") == "1")
THREE_DAYS = seconds("at", "ended_at") <= 3 * 86_400

GRIDS: dict[str, Recipe] = {
    "grids_total": Register("grids"),
    "dept_grids_total": Register("department_grids"),
    "org_nodes_total": Register("org_nodes"),
    "command_nodes_total": Register("command_nodes"),
    "grid_parttime_workers": Register("grid_workers_parttime"),
    "joint_enforcement_officers": Register("joint_officers"),
    "terminals_dispatchable": Register("terminals"),
    "grid_matters_listed": Register("grid_matters"),
    "land_hectares": Register("land_hectares"),
    "grid_density": quotient("grids_total", "land_hectares", 100),
    "grid_workers_per_grid": quotient("grid_workers_total", "grids_total"),
    "grid_reports_per_worker": quotient("grid_reports", "grid_workers_total"),
    "grid_days_due": kept(DUTY, "网格数"),
    "grid_days_patrolled": kept(DUTY, "到位网格"),
    "grid_worker_days_due": kept(DUTY, "应在岗"),
    "grid_worker_days_online": kept(DUTY, "在岗"),
    "grid_patrol_coverage_day": quotient("grid_days_patrolled", "grid_days_due", 100),
    "grid_online_rate": quotient("grid_worker_days_online", "grid_worker_days_due", 100),
    "grid_visits": kept(DUTY, "走访户数"),
    "grid_opinions_collected": kept(DUTY, "意见条数"),
    "grid_publicity_materials": kept(DUTY, "宣传份数"),
    "grid_report_share": share("accepted_at", VALID, FOUND),
    "grid_whistles": Count("event", "at", FIRST),
    "grid_whistle_response_rate": event_share(CALLED, col("value") <= 120),
    "grid_whistle_resolve_rate": event_share(FIRST, THREE_DAYS),
}

POLICE = kind("police")
CLASS, DETAIL = text("category"), said("警情细类")
CRIME = POLICE & CLASS.is_in(["刑事", "治安"])
FILED = CRIME & (text("result") == "立案")

SECURITY: dict[str, Recipe] = {
    "police_incidents_valid": Count("event", "at", CRIME),
    "police_incidents_criminal": Count("event", "at", POLICE & (CLASS == "刑事")),
    "police_incidents_public_order": Count("event", "at", POLICE & (CLASS == "治安")),
    "crime_cases_filed": Count("event", "at", FILED),
    "crime_cases_filed_year_ago": Earlier("event", "at", FILED, 364),
    "crime_incidence_per_10k": quotient("crime_cases_filed", "population_resident", 10_000),
    "crime_volume_yoy": Made(
        ("crime_cases_filed", "crime_cases_filed_year_ago"), lambda a, b: 100 * (a - b) / b
    ),
    "telecom_fraud_cases": Count("event", "at", POLICE & (DETAIL == "电信网络诈骗")),
    "telecom_fraud_loss": kept(POLICE & (DETAIL == "电信网络诈骗"), "损失万元"),
    "theft_incidents": Count("event", "at", POLICE & (DETAIL == "盗窃")),
    "police_nonpolice_share": event_share(POLICE & (CLASS != "无效"), CLASS == "非警务"),
    "police_arrival_min_p90": Rank(
        "event", "at", POLICE & ~CLASS.is_in(["无效", "非警务"]), col("value"), "0.9"
    ),
}

LED = VALID & (text("department") != "")
SUPERVISED, JOINT = kind("supervise"), kind("joint")

DEPARTMENTS: dict[str, Recipe] = {
    "dept_dispatched": Count("case", "dispatched_at", LED),
    "dept_ontime_rate": share("due_at", LED, IN_TIME),
    "dept_overdue_open": Standing("case", "due_at", "closed_at", LED & LEFT_OPEN),
    "dept_satisfaction_rate": share("visited_at", LED, HAPPY, RATED),
    "dept_return_rate": share("dispatched_at", LED, col("n_returns") > 0),
    "dept_rework_rate": share("due_at", LED, col("n_rework") > 0),
    "dept_supervised": Count("event", "at", SUPERVISED),
    "dept_supervised_ontime_rate": event_share(SUPERVISED, THREE_DAYS),
    "dept_publicity_rate": share(
        "closed_at", LED, said("是否公示") == "是", said("是否公示") != ""
    ),
    "dept_archive_rate": share("closed_at", LED, said("是否归档") == "是", said("是否归档") != ""),
    "dept_joint_enforcements": Count("event", "at", JOINT),
    "dept_joint_feedback_rate": event_share(JOINT, text("result") == "已反馈"),
    "dept_connected": Register("departments_connected"),
    "dept_score": Made(
        ("dept_ontime_rate", "dept_satisfaction_rate", "dept_return_rate",
         "dept_supervised_ontime_rate"),
        lambda a, b, c, d: (40 * a + 40 * b + 10 * (100 - c) + 10 * d) / 100,
    ),
    "street_score": Made(
        ("appeals_ontime_close_rate", "appeal_satisfaction_rate", "um_close_ontime_rate",
         "grid_patrol_coverage_day", "dispute_resolved_rate"),
        lambda a, b, c, d, e: (30 * a + 30 * b + 20 * c + 10 * d + 10 * e) / 100,
    ),
}  # fmt: skip

FLAGGED = {
    "point": ("swapped_point", "bad_point", "bad_coordinates", "default_point", "outside"),
    "order": ("closed_before_received", "order_violation"),
}


def flagged(group: str) -> pl.Expr:
    hits = [col("flags").list.contains(flag) for flag in FLAGGED[group]]
    return pl.any_horizontal(hits).fill_null(value=False)


PLATFORM: dict[str, Recipe] = {
    "platform_vital_signs_online": Register("vital_signs_online"),
    "platform_modules_online": Register("modules_online"),
    "platform_scenarios_online": Register("scenarios_online"),
    "platform_accounts": Register("accounts"),
    "platform_accounts_active": Register("accounts_active"),
    "platform_active_rate": quotient("platform_accounts_active", "platform_accounts", 100),
    "systems_integrated": Register("systems_integrated"),
    "shared_forms": Register("shared_forms"),
    "shared_data_items": Register("shared_data_items"),
    "etl_freshness_min": Peak(INGEST, "延迟分钟"),
    "dq_rows_received": Total("event", "at", INGEST, col("value")),
    "dq_rows_duplicate": kept(INGEST, "重复行数"),
    "dq_rejected_rows": kept(INGEST, "拒收行数"),
    "etl_batches_due": kept(INGEST, "应到批次"),
    "etl_batches_ontime": kept(INGEST, "按时批次"),
    "dq_duplicate_rate": quotient("dq_rows_duplicate", "dq_rows_received", 100),
    "etl_ontime_rate": quotient("etl_batches_ontime", "etl_batches_due", 100),
    "dq_missing_grid_rate": share(
        "received_at", col("channel") != "矛盾调处", text("placed_by").is_in(["none", "name"])
    ),
    "dq_invalid_coord_rate": share(
        "received_at", col("channel").is_in(["12345", "110非警务"]), flagged("point")
    ),
    "dq_time_order_violation_rate": share("received_at", ALL, flagged("order")),
    "dq_reading_valid_rate": share("at", ALL, text("quality") == "", shape="reading"),
}

PARTY: dict[str, Recipe] = {
    "grids_with_party": Register("grids_with_party"),
    "party_branch_on_grid_rate": quotient("grids_with_party", "grids_total", 100),
    "party_members_registered": Different("event", "at", kind("party_register"), "subject"),
    "party_services": Count("event", "at", kind("party_service")),
    "cadre_sunk": Register("cadres"),
    "volunteers_active": Different("event", "at", kind("party_service"), "subject"),
    "party_secretary_items_done": event_share(kind("secretary_item"), text("result") == "按期办结"),
    "residents_deliberations": Count("event", "at", kind("deliberation")),
}

BOTH = VALID & col("channel").is_in(["智慧城管", "网格巡查"])


def of_both(column: str, *names: str) -> Rate:
    return share("received_at", BOTH, text(column).is_in(names))


CIVILISATION: dict[str, Recipe] = {
    "civ_case_share": of_both(
        "category", "市容环境", "街面秩序", "噪声污染", "市政设施", "园林绿化"
    ),
    "civ_stall_share": of_both("subcategory", "占道经营", "店外经营"),
    "civ_sanitation_share": of_both("subcategory", "暴露垃圾", "道路不洁", "乱堆物料", "水域不洁"),
    "civ_poster_share": of_both("subcategory", "非法小广告"),
    "civ_items_pass_rate": event_share(kind("civ_check"), text("result") == "达标"),
    "civ_mandatory_items": Register("civ_matters"),
}

PLACES = {**GRIDS, **SECURITY, **DEPARTMENTS, **PLATFORM, **PARTY, **CIVILISATION}

LOWEST = {  # said again here; everything else has figures down to the grid
    "district": {
        "hotline_answer_15s_rate", "hotline_first_call_resolution", "channels_connected",
        "grid_matters_listed", "dept_connected", "dept_score", "platform_vital_signs_online",
        "platform_modules_online", "platform_scenarios_online", "platform_accounts",
        "platform_accounts_active", "platform_active_rate", "systems_integrated",
        "shared_forms", "shared_data_items", "etl_freshness_min", "dq_rows_received",
        "dq_rows_duplicate", "dq_rejected_rows", "etl_batches_due", "etl_batches_ontime",
        "dq_duplicate_rate", "etl_ontime_rate", "dq_time_order_violation_rate",
        "civ_mandatory_items",
    },
    "street": {
        "um_area_score", "um_noise_venues", "um_noise_venue_complaint_rate",
        "um_noise_complaints_change", "um_waste_tonnage", "grids_total", "dept_grids_total",
        "org_nodes_total", "command_nodes_total", "grid_parttime_workers",
        "joint_enforcement_officers", "terminals_dispatchable", "land_hectares", "grid_density",
        "grid_workers_per_grid", "grid_reports_per_worker", "grid_days_due",
        "grid_days_patrolled", "grid_worker_days_due", "grid_worker_days_online",
        "grid_patrol_coverage_day", "grid_online_rate", "grid_visits",
        "grid_opinions_collected", "grid_publicity_materials", "dispute_escalated_district",
        "labour_dispute_cases", "petition_total", "petition_total_year_ago", "petition_yoy",
        "petition_repeat_rate", "street_score", "dq_missing_grid_rate", "dq_invalid_coord_rate",
        "dq_reading_valid_rate", "grids_with_party", "party_branch_on_grid_rate", "cadre_sunk",
    },
    "community": {
        "dispute_resolved", "dispute_resolve_rate", "dispute_in_grid_rate",
        "resolved_within_street_rate", "dispute_24h_mediation_rate", "police_incidents_valid",
        "police_incidents_criminal", "police_incidents_public_order", "crime_cases_filed",
        "crime_cases_filed_year_ago", "crime_incidence_per_10k", "crime_volume_yoy",
        "telecom_fraud_cases", "telecom_fraud_loss", "theft_incidents",
        "police_nonpolice_share", "police_arrival_min_p90",
    },
}  # fmt: skip
