"""The Chinese words of the staff pages, in one place."""

from __future__ import annotations

from collections.abc import Mapping

WALL = "大屏"
DRILL = "下钻"
INDICATORS = "指标"
QUALITY = "数据质量"
BRIEFING = "简报"
WALLS = "大屏管理"
MAIN_NAVIGATION = "主导航"
SKIP_TO_CONTENT = "跳到正文"
DEMO = "演示数据"
DATA_VERSION = "数据版本"
ALL_FEEDS_FRESH = "各数据源更新正常"
UNASSIGNED = "未归属"
UNNAMED_VALUE = "(空)"

TIERS_LABEL = "指标范围"
TIERS: tuple[tuple[str, str], ...] = (("", "核心指标"), ("all", "全部指标"))
PERIODS: tuple[tuple[str, str], ...] = (
    ("yesterday", "昨日"),
    ("last-week", "上周"),
    ("last-month", "上月"),
    ("last-7d", "近7天"),
    ("last-30d", "近30天"),
)
PERIOD = "时段"
PERIOD_EXAMPLE = "2026-W46 / 2026-11 / 2026-11-01..2026-11-15"
SHOW = "查看"
INDICATOR = "指标"
CHOOSE_INDICATOR = "选择指标,可输入名称查找"
NO_MATCH = "没有相符的指标"
BREADCRUMB = "所在区域"
COMPARED_WITH_PREVIOUS = "较上期"
COMPARED_WITH_YEAR_AGO = "较上年"
NUMERATOR = "分子"
DENOMINATOR = "分母"
DEFINITION = "口径"
WHY = "数从何来"
AREA_PAGE = "本区域各项指标"
SMALL = "分母不足10,仅供参考"
SMALL_SHORT = "样本少"
IMMATURE_SHORT = "尚在变动"
MATURES = "成熟期"
MATURES_AFTER = "{days}天;此前仍随后续办理变动,不亮灯"
STALE = "数据源更新延迟"
LIGHTS: Mapping[str, str] = {"green": "正常", "amber": "关注", "red": "预警", "none": "未设阈值"}

MAP = "地图"
MAP_HINT = "点击区域进入下一级"
MAP_SKIPS = "按{level}着色,点击进入"
MAP_LOWEST = "最低一级:点为个案位置"
NO_VALUE = "无数据"
RANKING = "排名"
SIDE_BY_SIDE = "横向对比"
LEVEL = "层级"
TREND = "近{days}天走势"
LAST_DAYS = "近{days}天"
DAYS_BEFORE = "前{days}天"
AS_TABLE = "数据表"
DAY = "日期"
BREAKDOWN = "按{name}构成"
SHARE = "累计占比"
FILTERED = "已筛选"
REMOVE_FILTER = "取消筛选"
PREVIOUS_PERIOD = "上期"
TARGET = "目标"

CASES = "个案"
CASES_COUNT = "共 {total} 条"
CASES_RANGE = "第 {first}–{last} 条"
CASES_ARE_THE_NUMBER = "与上方数值一致"
EARLIER_PAGE, LATER_PAGE = "上一页", "下一页"
NO_CASES = "该时段没有个案。"
PAGE_BEYOND_END = "这一页超出了末页,请回到第一页。"
FIRST_PAGE = "回到第一页"
CLOSE = "关闭"
CASE = "个案详情"
TIMELINE = "办理过程"
VERSIONS = "版本"
PROVENANCE = "出处"
FILE_ROW = "{file} 第 {row} 行"
BATCH = "批次"
CURRENT_VERSION = "当前"
BEFORE, AFTER = "原值", "新值"
OVERDUE = "超期办结"
RANK = "序"
NAME = "名称"
VALUE = "数值"
CHANGE = "环比"
YEAR_CHANGE = "同比"
LIGHT = "状态"
AREA = "区域"

