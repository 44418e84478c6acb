-- a count and open cases by grid, on the areas of today
-- asked at data version 7
-- written by: pytest tests/golden --update-golden
SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, '' AS key, if(indicator IN CAST(['um_open'], 'Array(String)'), greatest(day, toDate('2025-11-10') - 1), day) AS day, sum(num) AS num, sum(den) AS den
FROM (SELECT CAST(['um_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(accepted_at)) AS day, area, sum(if((channel = '智慧城管' AND is_void = 0), sign * (toInt64(1)), 0)) AS n0
FROM (SELECT * REPLACE ('' AS area)
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))))
WHERE isNotNull(accepted_at) AND batch <= 7 AND day <= toDate('2026-11-15')
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one
UNION ALL SELECT CAST(['um_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(greatest(accepted_at, closed_at))) AS day, area, sum(if((channel = '智慧城管' AND is_void = 0), sign * (-(toInt64(ifNull((1) AND isNotNull(accepted_at) AND isNotNull(closed_at), 0)))), 0)) AS n0
FROM (SELECT * REPLACE ('' AS area)
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))))
WHERE isNotNull(greatest(accepted_at, closed_at)) AND batch <= 7 AND day <= toDate('2026-11-15')
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one
UNION ALL SELECT CAST(['um_reported'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(received_at)) AS day, area, sum(if((channel = '智慧城管'), sign * (toInt64(1)), 0)) AS n0
FROM (SELECT * REPLACE ('' AS area)
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))))
WHERE isNotNull(received_at) AND batch <= 7 AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15'))
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one)
WHERE indicator IN CAST(['um_reported', 'um_open'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['um_open'], 'Array(String)') AND day <= toDate('2026-11-15'))
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w] OR indicator IN CAST(['um_open'], 'Array(String)') AND day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, key, w;

SELECT indicator, key, w, toFloat64(sum(num)) AS n, toFloat64(sum(den)) AS d
FROM (SELECT indicator, area AS key, if(indicator IN CAST(['um_open'], 'Array(String)'), greatest(day, toDate('2025-11-10') - 1), day) AS day, sum(num) AS num, sum(den) AS den
FROM (SELECT CAST(['um_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(accepted_at)) AS day, area, sum(if((channel = '智慧城管' AND is_void = 0), sign * (toInt64(1)), 0)) AS n0
FROM (SELECT p.* EXCEPT (area), place.path[4] AS area
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))) AS p
LEFT JOIN (SELECT area, path
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7)) AS place ON p.area = place.area)
WHERE isNotNull(accepted_at) AND batch <= 7 AND day <= toDate('2026-11-15')
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one
UNION ALL SELECT CAST(['um_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(greatest(accepted_at, closed_at))) AS day, area, sum(if((channel = '智慧城管' AND is_void = 0), sign * (-(toInt64(ifNull((1) AND isNotNull(accepted_at) AND isNotNull(closed_at), 0)))), 0)) AS n0
FROM (SELECT p.* EXCEPT (area), place.path[4] AS area
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))) AS p
LEFT JOIN (SELECT area, path
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7)) AS place ON p.area = place.area)
WHERE isNotNull(greatest(accepted_at, closed_at)) AND batch <= 7 AND day <= toDate('2026-11-15')
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one
UNION ALL SELECT CAST(['um_reported'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(received_at)) AS day, area, sum(if((channel = '智慧城管'), sign * (toInt64(1)), 0)) AS n0
FROM (SELECT p.* EXCEPT (area), place.path[4] AS area
FROM (SELECT *
FROM (SELECT f.* EXCEPT (area), if(m.now = '', toString(f.area), m.now) AS area
FROM fact_case AS f ANY
LEFT JOIN (SELECT area AS was, lon AS x, lat AS y, now
FROM moved
WHERE territory = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND batch <= 7) AS m ON f.area = m.was AND ifNull(f.lon, 0) = m.x AND ifNull(f.lat, 0) = m.y)
WHERE area IN (SELECT area
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7) AND (path[2] = '990100002'))) AS p
LEFT JOIN (SELECT area, path
FROM area
WHERE batch = (SELECT max(batch)
FROM area
WHERE batch <= 7)) AS place ON p.area = place.area)
WHERE isNotNull(received_at) AND batch <= 7 AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15'))
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one)
WHERE indicator IN CAST(['um_reported', 'um_open'], 'Array(String)') AND (day BETWEEN toDate('2025-11-10') AND toDate('2025-11-16') OR day BETWEEN toDate('2026-10-12') AND toDate('2026-11-15') OR indicator IN CAST(['um_open'], 'Array(String)') AND day <= toDate('2026-11-15'))
GROUP BY indicator, key, day) AS days
ARRAY JOIN range(1, length(CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')) + 1) AS w
WHERE day BETWEEN CAST([toDate('2026-11-09'), toDate('2026-11-02'), toDate('2025-11-10'), toDate('2026-10-26'), toDate('2026-10-19'), toDate('2026-10-12')], 'Array(Date)')[w] AND CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w] OR indicator IN CAST(['um_open'], 'Array(String)') AND day <= CAST([toDate('2026-11-15'), toDate('2026-11-08'), toDate('2025-11-16'), toDate('2026-11-01'), toDate('2026-10-25'), toDate('2026-10-18')], 'Array(Date)')[w]
GROUP BY indicator, key, w;
