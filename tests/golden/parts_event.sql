-- what batch 7 adds from fact_event
-- grid_patrol_km, sla_9min_arrival_rate, emergency_response_s_p90
-- written by: pytest tests/golden --update-golden
SELECT CAST(['grid_patrol_km', 'sla_9min_arrival_rate'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(at)) AS day, area, sum(if((kind = 'patrol'), sign * (ifNull(accurateCastOrNull(if(1, (value), 0), 'Decimal(38, 6)'), toDecimal128(0, 6))), 0)) AS n0, sum(if((kind = 'emergency'), sign * (toInt64(ifNull(toFloat64OrNull(extra['arrive_s']) <= 540, 0)) * toInt64(ifNull(isNotNull(toFloat64OrNull(extra['arrive_s'])), 0))), 0)) AS n1, sum(if((kind = 'emergency'), sign * (toInt64(ifNull(isNotNull(toFloat64OrNull(extra['arrive_s'])), 0))), 0)) AS d1
FROM fact_event
WHERE isNotNull(at) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 3), [n0, n1], [0, d1])) AS one;

SELECT toLowCardinality('emergency_response_s_p90') AS indicator, toDate(assumeNotNull(at)) AS day, area, if(ifNull(toFloat64(value), 0) <= 1e-06, -1099511627776, toInt64(ceil(log(ifNull(toFloat64(value), 1)) / 0.010000083334583179))) AS item, toDecimal128(sum(sign * (toInt64(ifNull(isNotNull(value) AND (1), 0)))), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_event
WHERE isNotNull(at) AND (kind = 'emergency') AND batch = 7 AND 1
GROUP BY day, area, item
HAVING num != 0;

SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area, toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_event
WHERE batch = 7
GROUP BY indicator, day
HAVING num != 0;
