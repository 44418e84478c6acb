-- open appeals and open urban cases by street
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, '' AS key, if(indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)'), greatest(day, toDate('2025-11-10') - 1), day) AS day, sum(num) AS num, sum(den) AS den
FROM part_city
WHERE indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND day <= toDate('2026-11-15')) AND batch <= 7
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w] OR indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, key, w;

SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, place.path[2] AS key, if(indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)'), greatest(day, toDate('2025-11-10') - 1), day) AS day, sum(num) AS num, sum(den) AS den
FROM (SELECT *
FROM part) AS p
LEFT JOIN (SELECT area, path
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7)) AS place ON p.area = place.area
WHERE indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND day <= toDate('2026-11-15')) AND batch <= 7
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w] OR indicator IN CAST(['appeals_open', 'um_open'], 'Array(String)') AND day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, key, w;
