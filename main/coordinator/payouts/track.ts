import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { HistoryItem } from '../../chain/chain.ts'
import type { PayoutDeps } from './deps.ts'
import { type Seen, nextStep } from './machine.ts'
import { inTurn } from './in-turn.ts'
import { hasMoved } from './lanes.ts'
import { recordExpired, recordFailed, recordFinalized, recordProgress } from './outcome.ts'
import type { Attempt, Batch } from './batch.ts'
import { inPieces } from './plan.ts'

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

/** Looks for one of these attempts in the hot wallet's own history, back to before it was signed. */
async function findInHistory({ chain, wallet }: PayoutDeps, attempts: readonly Attempt[]): Promise<HistoryItem | null> {
  const signatures = new Set(attempts.map(({ signature }) => signature))
  const signedSlot = Math.min(...attempts.map((attempt) => attempt.signedSlot))
  for (let before: string | undefined; ; ) {
    const page: readonly HistoryItem[] = await chain.historyOf(wallet.address, { limit: HISTORY_PAGE, ...(before === undefined ? {} : { before }) })
    const found = page.find((item) => signatures.has(item.signature))
    const oldest = page.at(-1)
    if (found) return found
    if (!oldest || page.length < HISTORY_PAGE || oldest.slot < signedSlot) return null
    before = oldest.signature
  }
}

function finish(deps: PayoutDeps, tracked: Tracked, err: string | null): Promise<void> {
  deps.events.finished(tracked.batch.id, tracked.attempt.signature, err)
  return err === null ? recordFinalized(deps, tracked) : recordFailed(deps, tracked, err)
}

/** An earlier attempt on the nonce that has landed for good in place of the live one. */
async function landedRival(deps: PayoutDeps, { rivals }: Batch): Promise<{ attempt: Attempt; err: string | null } | null> {
  if (rivals.length === 0) return null
  const statuses = await deps.chain.statuses(rivals.map(({ signature }) => signature))
  const index = statuses.findIndex((status) => status?.level === 'finalized')
  const [attempt, status] = [rivals[index], statuses[index]]
  return attempt && status ? { attempt, err: status.err } : null
}

interface Look {
  readonly tracked: Tracked
  readonly seen: Omit<Seen, 'silentPasses'>
  readonly maySend: boolean
}

async function take(deps: PayoutDeps, silence: Silence, { tracked, seen, maySend }: Look): Promise<'late' | void> {
  const { batch, attempt } = tracked
  const silentPasses = silence.get(attempt.id) ?? 0
  const step = nextStep(attempt, { ...seen, silentPasses })
  if (step.do === 'look-in-history') {
    const history = await findInHistory(deps, [attempt, ...batch.rivals])
    const rival = batch.rivals.find(({ signature }) => signature === history?.signature)
    return rival ? finish(deps, { batch, attempt: rival }, history?.err ?? null) : take(deps, silence, { tracked, maySend, seen: { ...seen, history } })
  }
  if (step.do === 'count-silence') silence.set(attempt.id, silentPasses + 1)
  else silence.delete(attempt.id)
  if (step.do === 'send') return maySend ? push(deps, tracked) : undefined
  if (step.do === 'confirm') return recordProgress(deps, tracked, 'confirmed')
  if (step.do === 'expire') {
    deps.events.expired(batch.id, attempt.signature)
    return recordExpired(deps, tracked)
  }
  if (step.do === 'raise') {
    if (maySend) await push(deps, tracked)
    return 'late'
  }
  if (step.do === 'finish') return finish(deps, tracked, step.err)
}

interface Live {
  readonly batches: readonly Batch[]
  /** Nothing leaves while payouts are paused, not even again. */
  readonly maySend: boolean
  /** Hears of each batch on a lane that has waited long enough to offer more. */
  readonly onLate: (batchId: string) => void
}

/** What was found out, or why it could not be, for whoever asks later. */
const outcomeOf = <T>(found: Promise<T>): Promise<() => T> =>
  found.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )

/** Moves attempts whose statuses one question answers. Each is held up by its own trouble alone. */
async function trackSome(deps: PayoutDeps, silence: Silence, { some, maySend, onLate }: Omit<Live, 'batches'> & { some: readonly Tracked[] }): Promise<void> {
  const finalHeight = await deps.chain.blockHeight('finalized')
  const moved = await Promise.all(some.map(({ attempt }) => outcomeOf(hasMoved(deps, attempt))))
  const statuses = await deps.chain.statuses(some.map(({ attempt }) => attempt.signature))
  const track = async ([index, tracked]: readonly [number, Tracked]) => {
    const seen = { finalHeight, hasMoved: moved[index]?.() ?? false, status: statuses[index] ?? null, history: undefined }
    const rival = seen.status === null ? await landedRival(deps, tracked.batch) : null
    if (rival) await finish(deps, { batch: tracked.batch, attempt: rival.attempt }, rival.err)
    else if ((await take(deps, silence, { tracked, maySend, seen })) === 'late') onLate(tracked.batch.id)
  }
  await inTurn(some.entries(), track, deps.events)
}

/** Moves every live attempt one step on. */
export async function trackLive(deps: PayoutDeps, silence: Silence, { batches, ...how }: Live): Promise<void> {
  const live = batches.flatMap((batch) => (batch.live ? [{ batch, attempt: batch.live }] : []))
  await inTurn(inPieces(live, STATUSES_PER_CALL), (some) => trackSome(deps, silence, { ...how, some }), deps.events)
}
