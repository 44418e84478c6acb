"""Sections three and four: city management and grid work, emergencies and environment."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.briefing.cells import local_surge
from metrics.briefing.content import Fact, Section
from metrics.briefing.draft import Draft, enumeration, gaps, unusual
from metrics.briefing.inquiry import CROSSED

MANAGEMENT = (
    ("cases", ("um_reported", "um_filed", "um_closed", "um_ontime_rate", "um_rework_rate")),
    ("grid", (
        "grid_reports", "grid_self_handled_rate", "grid_patrol_km", "grid_workers_active",
    )),
    ("disputes", ("dispute_cases", "dispute_resolved_rate")),
)  # fmt: skip
SAFETY = (
    ("emergency", (
        "emergency_events", "sla_30s_response_rate", "sla_9min_arrival_rate",
        "emergency_response_s_p90",
    )),
    ("alarms", ("iot_alarm_total", "iot_alarm_timely_rate")),
    ("environment", ("pm25_avg", "fume_exceed_rate", "water_level_max")),
)  # fmt: skip
Groups = Sequence[tuple[str, Sequence[str]]]


def management(draft: Draft) -> Section:
    """Return the section on city management, grid work and disputes."""
    notable = ("um_reported", "grid_reports")
    return _section(draft, "management", "三、城市管理与网格", MANAGEMENT, notable)


def safety(draft: Draft) -> Section:
    """Return the section on emergencies, alarms, air and water."""
    return _section(draft, "safety", "四、应急与生态", SAFETY, ("emergency_events",))


def _section(
    draft: Draft, section: str, title: str, groups: Groups, notable: Sequence[str]
) -> Section:
    facts: list[Fact | None] = [
        enumeration(draft, f"{section}.{name}", section, indicators, 100 - number)
        for number, (name, indicators) in enumerate(groups)
    ]
    facts += [unusual(draft, section, indicator, 50) for indicator in notable]
    facts += [local_surge(draft, section, one, 60) for one in notable if one in CROSSED]
    facts.append(gaps(draft, section, [one for _, group in groups for one in group]))
    return Section(
        id=section, title=title, sentences=tuple(fact for fact in facts if fact is not None)
    )
