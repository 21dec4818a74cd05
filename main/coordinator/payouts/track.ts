import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { HistoryItem } from '../../chain/chain.ts'
import type { PayoutDeps } from './deps.ts'
import { type Seen, nextStep } from './machine.ts'
import { recordExpired, recordFailed, recordFinalized, recordProgress } from './outcome.ts'
import type { Attempt, Batch } from './batch.ts'

/** Passes in which an attempt past its end was nowhere to be found. In memory: a restart starts the proof afresh. */
export type Silence = Map<string, number>

interface Tracked {
  readonly batch: Batch
  readonly attempt: Attempt
}

const STATUSES_PER_CALL = 256
const HISTORY_PAGE = 1_000

/** Hands the signed bytes to the cluster. What it answers, or that it does not, decides nothing but `sent`. */
export async function push(deps: PayoutDeps, { batch, attempt }: Tracked): Promise<void> {
  try {
    await deps.chain.send(new Uint8Array(Buffer.from(attempt.raw, 'base64')))
  } catch (error) {
    if (!(error instanceof WindfallError)) throw error
    deps.events.sendFailed(attempt.signature, messageOf(error))
    return
  }
  if (attempt.state === 'signed') await recordProgress(deps, { batch, attempt }, 'sent')
}

/** Looks for an attempt in the hot wallet's own history, back to before it was signed. */
async function findInHistory({ chain, wallet }: PayoutDeps, { signature, signedSlot }: Attempt): Promise<HistoryItem | null> {
  for (let before: string | undefined; ; ) {
    const page: readonly HistoryItem[] = await chain.historyOf(wallet.address, { limit: HISTORY_PAGE, ...(before === undefined ? {} : { before }) })
    const found = page.find((item) => item.signature === signature)
    const oldest = page.at(-1)
    if (found) return found
    if (!oldest || page.length < HISTORY_PAGE || oldest.slot < signedSlot) return null
    before = oldest.signature
  }
}

async function take(deps: PayoutDeps, silence: Silence, { tracked, seen }: { tracked: Tracked; seen: Omit<Seen, 'silentPasses'> }): Promise<void> {
  const { batch, attempt } = tracked
  const silentPasses = silence.get(attempt.id) ?? 0
  const step = nextStep(attempt, { ...seen, silentPasses })
  if (step.do === 'look-in-history') return take(deps, silence, { tracked, seen: { ...seen, history: await findInHistory(deps, attempt) } })
  if (step.do === 'count-silence') silence.set(attempt.id, silentPasses + 1)
  else silence.delete(attempt.id)
  if (step.do === 'send') return push(deps, tracked)
  if (step.do === 'confirm') return recordProgress(deps, tracked, 'confirmed')
  if (step.do === 'expire') {
    deps.events.expired(batch.id, attempt.signature)
    return recordExpired(deps, tracked)
  }
  if (step.do === 'finish') {
    deps.events.finished(batch.id, attempt.signature, step.err)
    return step.err === null ? recordFinalized(deps, tracked) : recordFailed(deps, tracked, step.err)
  }
}

/** Moves every live attempt one step on. */
export async function trackLive(deps: PayoutDeps, silence: Silence, batches: readonly Batch[]): Promise<void> {
  const live = batches.flatMap((batch) => (batch.live ? [{ batch, attempt: batch.live }] : []))
  for (let start = 0; start < live.length; start += STATUSES_PER_CALL) {
    const some = live.slice(start, start + STATUSES_PER_CALL)
    const finalHeight = await deps.chain.blockHeight('finalized')
    const statuses = await deps.chain.statuses(some.map(({ attempt }) => attempt.signature))
    for (const [index, tracked] of some.entries())
      await take(deps, silence, { tracked, seen: { finalHeight, status: statuses[index] ?? null, history: undefined } })
  }
}
