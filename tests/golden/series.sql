-- thirty days of a count, of open cases and of a register
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, '' AS key, if(indicator IN CAST(['appeals_open'], 'Array(String)'), greatest(day, toDate('2025-11-10') - 1), day) AS day, sum(num) AS num, sum(den) AS den
FROM part_city
WHERE indicator IN CAST(['appeals_accepted', 'appeals_open', 'devices_online'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['appeals_open'], 'Array(String)') AND day <= toDate('2026-11-15') OR indicator IN CAST(['devices_online'], 'Array(String)') AND day <= toDate('2026-11-15')) AND batch <= 7
GROUP BY indicator, key, day) AS days
LEFT JOIN (SELECT indicator, groupArray((w, last)) AS days
FROM (SELECT indicator, w, max(day) AS last
FROM (SELECT indicator, day
FROM part_city
WHERE indicator IN CAST(['devices_online'], 'Array(String)') AND batch <= 7
GROUP BY indicator, day
HAVING sum(num) != 0)
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, w)
GROUP BY indicator) AS latest USING (indicator)
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE NOT indicator IN CAST(['devices_online'], 'Array(String)') AND (day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w] OR indicator IN CAST(['appeals_open'], 'Array(String)') AND day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]) OR indicator IN CAST(['devices_online'], 'Array(String)') AND has(latest.days, tuple(w, day))
GROUP BY indicator, key, w;

SELECT indicator, key, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, if(indicator IN CAST(['appeals_open'], 'Array(String)'), greatest(day, toDate('2026-10-17') - 1), day) AS key, item, sum(num) AS num, sum(den) AS den
FROM part_city
WHERE indicator IN CAST(['appeals_accepted', 'appeals_open', 'devices_online'], 'Array(String)') AND (day BETWEEN toDate('2026-10-17') AND toDate('2026-11-15') OR indicator IN CAST(['appeals_open'], 'Array(String)') AND day <= toDate('2026-11-15') OR indicator IN CAST(['devices_online'], 'Array(String)') AND day <= toDate('2026-11-15')) AND batch <= 7
GROUP BY indicator, key, item
UNION ALL SELECT indicator, day AS key, toInt64(0) AS item, toDecimal128(0, 6) AS num, toDecimal128(0, 6) AS den
FROM (SELECT indicator, day
FROM part_city
WHERE indicator IN CAST(['devices_online'], 'Array(String)') AND batch <= 7 AND day <= toDate('2026-11-15')
GROUP BY indicator, day
HAVING sum(num) != 0))
GROUP BY indicator, key
ORDER BY indicator, key;