DIMENSIONS: Mapping[str, str] = {
    "category": "类别",
    "subcategory": "小类",
    "channel": "渠道",
    "kind": "性质",
    "department": "主办单位",
    "urgency": "紧急程度",
    "handled_level": "办理层级",
    "status": "办理状态",
    "satisfaction": "满意度",
    "source": "数据源",
    "result": "结果",
    "metric": "监测项",
    "device": "设备",
    "quality": "数据质量",
    "register": "台账",
}
CASE_FIELDS: Mapping[str, str] = {
    "id": "编号",
    "case_no": "工单号",
    "at": "时间",
    "title": "内容摘要",
    "category": "类别",
    "subcategory": "小类",
    "channel": "渠道",
    "kind": "性质",
    "department": "主办单位",
    "urgency": "紧急程度",
    "status": "状态",
    "due_at": "应办结",
    "closed_at": "办结",
    "satisfaction": "满意度",
    "area_name": "区域",
    "area": "区域编码",
    "address": "地点",
    "placed_by": "定位依据",
    "result": "结果",
    "value": "数值",
    "device": "设备",
    "metric": "监测项",
    "register": "台账",
    "subject": "对象",
    "ended_at": "结束",
    "handled_level": "办理层级",
    "visit_state": "回访",
    "n_returns": "退单次数",
    "n_rework": "返工次数",
    "n_urge": "催办次数",
    "n_supervise": "督办次数",
    "n_whistles": "吹哨部门数",
    "merged_into": "并入",
    "channels": "全部渠道",
    "merged": "并入本件的",
    "repeat_of": "重复于",
    "repeats": "其后重复的",
    "repeat_rule": "重复依据",
    "flags": "标记",
    "source": "数据源",
}
LIFECYCLE: Mapping[str, str] = {
    "received_at": "接收",
    "accepted_at": "受理",
    "dispatched_at": "派单",
    "signed_at": "签收",
    "disposed_at": "处置",
    "closed_at": "办结",
    "visited_at": "回访",
    "due_at": "应办结",
}
REPEAT_RULES: Mapping[str, str] = {
    "reporter": "同一诉求人",
    "text": "内容相同",
    "keyword": "催办用语",
}
PLACED_BY: Mapping[str, str] = {
    "point": "坐标",
    "code": "区域编码",
    "name": "地名",
    "none": "未能定位",
}

KINDS: Mapping[str, str] = {
    "count": "计数",
    "sum": "求和",
    "ratio": "比率",
    "average": "均值",
    "quantile": "分位数",
    "distinct": "去重计数",
    "extreme": "极值",
    "stock": "存量",
    "index": "指数",
    "composite": "综合指数",
}
ROLL_UPS: Mapping[str, str] = {
    "sum": "各级各日相加",
    "ratio": "分子之和 ÷ 分母之和",
    "last": "区域相加,时间取末值",
    "max": "取最大值",
    "min": "取最小值",
    "quantile": "合并分布后再取分位",
    "distinct": "合并集合后再计数",
    "formula": "各级分别按公式计算",
}
DIRECTIONS: Mapping[str, str] = {
    "up": "越高越好",
    "down": "越低越好",
    "neutral": "不评优劣",
    "band": "在区间内为好",
}
ROLES: Mapping[str, str] = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "grid": "网格",
}
WITHOUT = "未设"
RULE_BASES: Mapping[str, str] = {"b4w": "较前4周同日均值", "yoy": "较上年"}
OR = "或"

