import { toBase58 } from '../../../shared/domain/base58.ts'
import type { Lamports } from '../../../shared/units.ts'
import { type Blockhash, assemble } from '../../chain/chain.ts'
import { NONCE_ACCOUNT_BYTES } from '../../chain/lanes.ts'
import { transact } from '../persistence/database.ts'
import type { Attempt, Batch } from './batch.ts'
import { outflowOf } from './batch.ts'
import type { PayoutDeps } from './deps.ts'
import { requireExactly } from './guard.ts'
import { inTurn } from './in-turn.ts'
import { type Lane, freeLane, raised } from './lanes.ts'
import { NOTHING } from './limits.ts'
import { recordUnpayable } from './outcome.ts'
import { pauseOf } from './pause.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { balanceOf } from './purse.ts'
import { push } from './track.ts'
import { blamedRecipient, expectedOf, instructionsOf } from './transfer.ts'

/** Compute units allowed while trying; what is signed asks for what the trial used and a fifth more. */
const TRIAL_UNITS = 400_000
const LEAST_UNITS = 1_000
/** What advancing a nonce takes beside that, and more. */
const ADVANCE_UNITS = 1_000

/** What a lane costs, where the batch opens one. */
const laneRentOf = ({ chain }: PayoutDeps, { kind }: Batch): Promise<Lamports> | Lamports => (kind === 'lane' ? chain.minRent(NONCE_ACCOUNT_BYTES) : NOTHING)

/** Tries the batch on the cluster. Returns the units to ask for, or `null` if it cannot be signed now. */
async function tryOut(deps: PayoutDeps, batch: Batch, { blockhash }: Blockhash): Promise<number | null> {
  const { chain, wallet, events } = deps
  const carriage = { units: TRIAL_UNITS, lane: null, laneRent: await laneRentOf(deps, batch) }
  const message = chain.compile(wallet.address, instructionsOf(deps, batch, carriage), blockhash)
  const { err, units, blame } = await chain.simulate(assemble(message))
  if (err === null) return Math.max(LEAST_UNITS, Math.ceil(units * 1.2))
  const blamed = blamedRecipient(deps, batch, { message, blame })
  const reason = `The cluster would refuse the payment: ${err}`
  if (blamed === null) {
    events.waiting(batch.id, reason)
    return null
  }
  events.refused(blamed, reason)
  await recordUnpayable(deps, { batch, blamed: [blamed], reason })
  return null
}

/** What of the hot wallet is not promised to what is under way. */
interface Purse {
  lamports: bigint
  microUsdc: bigint
}

/** What the hot wallet can spend once everything signed before has left it. */
async function spendable(deps: PayoutDeps, open: readonly Batch[]): Promise<Purse> {
  const purse = { lamports: await balanceOf(deps, 'lamports'), microUsdc: deps.usdc ? await balanceOf(deps, 'micro-usdc') : 0n }
  for (const batch of open) if (batch.live && batch.live.state !== 'confirmed') spend(purse, batch, batch.live.fee)
  return purse
}

function spend(purse: Purse, batch: Batch, fee: bigint): void {
  const { lamports, microUsdc } = outflowOf(batch)
  purse.lamports -= lamports + fee
  purse.microUsdc -= microUsdc
}

function affords({ lamports, microUsdc }: Purse, batch: Batch, costs: { readonly fee: bigint; readonly reserve: bigint }): boolean {
  const needed = outflowOf(batch)
  return needed.lamports + costs.fee + costs.reserve <= lamports && needed.microUsdc <= microUsdc
}

/** In place of the attempt it raises, if it raises one. False if somebody else has moved the batch since it was read. */
const writeDown = (deps: PayoutDeps, batch: Batch, attempt: Attempt): Promise<boolean> =>
  transact(deps.db, async (tx) => {
    const { clock } = deps
    const store = createPayoutsStore(tx)
    if (await pauseOf(tx, deps)) return false
    if (batch.live && !(await store.moveAttempt(batch.live.id, batch.live.state, 'raised'))) return false
    if (!(await store.moveBatch({ id: batch.id, from: batch.state, to: 'signed', at: clock.now() }))) return false
    await store.addAttempt(batch.id, attempt, clock.now())
    return true
  })

