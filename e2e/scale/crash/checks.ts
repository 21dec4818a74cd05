/** What has to be true after every restart, whatever moment the process died in. */
import { checkLog } from '../../../main/coordinator/audit/log-check.ts'
import { fromRecord } from '../../../main/coordinator/audit/record.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Acknowledged, CoordinatorClient, World } from './world.ts'

type Decision = ReturnType<typeof fromRecord>

export interface Checks {
  /** Looks at everything that was promised since it looked last; what does not hold is added to the problems. */
  readonly look: () => Promise<void>
}

const TRIES = 10

/** Whoever has just started, on a busy machine, may answer late: that is no loss. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tried === TRIES || !(error instanceof WindfallError) || !error.retry) throw error
    }
  }
}

async function stillThere(client: CoordinatorClient, { proofId, answer, repeat }: Acknowledged): Promise<string | null> {
  const { receiptId } = JSON.parse(answer) as { receiptId: string }
  try {
    const { proof } = await patiently(() => client.call('getProof', { proofId }))
    if (proof.proofId !== proofId) return `Proof ${proofId} is another one now.`
    await patiently(() => client.call('getReceipt', { receiptId }))
    const again = await patiently(repeat)
    return again === answer ? null : `Proof ${proofId} was answered with ${answer}, and when it was repeated with ${again}.`
  } catch (error) {
    return `Acknowledged proof ${proofId} was lost: ${messageOf(error)}`
  }
}

async function isThere(client: CoordinatorClient, jobId: string): Promise<string | null> {
  try {
    await patiently(() => client.call('getJob', { jobId }))
    return null
  } catch (error) {
    return `Acknowledged job ${jobId} was lost: ${messageOf(error)}`
  }
}

const AT_ONCE = 16

async function each<T>(items: readonly T[], look: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await look(item)
    }),
  )
}

/** Follows the decision log from where it was left: every record is what was hashed, and follows on the one before. */
function createLogReader(client: CoordinatorClient): () => Promise<string | null> {
  let last: Decision | null = null
  let after: string | null = null
  async function* news(): AsyncGenerator<Decision> {
    const known = last
    if (known) yield known
    for (;;) {
      const { items, next } = await client.call('exportDecisions', { kind: null, since: null, after, limit: 200 })
      for (const decision of items.map(fromRecord)) {
        // The last page of the time before was not full, and is read again.
        if (known && decision.seq <= known.seq) continue
        last = decision
        yield decision
      }
      if (next === null) return
      after = next
    }
  }
  return async () => {
    const { brokenAt, gaps } = await checkLog(news())
    if (gaps > 0) return `Decisions are missing from the log in ${gaps} places.`
    return brokenAt === null ? null : `The decision log is broken at ${brokenAt}.`
  }
}

export function createChecks(client: CoordinatorClient, world: World): Checks {
  const readLog = createLogReader(client)
  const looked = { proofs: 0, jobs: 0 }
  const note = (problem: string | null) => void (problem !== null && world.problems.push(problem))
  return {
    async look() {
      const [proofs, jobs] = [world.acknowledged.length, world.jobs.length]
      await each(world.acknowledged.slice(looked.proofs, proofs), async (done) => note(await stillThere(client, done)))
      await each(world.jobs.slice(looked.jobs, jobs), async (jobId) => note(await isThere(client, jobId)))
      looked.proofs = proofs
      looked.jobs = jobs
      const { balanced, findings } = await patiently(() => client.call('checkLedger', {}))
      if (!balanced || findings.length > 0) note(`The books do not balance: ${findings.join('; ')}`)
      note(await patiently(readLog))
    },
  }
}
