export const version = 1

export const sql = `
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  lease_id     TEXT PRIMARY KEY,
  job_id       TEXT NOT NULL,
  attempt_id   TEXT NOT NULL UNIQUE,
  lease        TEXT NOT NULL,
  state        TEXT NOT NULL,
  code         TEXT,
  message      TEXT,
  received_at  INTEGER NOT NULL,
  started_at   INTEGER,
  ended_at     INTEGER,
  joules       REAL,
  method       TEXT,
  uncertainty  REAL,
  proof_id     TEXT UNIQUE,
  receipt_id   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX job_by_time ON job (received_at DESC, lease_id DESC);
CREATE INDEX job_open ON job (state) WHERE state IN ('leased', 'waiting', 'preparing', 'running', 'collecting', 'proving', 'submitted');

CREATE TABLE proof (
  n            INTEGER PRIMARY KEY,
  proof_id     TEXT NOT NULL UNIQUE,
  lease_id     TEXT NOT NULL UNIQUE REFERENCES job (lease_id),
  seq          INTEGER NOT NULL,
  body_sha256  TEXT NOT NULL,
  envelope     TEXT NOT NULL,
  sample_log   BLOB NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE receipt (
  receipt_id  TEXT PRIMARY KEY,
  job_id      TEXT NOT NULL,
  issued_at   INTEGER NOT NULL,
  anchored    INTEGER NOT NULL,
  summary     TEXT NOT NULL,
  bundle      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_by_time ON receipt (issued_at DESC, receipt_id DESC);
CREATE INDEX receipt_unanchored ON receipt (issued_at) WHERE anchored = 0;

CREATE TABLE earning (
  earning_id  TEXT PRIMARY KEY,
  job_id      TEXT NOT NULL,
  receipt_id  TEXT NOT NULL,
  state       TEXT NOT NULL,
  micro_usd   INTEGER NOT NULL,
  at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX earning_by_job ON earning (job_id);

CREATE TABLE payout (
  payout_id  TEXT PRIMARY KEY,
  state      TEXT NOT NULL,
  lamports   INTEGER NOT NULL,
  micro_usd  INTEGER NOT NULL,
  fact       TEXT NOT NULL,
  at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payout_by_time ON payout (at DESC, payout_id DESC);
`