/** Signs, writes down, and only then lets the bytes out of the process. Returns the attempt, or `null` if the batch must wait. */
async function signOne(deps: PayoutDeps, batch: Batch, { purse, lane }: { purse: Purse; lane: Lane | null }): Promise<Attempt | null> {
  const { chain, wallet, events, ids, settings } = deps
  // A trial of what the hot wallet cannot pay would blame whoever is paid when the money runs out.
  if (!affords(purse, batch, { fee: NOTHING, reserve: settings.reserve })) {
    events.waiting(batch.id, 'the hot wallet holds too little')
    return null
  }
  const hash = await chain.latestBlockhash()
  const units = await tryOut(deps, batch, hash)
  if (units === null) return null
  const instructions = instructionsOf(deps, batch, { units: units + (lane ? ADVANCE_UNITS : 0), lane, laneRent: await laneRentOf(deps, batch) })
  const blockhash = lane?.nonce ?? hash.blockhash
  const message = chain.compile(wallet.address, instructions, blockhash)
  // A nonce is no block hash that a fee is known of; what the message costs does not depend on it.
  const fee = await chain.fee(lane ? chain.compile(wallet.address, instructions, hash.blockhash) : message)
  if (fee === null || !affords(purse, batch, { fee, reserve: settings.reserve })) {
    events.waiting(batch.id, fee === null ? 'its block hash has expired' : 'the hot wallet holds too little')
    return null
  }
  requireExactly(message, expectedOf(deps, batch, { blockhash, lane }))
  const signature = await wallet.sign(message)
  const attempt = {
    id: ids.next(),
    n: batch.attempts + 1,
    signature: toBase58(signature),
    raw: Buffer.from(assemble(message, signature)).toString('base64'),
    lastValidBlockHeight: hash.lastValidBlockHeight,
    signedSlot: hash.slot,
    fee,
    state: 'signed' as const,
    lane: lane?.address ?? null,
    nonce: lane?.nonce ?? null,
  }
  if (!(await writeDown(deps, batch, attempt))) return null
  events.signed(batch.id, attempt.signature, attempt.n)
  return attempt
}

/** Signs every batch of which no transaction is alive and which nobody has to approve any more, and sends it. */
export async function signPlanned(deps: PayoutDeps, open: readonly Batch[]): Promise<void> {
  const waiting = open.filter((batch) => batch.state === 'planned' && batch.live === null && batch.approvalsMissing === 0)
  if (waiting.length === 0) return
  const purse = await spendable(deps, open)
  const taken: Batch[] = []
  const sign = async (batch: Batch) => {
    if (await pauseOf(deps.db, deps)) return
    const attempt = await signOne(deps, batch, { purse, lane: await freeLane(deps, batch, [...open, ...taken]) })
    if (!attempt) return
    spend(purse, batch, attempt.fee)
    taken.push({ ...batch, live: attempt })
    await push(deps, { batch: { ...batch, state: 'signed' }, attempt })
  }
  await inTurn(waiting, sign, deps.events)
}

/** Signs batches whose nonce has waited long for a higher fee; the attempt before may still land in place of this one, never beside it. */
export async function raiseLate(deps: PayoutDeps, open: readonly Batch[], late: readonly string[]): Promise<void> {
  const waiting = open.filter(({ id }) => late.includes(id))
  if (waiting.length === 0) return
  // What it pays is set aside for the attempt before already.
  const purse = await spendable(
    deps,
    open.filter(({ id }) => !late.includes(id)),
  )
  const raise = async (batch: Batch) => {
    const lane = raised(batch)
    const attempt = lane && !deps.isStopped() ? await signOne(deps, batch, { purse, lane }) : null
    if (!attempt) return
    spend(purse, batch, attempt.fee)
    await push(deps, { batch: { ...batch, state: 'signed', live: attempt }, attempt })
  }
  await inTurn(waiting, raise, deps.events)
}
