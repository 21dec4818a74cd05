export const version = 5

/** What the intensity of the owner's zone has been, gCO2/kWh. Times in epoch milliseconds. `forecast` is 0 or 1. */
export const sql = `
CREATE TABLE grid_past (
  zone      TEXT NOT NULL,
  basis     TEXT NOT NULL,
  origin    TEXT NOT NULL,
  from_ms   INTEGER NOT NULL,
  to_ms     INTEGER NOT NULL,
  value     REAL NOT NULL,
  forecast  INTEGER NOT NULL,
  PRIMARY KEY (zone, basis, origin, from_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX grid_past_by_start ON grid_past (from_ms);
`
