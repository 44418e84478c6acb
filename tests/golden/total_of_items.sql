-- a quantile, a distinct count and a highest value of one week
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, arrayZip([0.9], quantilesExactWeightedIf(0.9)(item, toUInt64(greatest(num, 0)), num > 0 AND indicator IN CAST(['appeal_handle_hours_p90'], 'Array(String)'))) AS q, minIf(item, num > 0) AS lo, maxIf(item, num > 0) AS hi
FROM (SELECT indicator, '' AS key, w, item, sum(num) AS num
FROM part_city
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')) + 1) AS w
WHERE indicator IN CAST(['appeal_handle_hours_p90', 'water_level_max'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15')) AND batch <= 7 AND day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')[w]
GROUP BY indicator, key, w, item)
GROUP BY indicator, key, w;

SELECT indicator, key, w, toFloat64(sum(num)) AS n, countIf(num > 0) AS c
FROM (SELECT indicator, '' AS key, w, item, sum(num) AS num
FROM (SELECT indicator, stretch AS day, area, item, num, den
FROM (WITH toDate(assumeNotNull(accepted_at)) AS day SELECT toLowCardinality('appeal_reporters') AS indicator, toDate(roundDown(toUInt16(day), CAST([0, 20402, 20409, 20759, 20766, 20773], 'Array(UInt16)'))) AS stretch, area, toInt64(bitShiftRight(sipHash64(reporter_key), 1)) AS item, toDecimal128(sum(sign * (toInt64(1))), 6) AS num, toDecimal128(0, 6) AS den
FROM (SELECT * REPLACE ('' AS area)
FROM fact_case)
WHERE isNotNull(accepted_at) AND (kind = '诉求' AND is_void = 0 AND reporter_key != '') AND batch <= 7 AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15'))
GROUP BY stretch, area, item
HAVING num != 0))
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')) + 1) AS w
WHERE indicator IN CAST(['appeal_reporters'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15')) AND day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')[w]
GROUP BY indicator, key, w, item)
GROUP BY indicator, key, w;
