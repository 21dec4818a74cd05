import { toBase58 } from '../../../shared/domain/base58.ts'
import { decodeMessage } from '../../../shared/domain/solana-transaction.ts'
import { type Lamports, lamports } from '../../../shared/units.ts'
import { type Blockhash, type Simulation, assemble } from '../../chain/chain.ts'
import { type Instruction, computeLimitInstruction, meaningOf, memoInstruction, transferInstruction } from '../../chain/instructions.ts'
import { transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { requireExactly } from './guard.ts'
import { recordUnpayable } from './outcome.ts'
import type { Attempt, Batch } from './batch.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { transfersOf } from './plan.ts'
import { push } from './track.ts'

/** Compute units allowed while trying; what is signed asks for what the trial used and a fifth more. */
const TRIAL_UNITS = 200_000
const LEAST_UNITS = 1_000

function instructionsOf(batch: Batch, payer: string, units: number): Instruction[] {
  const transfers = transfersOf(batch.items).map(({ to, amount }) => transferInstruction(payer, to, amount))
  return [computeLimitInstruction(units), ...transfers, memoInstruction(batch.memo, payer)]
}

/** The recipient a failed trial names, if it names one. */
function blamedRecipient(message: Uint8Array, blame: Simulation['blame'], payer: string): string | null {
  if (!blame) return null
  const { instructions, keys } = decodeMessage(message)
  const instruction = 'instruction' in blame ? instructions[blame.instruction] : undefined
  const meaning = instruction ? meaningOf(instruction, keys) : null
  const address = 'account' in blame ? (keys[blame.account] ?? null) : meaning?.does === 'transfer' ? meaning.to : null
  return address === payer ? null : address
}

/** Tries the batch on the cluster. Returns the units to ask for, or `null` if it cannot be signed now. */
async function tryOut(deps: PayoutDeps, batch: Batch, { blockhash }: Blockhash): Promise<number | null> {
  const { chain, wallet, events } = deps
  const message = chain.compile(wallet.address, instructionsOf(batch, wallet.address, TRIAL_UNITS), blockhash)
  const { err, units, blame } = await chain.simulate(assemble(message))
  if (err === null) return Math.max(LEAST_UNITS, Math.ceil(units * 1.2))
  const blamed = blamedRecipient(message, blame, wallet.address)
  const reason = `The cluster would refuse the payment: ${err}`
  if (blamed === null || !batch.items.some((item) => item.address === blamed)) {
    events.waiting(batch.id, reason)
    return null
  }
  events.refused(blamed, reason)
  await recordUnpayable(deps, { batch, blamed: [blamed], reason })
  return null
}

const totalOf = (batch: Batch): bigint => batch.items.reduce((sum, item) => sum + item.lamports, 0n)

/** What the hot wallet can spend once everything signed before has left it. */
async function spendable({ chain, wallet }: PayoutDeps, open: readonly Batch[]): Promise<Lamports> {
  const account = await chain.account(wallet.address)
  const committed = open
    .filter((batch) => batch.live && batch.live.state !== 'confirmed')
    .reduce((sum, batch) => sum + totalOf(batch) + (batch.live?.fee ?? 0n), 0n)
  return lamports((account?.lamports ?? 0n) - committed)
}

/** Signs, writes down, and only then lets the bytes out of the process. Returns the attempt, or `null` if the batch must wait. */
async function signOne(deps: PayoutDeps, batch: Batch, available: Lamports): Promise<Attempt | null> {
  const { chain, wallet, events, clock, ids, settings } = deps
  const hash = await chain.latestBlockhash()
  const units = await tryOut(deps, batch, hash)
  if (units === null) return null
  const message = chain.compile(wallet.address, instructionsOf(batch, wallet.address, units), hash.blockhash)
  const fee = await chain.fee(message)
  if (fee === null || totalOf(batch) + fee + settings.reserve > available) {
    events.waiting(batch.id, fee === null ? 'its block hash has expired' : 'the hot wallet holds too little')
    return null
  }
  requireExactly(message, { payer: wallet.address, blockhash: hash.blockhash, memo: batch.memo, transfers: transfersOf(batch.items) })
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
  }
  const isMine = await transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    if (!(await store.moveBatch({ id: batch.id, from: 'planned', to: 'signed', at: clock.now() }))) return false
    await store.addAttempt(batch.id, attempt, clock.now())
    return true
  })
  if (!isMine) return null
  events.signed(batch.id, attempt.signature, attempt.n)
  return attempt
}

/** Signs every batch of which no transaction is alive, and sends it. */
export async function signPlanned(deps: PayoutDeps, open: readonly Batch[]): Promise<void> {
  const waiting = open.filter((batch) => batch.state === 'planned' && batch.live === null)
  if (waiting.length === 0) return
  let available: bigint = await spendable(deps, open)
  for (const batch of waiting) {
    const attempt = await signOne(deps, batch, lamports(available))
    if (!attempt) continue
    available -= totalOf(batch) + attempt.fee
    await push(deps, { batch: { ...batch, state: 'signed' }, attempt })
  }
}
