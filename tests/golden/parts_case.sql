-- what batch 7 adds from fact_case
-- appeals_accepted, appeals_close_rate, appeals_open, appeal_reporters
-- written by: pytest tests/golden --update-golden
SELECT CAST(['appeals_accepted', 'appeals_close_rate', 'appeals_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(accepted_at)) AS day, area, sum(if((kind = '诉求' AND is_void = 0), sign * (toInt64(1)), 0)) AS n0, sum(if((kind = '诉求' AND is_void = 0), sign * (toInt64(ifNull(isNotNull(closed_at), 0))), 0)) AS n1, sum(if((kind = '诉求' AND is_void = 0), sign * (toInt64(1)), 0)) AS d1, sum(if((kind = '诉求' AND is_void = 0), sign * (toInt64(1)), 0)) AS n2
FROM fact_case
WHERE isNotNull(accepted_at) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 4), [n0, n1, n2], [0, d1, 0])) AS one;

SELECT CAST(['appeals_open'][one.1], 'LowCardinality(String)') AS indicator, day, area, toInt64(0) AS item, toDecimal128(one.2, 6) AS num, toDecimal128(one.3, 6) AS den
FROM (SELECT toDate(assumeNotNull(greatest(accepted_at, closed_at))) AS day, area, sum(if((kind = '诉求' AND is_void = 0), sign * (-(toInt64(ifNull((1) AND isNotNull(accepted_at) AND isNotNull(closed_at), 0)))), 0)) AS n0
FROM fact_case
WHERE isNotNull(greatest(accepted_at, closed_at)) AND batch = 7 AND 1
GROUP BY day, area)
ARRAY JOIN arrayFilter(sums -> sums.2 != 0 OR sums.3 != 0, arrayZip(range(1, 2), [n0], [0])) AS one;

SELECT toLowCardinality('appeal_reporters') AS indicator, toDate(assumeNotNull(accepted_at)) AS day, area, toInt64(bitShiftRight(sipHash64(reporter_key), 1)) AS item, toDecimal128(sum(sign * (toInt64(1))), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_case
WHERE isNotNull(accepted_at) AND (kind = '诉求' AND is_void = 0 AND reporter_key != '') AND batch = 7 AND 1
GROUP BY day, area, item
HAVING num != 0;

SELECT concat('rows:', source) AS indicator, toDate(at) AS day, '' AS area, toInt64(0) AS item, toDecimal128(sum(sign), 6) AS num, toDecimal128(0, 6) AS den
FROM fact_case
WHERE batch = 7
GROUP BY indicator, day
HAVING num != 0;
