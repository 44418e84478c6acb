-- a count, a rate and an index of one week, for one street
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, '' AS key, day AS day, sum(num) AS num, sum(den) AS den
FROM part
WHERE indicator IN CAST(['appeals_accepted', 'appeals_close_rate', 'population_resident'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['population_resident'], 'Array(String)') AND day <= toDate('2026-11-15')) AND batch <= 7 AND area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))
GROUP BY indicator, key, day) AS days
LEFT JOIN (SELECT indicator, groupArray((w, last)) AS days
FROM (SELECT indicator, w, max(day) AS last
FROM (SELECT indicator, day
FROM part_city
WHERE indicator IN CAST(['population_resident'], 'Array(String)') AND batch <= 7
GROUP BY indicator, day
HAVING sum(num) != 0)
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, w)
GROUP BY indicator) AS latest USING (indicator)
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE NOT indicator IN CAST(['population_resident'], 'Array(String)') AND (day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]) OR indicator IN CAST(['population_resident'], 'Array(String)') AND has(latest.days, tuple(w, day))
GROUP BY indicator, key, w;
