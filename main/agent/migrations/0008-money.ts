export const version = 8

/** Earnings are read in pages and by day; what a kWh has cost in the owner's zone, in hundredths of the currency, is kept to tell what past work cost. */
export const sql = `
CREATE INDEX earning_by_time ON earning (at DESC, earning_id DESC);
CREATE INDEX job_by_end ON job (ended_at);

CREATE TABLE price_past (
  zone      TEXT NOT NULL,
  currency  TEXT NOT NULL,
  from_ms   INTEGER NOT NULL,
  to_ms     INTEGER NOT NULL,
  minor     REAL NOT NULL,
  PRIMARY KEY (zone, currency, from_ms)
) STRICT, WITHOUT ROWID;
`
