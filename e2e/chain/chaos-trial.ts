import { checkLedger } from '../../main/coordinator/ledger/check.ts'
import type { PayoutDeps } from '../../main/coordinator/payouts/deps.ts'
import { createClaims } from '../../main/coordinator/payouts/claims.ts'
import { createQuotes } from '../../main/coordinator/payouts/quotes.ts'
import { createTermsStore } from '../../main/coordinator/payouts/terms.store.ts'
import { epochMs } from '../../shared/units.ts'
import { type Usdc, issueUsdc } from './usdc.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { type Payouts, createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { WindfallError } from '../../shared/errors.ts'
import { Crash, type Faults, crashingStatements, unreliable } from './chaos-faults.ts'
import { seeded, ticks } from './in-process.ts'
import { GENEROUS, type World, bytesFrom, createWorld, newAddress } from './payout-world.ts'

export interface TrialResult {
  readonly recipients: number
  readonly paidTwice: number
  readonly unpaid: number
  readonly crashes: number
  readonly sends: number
  readonly attempts: number
  readonly batches: number
  /** Memos that are on chain another number of times than once, or reported another number of times. */
  readonly wrongAnchors: number
  /** Whether the books balance and agree with the chain, to the lamport. */
  readonly booksAgree: boolean
}

const GROUPS = 2
const PER_GROUP = 6
/** Slots between two passes of 2 s: at 400 ms a slot, and at the 200 ms to come; sometimes a process is held up for longer. */
const SLOTS_PER_PASS = [5, 5, 5, 5, 5, 5, 5, 10, 10, 20] as const
/** How often an owner who has an answer asks again. */
const ASKS_AGAIN = 0.05
/** Lamports per byte that mainnet has asked for, or will. */
const RENTS = [6_960n, 5_080n, 696n] as const
/** By how much the clock of a process may be wrong, milliseconds. */
const CLOCK_JUMP_MS = 7_200_000
const MAX_PASSES = 3_000
/** Keys and ids come from a stream of their own, so that faults are drawn alike whatever is made. */
const KEYS = 0x9e37_79b9

const noteAnchored: PayoutDeps['onAnchored'] = async (tx, { memo }) => {
  // Kept in the database like any other fact, so that a transaction that is rolled back is not counted.
  await tx
    .insertInto('payout_refusal')
    .values({ address: `anchored ${memo}`, reason: 'anchored', until: 0 })
    .execute()
}

interface Trial {
  readonly random: () => number
  readonly bytes: (count: number) => Uint8Array
  readonly faults: Faults
  readonly memos: readonly string[]
  readonly usdc: Usdc
  /** Whether some are paid in USDC. */
  readonly isMixed: boolean
}

async function restart(world: World, { random, faults, memos, usdc, isMixed }: Trial): Promise<Pick<Run, 'payouts' | 'deps'>> {
  await world.reopen()
  faults.isDead = false
  const db = world.db.withPlugin(crashingStatements(random, faults))
  // Every process has its own idea of the time.
  const jump = Math.floor((random() - 0.5) * CLOCK_JUMP_MS)
  const clock = { ...world.clock, now: () => epochMs(world.clock.now() + jump) }
  const deps = world.deps({
    db,
    chain: unreliable(world, random, faults),
    clock,
    usdc: usdc.token,
    settings: { ...GENEROUS, lanes: isMixed ? 2 : 0 },
    onAnchored: noteAnchored,
  })
  const payouts = createPayouts(deps)
  for (const memo of memos) await transact(world.db, (tx) => payouts.queueAnchor(tx, { memo }))
  return { payouts, deps }
}

/** An owner who asks to be paid, and asks again until there is an answer, however often whoever should answer has died. */
interface Claimant {
  readonly nodeId: string
  readonly claimId: string
  quoteId: string | null
  hasAnswer: boolean
}

async function insist(deps: PayoutDeps, claimant: Claimant): Promise<void> {
  const { nodeId, claimId } = claimant
  try {
    claimant.quoteId ??= (await createQuotes(deps).quote(nodeId, { microUsd: null })).quoteId
    await createClaims(deps).claim(nodeId, { claimId, quoteId: claimant.quoteId })
    claimant.hasAnswer = true
  } catch (error) {
    // By the clock of this process the quote has expired, or one whose clock was ahead has put it away: nothing was taken, and the next one asks for another.
    if (!(error instanceof WindfallError && (error.code === 'payout.refused' || error.code === 'not-found'))) throw error
    claimant.quoteId = null
  }
}

interface Due {
  readonly asset: 'lamports' | 'micro-usdc'
  readonly share: bigint
  readonly isClaimed: boolean
}

interface Run {
  readonly world: World
  readonly trial: Trial
  readonly due: Map<string, Due>
  readonly claimants: Claimant[]
  payouts: Payouts
  deps: PayoutDeps
}

const isOutage = (error: unknown): boolean => error instanceof WindfallError && error.code === 'chain.unavailable'

/** Runs `act` in the process as it is; one that dies of it is started again. */
async function survive(run: Run, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Crash) && !isOutage(error)) throw error
    // What failed first may have been an outage.
    if (run.trial.faults.isDead) {
      run.trial.faults.crashes++
      Object.assign(run, await restart(run.world, run.trial))
    }
  }
}

async function passes(run: Run, seed: number): Promise<void> {
  const { world, trial, due, claimants } = run
  for (let pass = 0; ; pass++) {
    if (pass > MAX_PASSES) throw new Error(`seed ${seed}: still not done after ${MAX_PASSES} passes`)
    if (pass < GROUPS) await earnGroup(run)
    for (const claimant of claimants) if (!claimant.hasAnswer || trial.random() < ASKS_AGAIN) await survive(run, () => insist(run.deps, claimant))
    await survive(run, () => run.payouts.step())
    if (pass >= GROUPS && (await isDone(world, due.size))) return
    ticks(world.node, SLOTS_PER_PASS[Math.floor(trial.random() * SLOTS_PER_PASS.length)] ?? 5)
  }
}