TITLE_WHY = "数从何来"
THE_DEFINITION = "指标定义"
THE_STATEMENT = "查询语句"
THE_STATEMENT_NOTE = "参数已代入,可直接在 ClickHouse 中执行"
COPY = "复制"
COPIED = "已复制"
THE_TABLES = "查了哪张表"
TABLE_USED = "采用"
TABLE_REJECTED = "未采用"
TABLE = "表"
TABLE_STATE = "结果"
REASON = "理由"
REJECTIONS: Mapping[str, str] = {
    "coarser_table_suffices": "汇总表 part 已按区域和日期存好所需的和,无须读明细",
    "judged_at_period_end": "汇总表 part 按日存放,不知期末时各件的状态,须读明细",
    "summed_when_asked": "汇总表 part 只留存核心指标,其余指标用时读明细汇总",
    "dimension_not_held": "汇总表 part 不按所选的列存放,须读明细",
}
NO_FEEDS = "没有数据源为这个指标供数。"
NO_BATCHES = "该时段没有相关批次。"
FILE_HASH = "文件以 SHA-256 识别,悬停可见全文"
THE_BATCHES = "数据批次"
BATCHES_MORE = "另有 {count} 个更早的批次未列出"
THE_FEEDS = "数据源更新"
DEFINED_AT = "定义位置"
REFERENCE = "依据"
OWNER = "责任单位"
AMBER, RED = "黄灯", "红灯"
KIND = "类型"
TIME_BASIS = "时间口径"
ROLL_UP = "汇总方式"
DIRECTION = "方向"
LOWEST_LEVEL = "最低层级"
DENOMINATOR_VARIANT = "分母口径"
FORMULA = "公式"
UNIT = "单位"
DOMAIN = "领域"
IDENTIFIER = "标识"
SEE_IN_DRILL = "在下钻中查看"
TIME_BASES: Mapping[str, str] = {
    "at": "发生时间",
    "received_at": "接收时间",
    "accepted_at": "受理时间",
    "dispatched_at": "派单时间",
    "signed_at": "签收时间",
    "disposed_at": "处置时间",
    "closed_at": "办结时间",
    "visited_at": "回访时间",
    "due_at": "应办结时间",
}
BATCH_FIELDS: Mapping[str, str] = {
    "batch": "批次",
    "source": "数据源",
    "file": "文件",
    "sha256": "SHA-256",
    "rows_read": "读入",
    "accepted": "入库",
    "quarantined": "隔离",
    "duplicates": "重复",
    "published_at": "发布时间",
}

AREA_TITLE = "{name} · 指标"
AREA_CHILDREN = "下级区域"
BESIDE = "占比 / 相差"
SHARE_OF = "占 {share}"
ONLY_TO = "只统计到{level}"

QUALITY_LEDGER_NOTE = "读入 = 入库 + 隔离 + 重复,逐行对账。"
QUALITY_BALANCED = "对账平衡"
QUALITY_UNBALANCED = "对账不平:读入 {read},入库+隔离+重复 {sum}"
FEEDS = "数据源"
FEEDS_LATE = "{count} 个数据源更新延迟"
FEED_FIELDS: Mapping[str, str] = {
    "name": "数据源",
    "state": "状态",
    "rhythm": "更新频率",
    "as_of": "最新数据时间",
    "age": "距今",
    "files": "文件",
    "rows_read": "读入",
    "accepted": "入库",
    "quarantined": "隔离",
    "duplicates": "重复",
    "flagged": "带标记",
    "department": "部门",
}
FRESH, LATE, NEVER = "正常", "延迟", "未收到"
QUARANTINE = "隔离行"
QUARANTINE_NOTE = "未入库的行逐行保留原因,改正后可重新处理。"
NO_QUARANTINE = "没有被隔离的行。"
QUARANTINE_FIELDS: Mapping[str, str] = {
    "source": "数据源",
    "file": "文件",
    "row_no": "行号",
    "column": "列",
    "value": "值",
    "reason": "原因代码",
    "sentence": "原因",
}
BOUNDARIES = "边界说明"

