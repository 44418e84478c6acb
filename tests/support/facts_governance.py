"""Random rows of governance: appeals, orders, disputes, steps, incidents, reports, registers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.facts import NOW, STREETS, ZONE, Delivery, Maker, sealed

CHANNELS = (
    *(("12345", "诉求"),) * 3, ("110非警务", "诉求"), ("书记信箱", "诉求"), ("区长信箱", "诉求"),
    ("微信小程序", "诉求"), ("微信公众号", "诉求"), ("微博", "诉求"), ("人民网", "诉求"),
    ("12318", "诉求"), ("12319", "诉求"), *(("智慧城管", "管理事项"),) * 4,
    ("网格巡查", "管理事项"), ("网格巡查", "管理事项"), ("网格巡查", "矛盾纠纷"),
    *(("矛盾调处", "矛盾纠纷"),) * 3,
)  # fmt: skip
CATEGORIES = ("市容环境", "街面秩序", "噪声污染", "市政设施", "园林绿化", "施工管理", "")
MINORS = ("占道经营", "店外经营", "暴露垃圾", "道路不洁", "乱堆物料", "水域不洁", "非法小广告",
          "机动车乱停放", "井盖破损", "工地扬尘", "私搭乱建", "劳资纠纷",
          *("广场舞噪声",) * 6)  # fmt: skip
FLAGS = ("closed_before_received", "order_violation", "swapped_point", "bad_point",
         "bad_coordinates", "default_point", "outside", "unknown_code")  # fmt: skip
STEPS = ("whistle", "whistle", "supervise", "hang", "hang", "joint", "police", "police", "police",
         "petition", "petition", "waste", "duty", "ingest", "party_service", "party_register",
         "deliberation", "secretary_item", "civ_check")  # fmt: skip
CLASSES = ("刑事", "治安", "交通", "非警务", "无效")
RESULTS = ("立案", "当场处置", "已反馈", "待反馈", "按期办结", "逾期办结", "达标", "未达标", "")
NUMBERS = ("网格数", "到位网格", "应在岗", "在岗", "走访户数", "意见条数", "宣传份数", "重复行数",
           "拒收行数", "应到批次", "按时批次", "延迟分钟", "损失万元")  # fmt: skip
BY_STREET = ("grids", "grids_with_party", "department_grids", "org_nodes", "command_nodes",
             "grid_workers_parttime", "joint_officers", "terminals", "cadres", "square_venues",
             "land_hectares")  # fmt: skip
BY_CITY = ("channels_connected", "vital_signs_online", "modules_online", "scenarios_online",
           "accounts", "accounts_active", "systems_integrated", "shared_forms",
           "shared_data_items", "departments_connected", "grid_matters", "civ_matters")  # fmt: skip


def pairs(said: dict[str, str]) -> list[dict[str, str]]:
    """Return kept columns the way the loader hands them on, empty ones left out."""
    return [{"key": key, "value": value} for key, value in said.items() if value]


class GovernanceMaker(Maker):
    """Makes the rows of governance beside those of the ``Maker``."""

    def deliveries(self, size: int = 150, rounds: int = 3) -> list[Delivery]:
        """Return the files of several rounds, corrections included."""
        found: list[Delivery] = []
        known: dict[str, list[dict[str, Any]]] = {"town": [], "steps": []}
        for _ in range(rounds):
            for source, shape, make in (("town", "case", self.town), ("steps", "event", self.step)):
                fresh = [make(source) for _ in range(2 * size)]
                old = [row for row in known[source] if self.chance(0.25)]
                known[source] += fresh
                rows = [*fresh, *(self.corrected(row, shape) for row in old)]
                self.rng.shuffle(rows)
                found.append(Delivery(source, shape, tuple(sealed(rows))))  # type: ignore[arg-type]
            found.append(Delivery("platform", "snapshot", tuple(sealed(self.platform()))))
        return found

    def town(self, source: str) -> dict[str, Any]:
        """Return a case with everything its source keeps beside the lifecycle."""
        pick = self.rng.choice
        channel, kind = pick(CHANNELS)
        row = self._case(source, channel, kind)
        extra = {
            "诉求类型": pick(["咨询", "求助", "投诉", "举报", "建议", ""]),
            "响应分钟": pick(["", "5", "1440", "1441", "x"]), "是否缓办": pick(["是", "否", ""]),
            "领导批示": pick(["是", "否"]), "是否重办": pick(["是", "否", ""]),
            "是否公示": pick(["是", "否", ""]), "是否归档": pick(["是", "否", ""]),
            "闭环环节": pick(["8", "7", ""]), "改派次数": pick(["0", "1", ""]),
            "延期次数": pick(["0", "0", "2", ""]), "缓办次数": pick(["0", "0", "1", ""]),
            "协办单位数": pick(["0", "1", ""]),
            "问题来源": pick(["监督员上报", "视频AI", "公众举报", "12319热线"]),
        }  # fmt: skip
        return {
            **row, "category": pick(CATEGORIES), "subcategory": pick(MINORS),
            "disposed_at": self._later(row["dispatched_at"] or row["at"], 6000, 0.7),
            "handled_level": pick(["grid", "community", "street", "district", ""]),
            "visit_state": pick(["已评", "拒访", "未接通", "未到期", ""]),
            "satisfaction": pick(["非常满意", "满意", "基本满意", "不满意", "非常不满意", ""]),
            "address": pick(["", *[f"东路{n}号" for n in range(5)]]),
            "placed_by": pick(["code", "point", "name", "none"]),
            "department": pick(["城管局", "交警", ""]), "n_returns": pick([0, 0, 1, 3, 4]),
            "flags": [*row["flags"], *([pick(FLAGS)] if self.chance(0.15) else [])],
            "extra": pairs(extra),
        }  # fmt: skip

    def step(self, source: str) -> dict[str, Any]:
        """Return a whistle, a hold, an incident, a report or another thing with a begin."""
        at, number, pick = self.moment(), self.number(source), self.rng.choice
        seconds = pick([0, 259_200, 259_201, 61 * 86_400, self.rng.randrange(400_000)])
        said = {name: str(self.rng.randrange(1, 5000) / 10) for name in NUMBERS}
        said |= {
            "unitNo": pick(["1", "1", "2"]), "警情细类": pick(["盗窃", "电信网络诈骗", "伤害"]),
            "是否重复": pick(["是", "否", ""]), "延迟分钟": pick(["", "x", "12.5", "61.0"]),
        }  # fmt: skip
        return {
            "id": f"{source}:{number}", "at": at, "kind": pick(STEPS), "category": pick(CLASSES),
            "ended_at": at + dt.timedelta(seconds=seconds) if self.chance(0.7) else None,
            "result": pick(RESULTS), "area": self.place(at),
            "subject": f"p{self.rng.randrange(15)}",
            "value": pick([None, 120.0, 121.0, float(self.rng.randrange(400))]),
            "title": f"过程{number}", "extra": pairs(said),
        }  # fmt: skip

    def platform(self) -> list[dict[str, Any]]:
        """Return a delivery of the small registers; now and then a street is missing from it."""
        rows = []
        for day in (dt.date(2025, 11, 10), dt.date(2026, 10, 5), dt.date(2026, 11, 9), NOW.date()):
            for registers, areas in ((BY_STREET, STREETS), (BY_CITY, ("990100",))):
                for register in registers:
                    if self.chance(0.6):
                        rows += [
                            self._count(register, area, day) for area in areas if self.chance(0.9)
                        ]
        return rows

    def _count(self, register: str, area: str, day: dt.date) -> dict[str, Any]:
        at = dt.datetime.combine(day, dt.time(), ZONE)
        return {
            "id": f"platform:{register}:{day}:{area}:", "at": at, "register": register,
            "updated_at": at + dt.timedelta(minutes=self.rng.randrange(10_000)),
            "value": float(self.rng.randrange(1, 9000)), "area": area,
        }  # fmt: skip
