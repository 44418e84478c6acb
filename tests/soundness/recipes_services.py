"""What departments log, measure and keep in ledgers, computed a second time by hand."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from dataclasses import dataclass

import polars as pl

from tests.soundness.recompute import (
    ALL,
    HANDLING,
    IN_TIME,
    VALID,
    Count,
    Made,
    Mean,
    Open,
    Outcome,
    Rank,
    Rate,
    Rows,
    Total,
    within,
)

col = pl.col


@dataclass(frozen=True)
class Hits:
    """How many rows of a feed are of one sort; none is 0 wherever the feed spoke."""

    shape: str
    about: pl.Expr
    hit: pl.Expr

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        n = rows.some[self.shape].filter(self.about & self.hit & within("at", start, end)).height
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Sites:
    """How many different devices or firms had at least so many rows of a sort."""

    shape: str
    about: pl.Expr
    hit: pl.Expr
    key: str
    often: int = 1

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some[self.shape].filter(self.about & self.hit & within("at", start, end))
        n = sum(times >= self.often for times in found[self.key].value_counts()["count"])
        if not n and not rows.spoke(self.shape, self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Edge:
    """The highest or the lowest value."""

    metric: str
    is_low: bool = False

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        found = rows.some["reading"].filter(_good(self.metric) & within("at", start, end))["value"]
        edge = found.min() if self.is_low else found.max()
        return Outcome(None if edge is None else float(edge))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Lasting:
    """What had begun and was not over at the end: so many events, or what they stand for."""

    about: pl.Expr
    hit: pl.Expr
    is_weighed: bool = False

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        over = (col("ended_at").dt.date() <= end).fill_null(value=False)
        begun = rows.some["event"].filter(self.about & self.hit & (col("at").dt.date() <= end))
        found = begun.filter(~over)
        n = float(found["value"].sum()) if self.is_weighed else found.height
        if not n and not rows.spoke("event", self.about, start, end):
            return Outcome(None)
        return Outcome(n, n)


@dataclass(frozen=True)
class Kept:
    """A class of a register on the last day it was delivered."""

    name: str
    category: str = ""

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        mine = (col("register") == self.name) & (col("at").dt.date() <= end)
        if self.category:
            mine &= (col("category") == self.category).fill_null(value=False)
        last = rows.city["snapshot"].filter(mine)["at"].dt.date().max()
        if last is None:
            return Outcome(None)
        found = rows.some["snapshot"].filter(mine).filter(col("at").dt.date() == last)
        n = float(found["value"].sum()) if found.height else None
        return Outcome(n, n)


@dataclass(frozen=True)
class Before:
    """Another recipe so many days earlier."""

    recipe: Count
    days: int

    @property
    def shape(self) -> str:
        return self.recipe.shape

    def at(self, rows: Rows, start: dt.date, end: dt.date) -> Outcome:
        back = dt.timedelta(days=self.days)
        return self.recipe.at(rows, start - back, end - back)


def _good(metric: str) -> pl.Expr:
    return (col("metric") == metric) & (col("quality") == "")


def _share(above: str, below: str) -> Made:
    return Made((above, below), lambda part, whole: 100 * part / whole)


def _growth(now: str, base: str) -> Made:
    return Made((now, base), lambda one, other: 100 * (one - other) / other)


def _logged(kind: str) -> pl.Expr:
    return col("kind") == kind


def _mean_of(metric: str) -> Mean:
    return Mean("reading", "at", _good(metric), col("value"))


_LADDER = (0, 50, 100, 150, 200, 300)
_STEPS = (
    (0, 35, 60, 115, 150, 250), (0, 50, 150, 250, 350, 420), (0, 40, 80, 180, 280, 565),
    (0, 100, 160, 215, 265, 800),
)  # fmt: skip


def _worst_index(*means: float) -> float:
    """Return the highest partial index, each read off its ladder between two steps."""

    def read_off(steps: tuple[int, ...], mean: float) -> float:
        if mean >= steps[-1]:
            return _LADDER[-1]
        step = bisect_right(steps, mean) - 1
        way = (mean - steps[step]) / (steps[step + 1] - steps[step])
        return _LADDER[step] + way * (_LADDER[step + 1] - _LADDER[step])

    return max(read_off(steps, mean) for steps, mean in zip(_STEPS, means, strict=True))


def _louder(energy: float) -> float:
    if energy <= 0:
        raise ZeroDivisionError
    return 20 + 10 * math.log10(energy)


ALARM, EMERGENCY, OUTAGE = (
    _logged("alarm"), _logged("emergency"),
    col("kind").is_in(["power_outage", "water_outage"]),
)  # fmt: skip
REAL = col("result") != "误报"
IN_FOUR_HOURS = (
    (col("ended_at").dt.epoch("ms") // 1000 - col("at").dt.epoch("ms") // 1000) <= 14_400
).fill_null(value=False)
HAZARD = (col("kind") == "隐患") & VALID
APPEAL, SERVICE = (col("kind") == "诉求") & VALID, (col("kind") == "政务办件") & VALID
FIRM = (col("kind") == "企业诉求") & VALID
VISIT, RELIEF = (col("kind") == "走访任务") & VALID, (col("kind") == "临时救助") & VALID
HOUR = col("at").dt.hour()
NIGHT = (HOUR >= 22) | (HOUR < 6)


def _extra(key: str) -> pl.Expr:
    pair = pl.element().struct
    texts = col("extra").list.eval(pair.field("value").filter(pair.field("key") == key))
    return texts.list.first().cast(pl.Float64, strict=False)


def _alarms(category: str) -> Hits:
    return Hits("event", ALARM, (col("category") == category) & REAL)


def _alarm_rate(category: str, above: pl.Expr, below: pl.Expr = ALL) -> Rate:
    return Rate("event", "at", ALARM & (col("category") == category) & REAL, above, below)


def _in_time(about: pl.Expr) -> Rate:
    return Rate("case", "due_at", about, IN_TIME, ALL)


_FUME = Count("case", "accepted_at", APPEAL & (col("subcategory") == "油烟扰民"))
_HELP = _logged("agency_service")
_OVER = col("result") != ""
_KNOWN = col("value").is_not_null()
_NOISE, _PRESSURE = _good("noise"), _good("pipe_pressure")
_LOUD = pl.lit(10.0).pow(col("value").cast(pl.Float64) / 10 - 2)
_PEAK = _good("speed") & (col("value") > 0) & HOUR.is_in([7, 8, 17, 18])

SERVICES = {
    "sla_15min_reinforce_rate": Rate(
        "event", "at", EMERGENCY, _extra("reinforce_s") <= 900, _extra("reinforce_s").is_not_null()
    ),
    "emergency_arrival_min_p90": Rank("event", "at", EMERGENCY, _extra("arrive_s") / 60, "0.9"),
    "emergency_events_open": Lasting(EMERGENCY, ALL),
    "safety_hazards_found": Count("case", "received_at", HAZARD),
    "safety_hazards_open": Open("case", HAZARD),
    "safety_hazard_rectify_rate": _in_time(HAZARD),
    "smart_power_alarms": _alarms("用电异常"),
    "smart_power_handle_rate": _alarm_rate("用电异常", IN_FOUR_HOURS),
    "iot_alarm_close_rate": Rate("event", "at", ALARM, col("ended_at").is_not_null(), ALL),
    "iot_false_alarm_rate": Rate("event", "at", ALARM, ~REAL, _OVER),
    "water_level_over_warning": Sites(
        "reading", _good("water_level"), col("value") > 3.5, "device"
    ),
    "flood_points_over_15cm": Sites("reading", _good("ponding_cm"), col("value") >= 15, "device"),
    "rainfall_1h_max_mm": Edge("rain_1h"),
    "screening_person_times": Total("event", "at", _logged("screening"), col("value")),
    "fire_alarms": Count("event", "at", _logged("fire")),
    "fire_arrival_min_p90": Rank("event", "at", _logged("fire") & _OVER, col("value"), "0.9"),
    "fire_channel_blocked_cases": Count(
        "case", "accepted_at", VALID & (col("subcategory") == "占用消防通道")
    ),
    "residual_current_ma_p95": Rank("reading", "at", _good("leak_ma"), col("value"), "0.95"),
    "onekey_alarm_count": _alarms("一键报警"),
    "emergency_material_rate": _share("emergency_material_kinds_ok", "emergency_material_kinds"),
    "command_duty_rate": Rate(
        "event", "at", _logged("duty") & _OVER, col("result") == "在岗", ALL
    ),
    "fume_exceed_shops": Sites("reading", _good("fume"), col("value") > 2, "device", often=2),
    "fume_alarm_timely_rate": _alarm_rate("油烟超标", IN_FOUR_HOURS),
    "fume_petitions": _FUME,
    "fume_petitions_year_ago": Before(_FUME, 364),
    "fume_petition_yoy": _growth("fume_petitions", "fume_petitions_year_ago"),
    "fume_rebound_cases": Hits("event", _logged("fume_review"), col("result") == "反弹"),
    "pm10_avg": _mean_of("pm10"),
    "no2_avg": _mean_of("no2"),
    "o3_8h_avg": _mean_of("o3_8h"),
    "aqi_daily": Made(("pm25_avg", "pm10_avg", "no2_avg", "o3_8h_avg"), _worst_index),
    "aqi_good_days_rate": Rate("reading", "at", _good("aqi_day"), col("value") <= 100, _KNOWN),
    "noise_night_exceed_rate": Rate("reading", "at", _NOISE & NIGHT, col("value") > 50, _KNOWN),
    "noise_day_exceed_rate": Rate("reading", "at", _NOISE & ~NIGHT, col("value") > 60, _KNOWN),
    "noise_energy": Mean("reading", "at", _NOISE, _LOUD),
    "noise_leq": Made(("noise_energy",), _louder),
    "env_complaints": Count(
        "case", "accepted_at",
        APPEAL & (col("category").is_in(["噪声污染", "生态环境"])
                  | col("subcategory").is_in(["油烟扰民", "水域不洁", "工地扬尘"])),
    ),
    "fume_purifier_on_rate": _mean_of("purifier_on"),
    "dissolved_oxygen_min": Edge("dissolved_oxygen", is_low=True),
    "river_quality_rate": _share("river_sections_ok", "river_sections"),
    "outfall_alarm_count": _alarms("排口异常"),
    "dust_site_pm10_exceed": Sites("reading", _good("dust_pm10"), col("value") > 150, "device"),
    "vehicle_exhaust_fail_rate": Rate(
        "event", "at", _logged("exhaust_test"), col("result") == "不合格", _OVER
    ),
    "green_coverage": _share("green_area_km2", "built_area_km2"),
    "park_service_coverage": _share("park_served_area", "residential_area"),
    "road_peak_slowness": Mean("reading", "at", _PEAK, 3600 / col("value").cast(pl.Float64)),
    "road_speed_peak": Made(("road_peak_slowness",), lambda time: 3600 / time),
    "traffic_accidents": Count("event", "at", _logged("traffic_accident")),
    "parking_spaces_occupied": Total("reading", "at", _good("parking_occupied"), col("value")),
    "parking_spaces_offered": Total("reading", "at", _good("parking_spaces"), col("value")),
    "parking_occupancy": _share("parking_spaces_occupied", "parking_spaces_offered"),
    "bus_ridership": Total("event", "at", _logged("bus"), col("value")),
    "metro_ridership": Total("event", "at", _logged("metro"), col("value")),
    "slag_truck_violations": Count("event", "at", _logged("slag_truck")),
    "ev_charger_online_rate": _share("ev_chargers_online", "ev_chargers"),
    "base_records_verified": Total("event", "at", _logged("record_check"), col("value")),
    "aging_rate": _share("population_60_plus", "population_resident"),
    "market_entities_new": Total("event", "at", _logged("market_new"), col("value")),
    "market_entities_closed": Total("event", "at", _logged("market_closed"), col("value")),
    "gdp_growth": _growth("gdp_now", "gdp_base"),
    "industrial_output_growth": _growth("industrial_output_now", "industrial_output_base"),
    "fixed_investment_growth": _growth("fixed_investment_now", "fixed_investment_base"),
    "retail_sales_growth": _growth("retail_sales_now", "retail_sales_base"),
    "key_project_completion": _share("key_project_done", "key_project_plan"),
    "power_industrial_kwh": Total("event", "at", _logged("industrial_power"), col("value")),
    "tourism_visits": Total("event", "at", _logged("tourism"), col("value")),
    "components_intact_rate": _share("components_intact", "components_total"),
    "water_pressure_min": Edge("pipe_pressure", is_low=True),
    "water_pressure_pass_rate": Rate(
        "reading", "at", _PRESSURE, col("value").is_between(0.14, 0.45), _KNOWN
    ),
    "water_turbidity_max": Edge("turbidity"),
    "water_residual_chlorine_min": Edge("chlorine", is_low=True),
    "water_supply_daily": Total("reading", "at", _good("water_supply"), col("value")),
    "sewage_treated": Total("reading", "at", _good("sewage"), col("value")),
    "water_outage_events": Hits("event", OUTAGE, _logged("water_outage")),
    "manhole_level_alarm": _alarms("排水井液位"),
    "gas_leak_alarms": _alarms("燃气泄漏"),
    "gas_lel_max": Edge("gas_lel"),
    "gas_household_check_rate": _share("gas_users_checked", "gas_users"),
    "power_outage_households": Lasting(OUTAGE, _logged("power_outage"), is_weighed=True),
    "bridge_alarm_count": _alarms("桥梁监测"),
    "elevator_trap_events": Count("event", "at", _logged("elevator_trap")),
    "elevator_rescue_min_p90": Rank(
        "event", "at", _logged("elevator_trap") & _OVER, col("value"), "0.9"
    ),
    "streetlight_on_rate": _share("streetlights_on", "streetlights"),
    "video_online_rate": _share("video_channels_online", "video_channels_connected"),
    "iot_online_rate": _share("iot_devices_online", "iot_devices_connected"),
    "gov_service_cases": Count("case", "accepted_at", SERVICE),
    "gov_service_ontime_rate": _in_time(SERVICE),
    "gov_service_goodreview_rate": Rate(
        "case", "visited_at", SERVICE,
        col("satisfaction").is_in(["非常满意", "满意", "基本满意"]), col("satisfaction") != "",
    ),
    "gov_service_minutes_p50": Rank("case", "closed_at", SERVICE, _extra("handle_min"), "0.5"),
    "business_licence_min": Rank(
        "case", "closed_at", SERVICE & (col("subcategory") == "营业执照"),
        HANDLING, "0.9",
    ),
    "gov_service_online_rate": _share("gov_service_items_full", "gov_service_items"),
    "grid_agency_services": Count("event", "at", _HELP),
    "grid_helped_persons": Total("event", "at", _HELP, col("value")),
    "enterprise_appeals": Count("case", "accepted_at", FIRM),
    "enterprise_appeal_ontime_rate": _in_time(FIRM),
    "policy_push_enterprises": Sites("event", _logged("policy_push"), ALL, "subject"),
    "hospital_bed_occupancy": _share("hospital_beds_taken", "hospital_beds"),
    "ems_response_min_p90": Rank("event", "at", _logged("ems") & _OVER, col("value"), "0.9"),
    "key_group_visit_rate": _in_time(VISIT),
    "elderly_alarm_response_rate": Rate(
        "event", "at", ALARM & (col("category") == "养老设备") & REAL & _OVER,
        col("value") <= 180, _KNOWN,
    ),
    "elderly_alarms": _alarms("养老设备"),
    "temp_relief_ontime_rate": _in_time(RELIEF),
    "job_difficulty_helped_rate": _share("job_difficulty_helped", "job_difficulty_persons"),
    "vulnerable_care_contacts": Count("event", "at", _logged("care_contact")),
    "wage_arrears_cases": Count("case", "accepted_at", APPEAL & (col("subcategory") == "拖欠工资")),
}  # fmt: skip
