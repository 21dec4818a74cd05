import type { KyselyPlugin } from 'kysely'
import { checkLedger } from '../../main/coordinator/ledger/ledger.ts'
import type { PayoutDeps } from '../../main/coordinator/payouts/deps.ts'
import { listPayouts } from '../../main/coordinator/payouts/listing.store.ts'
import { type Payouts, createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import type { Chain } from '../../main/chain/chain.ts'
import { WindfallError } from '../../shared/errors.ts'
import { seeded, ticks } from './in-process.ts'
import { type World, createWorld, newAddress } from './payout-world.ts'

/** The process is gone: nothing but the disk survives. */
class Crash extends Error {}

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
/** Slots between two passes, as a pass every 2 s has them at 400 ms. */
const SLOTS_PER_PASS = 5
const CRASH_BEFORE_CALL = 0.005
const CRASH_AFTER_CALL = 0.005
const CRASH_AT_STATEMENT = 0.003
const LIE_SLOTS = 25
const LIE_CHANCE = 0.3
const MAX_PASSES = 3_000

interface Faults {
  on: boolean
  crashes: number
  sends: number
  lieFrom: number
}

/** Crashes before and after any call, and episodes in which the node has never heard of anything. */
function unreliable(world: World, random: () => number, faults: Faults): Chain {
  const mayCrash = (chance: number) => {
    if (faults.on && random() < chance) throw new Crash('killed')
  }
  const around =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      mayCrash(CRASH_BEFORE_CALL)
      const result = await call(...args)
      mayCrash(CRASH_AFTER_CALL)
      return result
    }
  const { chain, node } = world
  const slot = () => node.bank.progress.slot
  return {
    ...chain,
    latestBlockhash: around(chain.latestBlockhash),
    blockHeight: around(chain.blockHeight),
    simulate: around(chain.simulate),
    historyOf: around(chain.historyOf),
    send: around(async (raw) => {
      faults.sends++
      try {
        return await chain.send(raw)
      } catch (error) {
        mayCrash(CRASH_AFTER_CALL)
        throw error
      }
    }),
    statuses: around(async (signatures) => {
      if (faults.on && slot() >= faults.lieFrom + 40 && random() < LIE_CHANCE) faults.lieFrom = slot()
      return slot() < faults.lieFrom + LIE_SLOTS ? signatures.map(() => null) : chain.statuses(signatures)
    }),
  }
}

/** Kills the process at any SQL statement, inside transactions too. */
const crashingStatements = (random: () => number, faults: Faults): KyselyPlugin => ({
  transformQuery({ node }) {
    if (faults.on && random() < CRASH_AT_STATEMENT) throw new Crash('killed')
    return node
  },
  transformResult: async ({ result }) => result,
})

const noteAnchored: PayoutDeps['onAnchored'] = async (tx, { memo }) => {
  // Kept in the database like any other fact, so that a transaction that is rolled back is not counted.
  await tx
    .insertInto('payout_refusal')
    .values({ address: `anchored ${memo}`, reason: 'anchored', until: 0 })
    .execute()
}

async function restart(world: World, { random, faults, memos }: { random: () => number; faults: Faults; memos: readonly string[] }): Promise<Payouts> {
  await world.reopen()
  const db = world.db.withPlugin(crashingStatements(random, faults))
  const payouts = createPayouts(world.deps({ db, chain: unreliable(world, random, faults), onAnchored: noteAnchored }))
  for (const memo of memos) await transact(world.db, (tx) => payouts.queueAnchor(tx, { memo }))
  return payouts
}

/** One run of the payout machine against a hostile network and a process that keeps dying. */
export async function runTrial(seed: number): Promise<TrialResult> {
  const random = seeded(seed)
  const chaos = { drop: () => random() < 0.98, delaySlots: () => (random() < 0.5 ? Math.floor(random() * 140) : 0), loseReply: () => random() < 0.2 }
  const world = await createWorld({ chaos })
  const faults: Faults = { on: true, crashes: 0, sends: 0, lieFrom: Number.NEGATIVE_INFINITY }
  const memos = [`windfall:test/1:${seed}`]
  try {
    let payouts = await restart(world, { random, faults, memos })
    const due = new Map<string, bigint>()
    for (let pass = 0; ; pass++) {
      if (pass > MAX_PASSES) throw new Error(`seed ${seed}: still not done after ${MAX_PASSES} passes`)
      if (pass < GROUPS) await earnGroup(world, due, random)
      try {
        await payouts.step()
        if (pass >= GROUPS && (await isDone(world, due.size))) break
      } catch (error) {
        if (!(error instanceof Crash) && !(error instanceof WindfallError && error.code === 'chain.unavailable')) throw error
        if (error instanceof Crash) {
          faults.crashes++
          payouts = await restart(world, { random, faults, memos })
        }
      }
      ticks(world.node, SLOTS_PER_PASS)
    }
    faults.on = false
    // Whatever is still under way somewhere lands now, or never.
    ticks(world.node, 200)
    return await measure(world, { due, faults, memos })
  } finally {
    await world.close()
  }
}

async function earnGroup(world: World, due: Map<string, bigint>, random: () => number): Promise<void> {
  for (let i = 0; i < PER_GROUP; i++) {
    const address = newAddress()
    const share = await world.earn(`node-${due.size}`, address, 400_000n + BigInt(Math.floor(random() * 200_000)))
    due.set(address, share * 5n)
  }
}

async function isDone(world: World, recipients: number): Promise<boolean> {
  const open = await world.db.selectFrom('payout_batch').select('id').where('state', 'not in', ['finalized', 'failed']).limit(1).execute()
  return open.length === 0 && (await listPayouts(world.db, { after: null, limit: 200 })).items.length >= recipients
}

async function measure(
  world: World,
  { due, faults, memos }: { due: ReadonlyMap<string, bigint>; faults: Faults; memos: readonly string[] },
): Promise<TrialResult> {
  const paid = await Promise.all([...due].map(async ([address, amount]) => ({ amount, got: await world.balance(address) })))
  const check = await checkLedger(world.db)
  const treasury = await transact(world.db, (tx) => world.deps().books.treasury(tx))
  const onChain = paid.reduce((sum, { got }) => sum + got, 0n)
  const history = await world.chain.historyOf(world.wallet.address, { limit: 1_000 })
  const reported = await world.db.selectFrom('payout_refusal').select('address').where('reason', '=', 'anchored').execute()
  const isWrong = (memo: string) =>
    history.filter((item) => item.memo?.includes(memo)).length !== 1 || reported.filter(({ address }) => address === `anchored ${memo}`).length !== 1
  return {
    recipients: due.size,
    paidTwice: paid.filter(({ got, amount }) => got > amount).length,
    unpaid: paid.filter(({ got, amount }) => got < amount).length,
    crashes: faults.crashes,
    sends: faults.sends,
    attempts: (await world.db.selectFrom('payout_attempt').select('id').execute()).length,
    batches: (await world.db.selectFrom('payout_batch').select('id').execute()).length,
    wrongAnchors: memos.filter(isWrong).length,
    booksAgree: check.balanced && check.paidLamports === onChain.toString() && treasury === (await world.balance(world.wallet.address)),
  }
}