/** One run of the payout machine against a hostile network and a process that keeps dying. */
export async function runTrial(seed: number): Promise<TrialResult> {
  const random = seeded(seed)
  const faults: Faults = { on: false, isDead: false, crashes: 0, sends: 0, lieFrom: Number.NEGATIVE_INFINITY }
  const chaos = {
    drop: () => faults.on && random() < 0.98,
    delaySlots: () => (faults.on && random() < 0.5 ? Math.floor(random() * 140) : 0),
    loseReply: () => faults.on && random() < 0.2,
  }
  const bytes = bytesFrom(seeded(seed + KEYS))
  const world = await createWorld({ chaos, bytes, rentPerByte: RENTS[seed % RENTS.length] ?? 5_080n })
  try {
    const usdc = await issueUsdc(world.node, world.chain, bytes)
    await usdc.give(world.wallet.address, 100_000_000n)
    faults.on = true
    const trial: Trial = { random, bytes, faults, memos: [`windfall:test/1:${seed}`], usdc, isMixed: seed % 2 === 1 }
    const run: Run = { world, trial, due: new Map(), claimants: [], ...(await restart(world, trial)) }
    await passes(run, seed)
    faults.on = false
    // Whatever is still under way somewhere lands now, or never.
    ticks(world.node, 200)
    return await measure(run)
  } finally {
    await world.close()
  }
}

/** In a trial of both assets half are paid in USDC, whose accounts are opened; one of each group claims what it has, in a trial of SOL alone one of all. */
async function earnGroup({ world, trial: { random, bytes, isMixed }, due, claimants }: Run): Promise<void> {
  for (let i = 0; i < PER_GROUP; i++) {
    const [nodeId, address] = [`node-${due.size}`, newAddress(bytes)]
    const asset = isMixed && i % 2 === 1 ? ('micro-usdc' as const) : ('lamports' as const)
    const isClaimed = i === PER_GROUP - 1 && (isMixed || due.size > PER_GROUP)
    const share = await world.earn(nodeId, address, 1_400_000n + BigInt(Math.floor(random() * 200_000)))
    due.set(address, { asset, share, isClaimed })
    await createTermsStore(world.db).save(nodeId, { asset, automatic: !isClaimed, minimum: null }, 0)
    if (isClaimed) claimants.push({ nodeId, claimId: `claim-${nodeId}`, quoteId: null, hasAnswer: false })
  }
}

async function isDone(world: World, recipients: number): Promise<boolean> {
  const open = await world.db.selectFrom('payout_batch').select('id').where('state', 'not in', ['finalized', 'failed']).limit(1).execute()
  return open.length === 0 && (await listPayouts(world.db, { after: null, limit: 200 })).items.length >= recipients
}

/** What each was to get and what each got: of what was paid by itself in SOL to the lamport by its earnings alone. */
async function outcomes({ world, due, trial: { usdc } }: Run): Promise<{ wanted: bigint; got: bigint; asset: Due['asset'] }[]> {
  const items = await world.db.selectFrom('payout_item').selectAll().execute()
  return Promise.all(
    [...due].map(async ([address, { asset, share, isClaimed }]) => {
      const own = items.filter((item) => item.address === address)
      const isWhole = own.reduce((sum, item) => sum + item.usd_micro, 0n) === share
      const planned = own.reduce((sum, item) => sum + item.amount, 0n)
      const wanted = asset === 'lamports' && !isClaimed ? share * 5n : planned
      return { asset, wanted: isWhole ? wanted : wanted + 1n, got: asset === 'lamports' ? await world.balance(address) : usdc.balance(address) }
    }),
  )
}

async function wrongAnchors({ world, trial: { memos } }: Run): Promise<number> {
  const history = await world.chain.historyOf(world.wallet.address, { limit: 1_000 })
  const reported = await world.db.selectFrom('payout_refusal').select('address').where('reason', '=', 'anchored').execute()
  const isWrong = (memo: string) =>
    history.filter((item) => item.memo?.includes(memo)).length !== 1 || reported.filter(({ address }) => address === `anchored ${memo}`).length !== 1
  return memos.filter(isWrong).length
}

/** The books balance, and say of both assets exactly what the chain says. */
async function booksAgree({ world, trial: { usdc } }: Run, paidLamports: bigint): Promise<boolean> {
  const check = await checkLedger(world.db)
  const { treasury, usdcTreasury } = world.deps().books
  const [sol, tokens] = await transact(world.db, async (tx) => [await treasury(tx), await usdcTreasury(tx)] as const)
  const { address } = world.wallet
  return check.balanced && check.paidLamports === paidLamports.toString() && sol === (await world.balance(address)) && tokens === usdc.balance(address)
}

async function measure(run: Run): Promise<TrialResult> {
  const { world, due } = run
  const { faults } = run.trial
  const paid = await outcomes(run)
  const inSol = paid.reduce((sum, { asset, got }) => (asset === 'lamports' ? sum + got : sum), 0n)
  return {
    recipients: due.size,
    paidTwice: paid.filter(({ got, wanted }) => got > wanted).length,
    unpaid: paid.filter(({ got, wanted }) => got < wanted).length,
    crashes: faults.crashes,
    sends: faults.sends,
    attempts: (await world.db.selectFrom('payout_attempt').select('id').execute()).length,
    batches: (await world.db.selectFrom('payout_batch').select('id').execute()).length,
    wrongAnchors: await wrongAnchors(run),
    booksAgree: await booksAgree(run, inSol),
  }
}
