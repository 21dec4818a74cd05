export const version = 3

/** What every stretch of a day went to, and how fast the owner got the machine back. Times in epoch milliseconds, durations in milliseconds. */
export const sql = `
CREATE TABLE day_span (
  seq      INTEGER PRIMARY KEY,
  from_ms  INTEGER NOT NULL,
  to_ms    INTEGER NOT NULL,
  code     TEXT NOT NULL
) STRICT;
CREATE INDEX day_span_by_end ON day_span (to_ms);

CREATE TABLE yield_time (
  n                    INTEGER PRIMARY KEY,
  at                   INTEGER NOT NULL,
  code                 TEXT NOT NULL,
  kind                 TEXT NOT NULL,
  decided_ms           REAL NOT NULL,
  compute_stopped_ms   REAL,
  gone_ms              REAL,
  memory               TEXT,
  memory_ms            REAL
) STRICT;
`
