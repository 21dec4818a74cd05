import { type Kysely, sql } from 'kysely'

/**
 * A job says how many GPUs it needs, no longer only whether it needs any. Specifications are written with their keys in this order, and a
 * quote inside a text is escaped there, so that nothing else can be meant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [before, after] of [
    ['"needs":{"gpu":true,', '"needs":{"gpus":1,'],
    ['"needs":{"gpu":false,', '"needs":{"gpus":0,'],
  ])
    await sql`UPDATE job SET spec = replace(spec, ${before}, ${after})`.execute(db)
}
