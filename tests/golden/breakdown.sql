-- cases filed by department, only two classes of them
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, dimension AS key, day AS day, sum(num) AS num, sum(den) AS den
FROM (SELECT * EXCEPT (dimension), arrayJoin([(1, ''), (2, toString(dimension.1))]) AS dimension
FROM (SELECT CAST(['um_filed'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den, dimension
FROM (SELECT toDate(assumeNotNull(accepted_at)) AS day, area, tuple(department) AS dimension, sum(if((channel = '智慧城管' AND is_void = 0), sign * (toInt64(1)), 0)) AS n0
FROM (SELECT * REPLACE ('' AS area)
FROM fact_case)
WHERE isNotNull(accepted_at) AND batch <= 7 AND toString(category) IN CAST(['占道', '噪声'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15'))
GROUP BY day, area, dimension)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one))
WHERE indicator IN CAST(['um_filed'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15'))
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')[w]
GROUP BY indicator, key, w;
