-- what batch 7 adds from fact_snapshot
-- population_resident
-- written by: pytest tests/golden --update-golden
SELECT one.1 AS indicator, day, area, toInt64(0) AS item, one.2 AS num, one.3 AS den
FROM (SELECT toDate(assumeNotNull(at)) AS day, area, sum(if((register = 'population'), sign * (ifNull(accurateCastOrNull(if(1, (value), 0), 'Decimal(38, 6)'), toDecimal128(0, 6))), 0)) AS n0
FROM fact_snapshot
WHERE isNotNull(at) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN [('population_resident', toDecimal128(n0, 6), toDecimal128(0, 6))] AS one
WHERE one.2 != 0 OR one.3 != 0;

SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area, toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_snapshot
WHERE batch = 7
GROUP BY indicator, day
HAVING num != 0;
