export const version = 6

/**
 * A job says how many GPUs it needs, no longer only whether it needs any; its plan says in which runs, and what they cost, rounded up; and what
 * each attempt works on outlives the process.
 */
export const sql = `
UPDATE job
SET lease = json_remove(
  json_set(lease, '$.spec.needs.gpus', CASE WHEN json_extract(lease, '$.spec.needs.gpu') THEN 1 ELSE 0 END),
  '$.spec.needs.gpu'
)
WHERE json_type(lease, '$.spec.needs.gpu') IS NOT NULL;

UPDATE job
SET lease = json_set(
  lease,
  '$.plan.runs', json_array(json_extract(lease, '$.plan.window')),
  '$.plan.gramsRange', NULL,
  '$.plan.expectedMicroUsd', printf('%d', ceil(json_extract(lease, '$.spec.expected.seconds') * json_extract(lease, '$.spec.price.microUsdPerHour') / 3600.0)),
  '$.plan.electricity', NULL,
  '$.plan.chosenBy', 'composite'
)
WHERE json_type(lease, '$.plan') = 'object' AND json_type(lease, '$.plan.runs') IS NULL;

CREATE TABLE taken_devices (
  lease_id    TEXT PRIMARY KEY,
  device_ids  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
