export const version = 2

/**
 * Samples live in files of their own from now on; what the table held is kept until it has been written there. Energy is remembered
 * per device and UTC day.
 */
export const sql = `
CREATE TABLE old_sample_log (
  attempt_id  TEXT PRIMARY KEY,
  log         BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO old_sample_log (attempt_id, log)
  SELECT job.attempt_id, proof.sample_log FROM proof JOIN job ON job.lease_id = proof.lease_id;
ALTER TABLE proof DROP COLUMN sample_log;

CREATE TABLE device_day (
  day         INTEGER NOT NULL,
  device_id   TEXT NOT NULL,
  joules      REAL NOT NULL,
  job_joules  REAL NOT NULL,
  covered_ms  INTEGER NOT NULL,
  PRIMARY KEY (day, device_id)
) STRICT, WITHOUT ROWID;
`
