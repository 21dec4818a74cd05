export const version = 7

/** A job may have several runs on one machine, and they are paid together. */
export const sql = 'CREATE INDEX job_by_job ON job (job_id);'
