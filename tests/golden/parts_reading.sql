-- what batch 7 adds from fact_reading
-- pm25_avg, water_level_max
-- written by: pytest tests/golden --update-golden
SELECT CAST(['pm25_avg'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(at)) AS day, area, sum(if((metric = 'pm25' AND quality = ''), sign * (ifNull(accurateCastOrNull(if(ifNull(isNotNull(value) AND (1), 0), (value), 0), 'Decimal(38, 6)'), toDecimal128(0, 6))), 0)) AS n0, sum(if((metric = 'pm25' AND quality = ''), sign * (toInt64(ifNull(isNotNull(value) AND (1), 0))), 0)) AS d0
FROM fact_reading
WHERE isNotNull(at) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [d0])) AS one;

SELECT toLowCardinality('water_level_max') AS indicator, toDate(assumeNotNull(at)) AS day, area, toInt64(round(ifNull(toFloat64(value), 0) * 1000000)) AS item, toDecimal128(sum(sign * (toInt64(ifNull(isNotNull(value) AND (1), 0)))), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_reading
WHERE isNotNull(at) AND (metric = 'water_level' AND quality = '') AND batch = 7 AND 1
GROUP BY day, area, item
HAVING num != 0;

SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area, toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_reading
WHERE batch = 7
GROUP BY indicator, day
HAVING num != 0;
