"""The Chinese words of the data quality page that no other page has."""

from __future__ import annotations

LAG = "距今"
LAG_MOST = "时限"
LAG_NOTE = "最新数据超过两个更新周期加惯常时滞未到,即为延迟"
ARRIVED = "最近到达"
LAST_FILE = "最近文件"
NEXT = "下次取数"
PROBLEM = "最近一次失败"
BALANCE = "对账"
BALANCED = "平"
OFF_BY = "差{count}"
RECOUNT = "全部重新点算"
RECOUNT_NOTE = "按入库明细逐行点算:读入的行、现行版本、指标汇总,较慢"
RECOUNTED = (
    "{files} 个文件、{compared} 个指标重新点算:文件不平 {unbalanced} 个,现行版本不唯一的编号 "
    "{odd} 个,汇总与明细不符 {differences} 处,全区与各区域之和不符 {city} 处。"
)
ALL_AGREES = "全部相符。"

REPLAY = "改正后重新处理"
REPLAY_STEPS = "一、下载隔离行;二、在表格软件中改正,另存为 CSV;三、上传。只有改动过的行会重新读入。"
REPLAY_CHOOSE = "点数据源名称,只看它的隔离行,并可下载、改正、重新处理。"
DOWNLOAD = "下载隔离行 CSV"
UPLOAD = "上传改正后的 CSV,重新处理"
REPLAYED = (
    "{corrected} 行已改正,已作为 {file} 放入收件箱;{unchanged} 行未改动,{settled} 行先前已入库。"
)
NOTHING_CORRECTED = "没有改动过的行:{unchanged} 行与隔离时相同,{settled} 行先前已入库。"
SOON = "数秒后入库,"
LATER = "下一次载入时入库,"
LOOK_AGAIN = "刷新本页可见结果"
TOO_LARGE = "文件超过 {size} MB。"
SETTLED_NOTE = "已改正并入库的行不再列出"
