import type { Kysely } from 'kysely'

interface Before {
  job: { id: string; spec: string; plan: string | null }
  attempt: { id: string; job_id: string; plan: string }
}
interface Spec {
  readonly price: { readonly microUsdPerHour: string }
  readonly expected: { readonly seconds: number }
}

const AT_ONCE = 500
const MICROS_PER_HOUR = 3_600_000_000n

/** What the expected run time costs, rounded up. */
function costOf({ price, expected }: Spec): string {
  const micros = BigInt(Math.ceil(expected.seconds * 1_000_000))
  return String((BigInt(price.microUsdPerHour) * micros + MICROS_PER_HOUR - 1n) / MICROS_PER_HOUR)
}

/** A plan that was made when a job had one run says so. */
function saidInFull(plan: string, spec: string): string {
  const before = JSON.parse(plan) as { readonly window: unknown }
  const known = { runs: [before.window], gramsRange: null, expectedMicroUsd: costOf(JSON.parse(spec) as Spec), electricity: null, chosenBy: 'composite' }
  return JSON.stringify({ ...known, ...before })
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const before = db as Kysely<Before>
  await jobs(before)
  await attempts(before)
}

async function jobs(db: Kysely<Before>): Promise<void> {
  for (let after = ''; ; ) {
    const page = await db.selectFrom('job').select(['id', 'spec', 'plan']).where('id', '>', after).orderBy('id').limit(AT_ONCE).execute()
    for (const { id, spec, plan } of page)
      if (plan !== null)
        await db
          .updateTable('job')
          .set({ plan: saidInFull(plan, spec) })
          .where('id', '=', id)
          .execute()
    const last = page.at(-1)
    if (!last || page.length < AT_ONCE) return
    after = last.id
  }
}

async function attempts(db: Kysely<Before>): Promise<void> {
  for (let after = ''; ; ) {
    const page = await db
      .selectFrom('attempt')
      .innerJoin('job', 'job.id', 'attempt.job_id')
      .select(['attempt.id', 'attempt.plan', 'job.spec'])
      .where('attempt.id', '>', after)
      .orderBy('attempt.id')
      .limit(AT_ONCE)
      .execute()
    for (const { id, spec, plan } of page)
      await db
        .updateTable('attempt')
        .set({ plan: saidInFull(plan, spec) })
        .where('id', '=', id)
        .execute()
    const last = page.at(-1)
    if (!last || page.length < AT_ONCE) return
    after = last.id
  }
}
