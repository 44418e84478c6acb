-- a viewer with two places asks for the city by grid, as of batch 3
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, '' AS key, day AS day, sum(num) AS num, sum(den) AS den
FROM part
WHERE indicator IN CAST(['um_reported'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15')) AND batch <= 3 AND area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 3) AND (path[2] = '990100002' OR path[3] = '990100001001'))
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')[w]
GROUP BY indicator, key, w;

SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, place.path[4] AS key, day AS day, sum(num) AS num, sum(den) AS den
FROM (SELECT *
FROM part) AS p
LEFT JOIN (SELECT area, path
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 3)) AS place ON p.area = place.area
WHERE indicator IN CAST(['um_reported'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-11-02') AND toDate('2026-11-15')) AND batch <= 3 AND p.area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 3) AND (path[2] = '990100002' OR path[3] = '990100001001'))
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16')], 'Array(Date)')[w]
GROUP BY indicator, key, w;
