-- what batch 7 adds from fact_snapshot
-- population_resident
-- written by: pytest tests/golden --update-golden
SELECT CAST(['population_resident'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(at)) AS day, area, sum(if((register = 'population'), sign * (ifNull(accurateCastOrNull(if(1, (value), 0), 'Decimal(38, 6)'), toDecimal128(0, 6))), 0)) AS n0
FROM fact_snapshot
WHERE isNotNull(at) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one;

SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area, toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_snapshot
WHERE batch = 7
GROUP BY indicator, day
HAVING num != 0;