UNKNOWN_INDICATOR = "没有标识为“{name}”的指标。"
UNKNOWN_AREA = "没有编码为“{name}”的区域。"
UNKNOWN_LEVEL = "没有名为“{name}”的层级。"
UNKNOWN_CASE = "没有编号为“{name}”的个案,或不在可见范围内。"
DID_YOU_MEAN = "是否指"
UNKNOWN_OTHER = "没有“{name}”这一项。"
NOT_ANSWERABLE = "这个问题无法按所选条件回答。"
BAD_PERIOD = (
    "时段无法识别,或尚未开始。"
    "可写:2026-11-20、2026-W46、2026-11、2026-Q4、2026、2026-11-01..2026-11-15。"
)
FAILED = "暂时无法取得数据"
BACK_TO_START = "回到全区"
NO_DATA_IN_PERIOD = "{period}没有数据。"
NO_DATA_AS_OF = "{name}最新数据为 {as_of}。"
NO_DATA_EVER = "{name}尚未收到数据。"
NOT_BELOW = "该指标只统计到{level},下级没有数据。"
NO_BREAKDOWN = "该时段没有可分的数据。"
NO_TREND = "近{days}天没有数据。"
NO_TRACE = "本次回答未附来源。"

BRIEFINGS_NOTE = "首次下载或编辑时生成并定稿;此后数据更正不改变已定稿的内容"
BRIEFINGS_HEAD = ("时段", "起止", "状态", "编审", "下载")
BRIEFING_OPEN = "未生成"
BRIEFING_STATES = {
    "composed": "已生成", "draft": "草稿", "reviewed": "已审核", "signed": "已签发",
    "archived": "已归档",
}  # fmt: skip
BRIEFING_FORMS = {"docx": "Word", "pdf": "PDF", "xlsx": "Excel", "pptx": "幻灯片"}
BRIEFING_EDIT = "编审"
BRIEFING_REVIEW_COPY = "审阅稿(附依据)"
BRIEFING_WHO, BRIEFING_WHO_NOTE = "姓名", "尚无登录,由本人填写,随改动一并留存"
BRIEFING_NOTE, BRIEFING_NUMBER = "说明(退回时必填)", "期号"
BRIEFING_STEPS = {
    "review": "审核通过", "sign": "签发", "archive": "归档", "return": "退回修改",
    "recall": "撤回签发",
}  # fmt: skip
BRIEFING_ACTS = {
    "save": "保存", "up": "上移", "down": "下移", "drop": "删去", "restore": "恢复原句",
    "add": "增加一句", "import": "采纳改动",
}  # fmt: skip
BRIEFING_WHY = "改动数字的原因"
BRIEFING_PROOF, BRIEFING_NO_PROOF = "依据{n}项", "本句不含统计数"
BRIEFING_DROPPED = "已删去"
BRIEFING_BY = "由{who}改动"
BRIEFING_NUMBER_BY = "“{number}”为人工改定:{reason}"
BRIEFING_RECORD, BRIEFING_RECORD_HEAD = "经过", ("时间", "姓名", "事项", "说明")
BRIEFING_CHANGED, BRIEFING_CHANGED_HEAD = "定稿后的数据更正", (
    "指标", "区域", "条件", "期间", "定稿", "现在",
)  # fmt: skip
BRIEFING_UNCHANGED = "定稿后,文中数据没有更正。"
BRIEFING_RETURN = "取回改过的Word"
BRIEFING_RETURN_NOTE = "先列出改动,数字与文字分开;填写姓名(改动数字另填说明)后采纳。修订视为已接受"
BRIEFING_RETURN_PICK, BRIEFING_RETURN_SAME = "选择文件", "{name}:没有改动。"
BRIEFING_RETURN_HEAD = ("改动", "位置", "数字", "文字")
BRIEFING_RETURN_KINDS = {
    "wording": "文字", "numbers": "数字", "gone": "删句", "new": "加句", "cell": "表格",
}  # fmt: skip
BRIEFING_SAVED = "已保存。"
BRIEFING_DONE = "已{what}。"
BRIEFING_SENTENCE, BRIEFING_NEW = "句子", "新句"
BRIEFING_BACK = "全部简报"
BRIEFING_SENT, BRIEFING_SENT_HEAD = "报送", ("时间", "去向", "结果", "次数", "说明")
BRIEFING_SENT_STATES = {"sent": "已送达", "failed": "未送达,将再试", "sending": "结果不明,不再发送"}
