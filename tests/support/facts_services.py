"""Random rows of what departments log: alarms, outages, matters, lifeline sensors, ledgers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.facts import COMMUNITIES, NOW, STREETS, ZONE, Delivery, Maker, sealed

ALARMS = ("用电异常", "油烟超标", "燃气泄漏", "养老设备", "一键报警", "排水井液位", "排口异常",
          "桥梁监测")  # fmt: skip
LOGGED = ("power_outage", "water_outage", "elevator_trap", "fire", "ems", "traffic_accident",
          "screening", "agency_service", "record_check", "care_contact", "fume_review",
          "exhaust_test", "policy_push", "slag_truck", "market_new", "market_closed", "bus",
          "metro", "tourism", "industrial_power", "duty")  # fmt: skip
RESULTS = ("", "误报", "属实", "反弹", "达标", "不合格", "合格", "在岗", "缺岗")
MATTERS = (("政务办件", "营业执照"), ("政务办件", "社会保险"), ("企业诉求", "政策兑现"),
           ("走访任务", "重点人群走访"), ("临时救助", "临时救助"), ("隐患", "占用消防通道"),
           ("诉求", "油烟扰民"), ("诉求", "拖欠工资"), ("诉求", "工地扬尘"))  # fmt: skip
METRICS = {
    "pm10": 200, "no2": 90, "o3_8h": 260, "aqi_day": 190, "pipe_pressure": 0.6, "turbidity": 2,
    "chlorine": 0.5, "gas_lel": 8, "rain_1h": 60, "ponding_cm": 30, "leak_ma": 600,
    "parking_occupied": 300, "parking_spaces": 400, "dissolved_oxygen": 9, "dust_pm10": 220,
    "purifier_on": 1, "water_supply": 40, "sewage": 30, "water_level": 5, "fume": 4, "noise": 75,
    "speed": 70,
}  # fmt: skip
BY_COMMUNITY = (("城市部件", "在册"), ("城市部件", "完好"), ("重点服务人群", "九类"),
                ("六十岁以上人口", "常住"), ("houses", "出租"))  # fmt: skip
BY_STREET = (
    ("devices_total", "视频监控"), ("devices_online", "视频监控"), ("devices_total", "物联感知"),
    ("devices_online", "物联感知"), ("独居老人", "在册"), ("低保对象", "在保"),
    ("登记失业人员", "期末"), ("就业困难人员", "认定"), ("就业困难人员", "已帮扶"),
    ("人才", "在库"), ("标准地址", "有效"), ("危险房屋", "CD级未处置"), ("智慧社区", "建成"),
    ("下沉窗口", "镇街"),
    ("政务事项", "依申请"), ("政务事项", "全程网办"), ("不见面事项", "零跑腿"), ("充电桩", "接入"),
    ("充电桩", "在线"), ("停车泊位", "联网"), ("路灯", "应亮"), ("路灯", "亮灯"),
    ("燃气用户", "应安检"), ("燃气用户", "已安检"), ("应急物资", "定额种类"),
    ("应急物资", "达标种类"), ("河道断面", "监测"), ("河道断面", "达标"), ("居住用地", "总面积"),
    ("居住用地", "公园覆盖"), ("信用预警企业", "预警"), ("部件普查面积", "平方公里"),
    ("信号灯故障", "未修复"),
)  # fmt: skip
BY_DISTRICT = (
    ("地区生产总值", "本期可比价"), ("地区生产总值", "上年同期可比价"), ("规上工业增加值", "本期"),
    ("规上工业增加值", "上年同期"), ("固定资产投资", "本年累计"), ("固定资产投资", "上年累计"),
    ("社会消费品零售", "本期"), ("社会消费品零售", "上年同期"), ("一般公共预算收入", "本年累计"),
    ("重点项目投资", "时序计划"), ("重点项目投资", "累计完成"), ("城镇新增就业", "本年累计"),
    ("菜篮子价格指数", "基期100"), ("医院床位", "开放"), ("医院床位", "占用"), ("建成区", "总面积"),
    ("建成区", "绿化覆盖"), ("基础数据面积", "平方公里"), ("三维数据面积", "平方公里"),
    ("实景影像", "公里"),
)  # fmt: skip


class ServiceMaker(Maker):
    """Makes the rows of the departments beside those of the ``Maker``."""

    def deliveries(self, size: int = 150, rounds: int = 3) -> list[Delivery]:
        """Return the files of the departments over several rounds, corrections included."""
        feeds = {
            "logs": ("event", self.logged), "affairs": ("case", self.matter),
            "gauges": ("reading", self.gauge),
        }  # fmt: skip
        found: list[Delivery] = []
        known: dict[str, list[dict[str, Any]]] = {source: [] for source in feeds}
        for _ in range(rounds):
            for source, (shape, make) in feeds.items():
                fresh = [make(source) for _ in range(size)]
                corrected = [
                    self.corrected(row, shape) for row in known[source] if self.chance(0.3)
                ]
                known[source] += fresh
                rows = tuple(sealed([*fresh, *corrected]))
                found.append(Delivery(source, shape, rows))  # type: ignore[arg-type]
            found.append(Delivery("ledgers", "snapshot", tuple(sealed(self.ledgers()))))
        return found

    def logged(self, source: str) -> dict[str, Any]:
        """Return an alarm or another entry of a log."""
        at, number, pick = self.moment(), self.number(source), self.rng.choice
        kind, category = pick([("alarm", pick(ALARMS)), (pick(LOGGED), "日志")])
        end = at + dt.timedelta(seconds=pick([0, 14_400, 14_401, self.rng.randrange(200_000)]))
        return {
            "id": f"{source}:{number}", "at": at, "kind": kind, "category": category,
            "ended_at": end if self.chance(0.8) else None, "title": f"日志{number}",
            "result": pick(RESULTS), "area": self.place(at), "subject": f"s{pick(range(9))}",
            "value": pick([None, 180.0, self.rng.randrange(1, 400_000) / 1000]), "extra": [],
        }  # fmt: skip

    def matter(self, source: str) -> dict[str, Any]:
        """Return a matter with a promised time, a hazard, or a complaint of a class."""
        kind, minor = self.rng.choice(MATTERS)
        minutes = self.rng.choice(["", "x", str(self.rng.randrange(2, 200))])
        return {
            **self._case(source, "部门", kind), "subcategory": minor,
            "extra": [{"key": "handle_min", "value": minutes}] if minutes else [],
        }  # fmt: skip

    def gauge(self, source: str) -> dict[str, Any]:
        """Return a reading of the lifelines or of the air."""
        at, metric = self.moment(), self.rng.choice(list(METRICS))
        low = METRICS[metric] * (0.55 if metric == "noise" else 0)
        value = round(self.rng.uniform(low, METRICS[metric]), 3) if self.chance(0.95) else None
        device = f"{metric}-{self.rng.randrange(3)}"
        return {
            "id": f"{source}:{device}:{metric}:{at.isoformat()}", "at": at, "device": device,
            "metric": metric, "value": value, "quality": "range" if self.chance(0.05) else "",
            "area": self.place(at),
        }  # fmt: skip

    def ledgers(self) -> list[dict[str, Any]]:
        """Return a delivery of the ledgers; now and then an area is missing from it."""
        rows = []
        for day in (dt.date(2025, 11, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 1), NOW.date()):
            for registers, areas in (
                (BY_COMMUNITY, COMMUNITIES), (BY_STREET, STREETS), (BY_DISTRICT, ("990100",)),
            ):  # fmt: skip
                for register, category in registers:
                    if self.chance(0.6):
                        rows += [
                            self._entry(register, category, area, day)
                            for area in areas if self.chance(0.9)
                        ]  # fmt: skip
        return rows

    def _entry(self, register: str, category: str, area: str, day: dt.date) -> dict[str, Any]:
        at = dt.datetime.combine(day, dt.time(), ZONE)
        return {
            "id": f"ledgers:{register}:{day}:{area}:{category}", "at": at, "register": register,
            "category": category, "updated_at": at + dt.timedelta(minutes=self.rng.randrange(9000)),
            "value": self.rng.randrange(100, 900_000) / 100, "area": area,
        }  # fmt: skip
