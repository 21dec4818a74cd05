export const version = 4

/** What this agent brought into the container engine, so that all of it can be taken away again, and what jobs saved before they stopped. */
export const sql = `
CREATE TABLE engine_attempt (
  attempt_id    TEXT PRIMARY KEY,
  job_id        TEXT NOT NULL,
  container_id  TEXT,
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE engine_image (
  name      TEXT PRIMARY KEY,
  image_id  TEXT,
  bytes     INTEGER NOT NULL,
  used_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE engine_traffic (
  month  TEXT PRIMARY KEY,
  bytes  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  job_id      TEXT PRIMARY KEY,
  attempt_id  TEXT NOT NULL,
  kept_at     INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  sha256      TEXT NOT NULL,
  files       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
