import { auditLog } from '../../main/cli/log-audit/audit.ts'
import { keysOf, sourceOver } from '../../main/cli/log-audit/source.fake.ts'
import { queueDueAnchor } from '../../main/coordinator/paying.ts'
import { type Payouts, createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { createAnchorsStore } from '../../main/coordinator/receipts/anchors.store.ts'
import { recordAnchor } from '../../main/coordinator/receipts/anchors.ts'
import { EPOCH_MS, inputFor, issueOne, world as receiptsOver } from '../../main/coordinator/receipts/issuing.fake.ts'
import { WindfallError } from '../../shared/errors.ts'
import { Crash, type Faults, crashingStatements, unreliable } from './chaos-faults.ts'
import { seeded, ticks } from './in-process.ts'
import { type World, bytesFrom, createWorld } from './payout-world.ts'

export interface AnchorsResult {
  readonly epochs: number
  readonly crashes: number
  readonly attempts: number
  /** What an auditor finds who reads the whole log and the whole chain. */
  readonly finding: string | null
  readonly anchored: number
  readonly onChain: number | null
  readonly notAnchored: number
}

interface Trial {
  readonly seed: number
  readonly epochs: number
  /** Whether sends are dropped, landings are late and replies are lost, beside the crashes. */
  readonly isRough: boolean
  /** Decides at every point at which the process may die, as `Math.random` would; told when another epoch begins. */
  readonly random: () => number
  readonly begin?: (epoch: number) => void
}

const MAX_PASSES = 3_000
/** Keys and ids come from other random numbers than faults. */
const KEYS = 7_777

interface Run {
  readonly world: World
  readonly trial: Trial
  readonly faults: Faults
  payouts: Payouts
  queue: () => Promise<void>
}

async function start({ world, trial: { random }, faults }: Pick<Run, 'world' | 'trial' | 'faults'>): Promise<Pick<Run, 'payouts' | 'queue'>> {
  await world.reopen()
  faults.isDead = false
  const db = world.db.withPlugin(crashingStatements(random, faults))
  const payouts = createPayouts(
    world.deps({
      db,
      chain: unreliable(world, random, faults),
      onAnchored: async (tx, anchored) => void (await recordAnchor(tx, { ...anchored, at: world.clock.now() })),
    }),
  )
  return { payouts, queue: () => queueDueAnchor(db, payouts, { now: world.clock.now(), everyMs: EPOCH_MS }) }
}

/** Runs `act` in the process as it is; one that dies of it is started again. */
async function survive(run: Run, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Crash) && !(error instanceof WindfallError && error.code === 'chain.unavailable')) throw error
    if (!run.faults.isDead) return
    run.faults.crashes++
    Object.assign(run, await start(run))
  }
}

async function anchorOnce(run: Run, size: number): Promise<void> {
  for (let pass = 0; (await createAnchorsStore(run.world.db).anchoredSize()) < size; pass++) {
    if (pass > MAX_PASSES) throw new Error(`seed ${run.trial.seed}: the log of ${size} is still not anchored after ${MAX_PASSES} passes`)
    await survive(run, () => run.queue())
    await survive(run, () => run.payouts.step())
    ticks(run.world.node, 5)
  }
}

async function measure({ world, trial: { epochs }, faults }: Run): Promise<AnchorsResult> {
  const keys = keysOf(world.wallet.address)
  const { finding, anchors, notAnchored } = await auditLog({
    source: sourceOver(world.db, keys),
    pinned: null,
    state: null,
    seen: [],
    chain: world.chain,
    progress: () => undefined,
  })
  const attempts = (await world.db.selectFrom('payout_attempt').select('id').execute()).length
  return { epochs, crashes: faults.crashes, attempts, finding: finding?.detail ?? null, anchored: anchors.final, onChain: anchors.onChain, notAnchored }
}

/** A log that grows by one receipt in each epoch, anchored by a process that keeps dying. */
export async function runAnchors(trial: Trial): Promise<AnchorsResult> {
  const faults: Faults = { on: false, isDead: false, crashes: 0, sends: 0, lieFrom: Number.NEGATIVE_INFINITY }
  const weather = seeded(trial.seed)
  const chaos = {
    drop: () => faults.on && weather() < 0.9,
    delaySlots: () => (faults.on && weather() < 0.5 ? Math.floor(weather() * 140) : 0),
    loseReply: () => faults.on && weather() < 0.2,
  }
  const world = await createWorld({ ...(trial.isRough ? { chaos } : {}), bytes: bytesFrom(seeded(trial.seed + KEYS)) })
  try {
    const run: Run = { world, trial, faults, ...(await start({ world, trial, faults })) }
    const { issuer } = receiptsOver(world.db)
    for (let epoch = 1; epoch <= trial.epochs; epoch++) {
      await issueOne(world.db, issuer, await inputFor(epoch))
      await world.clock.advance(EPOCH_MS)
      trial.begin?.(epoch)
      faults.on = true
      await anchorOnce(run, epoch)
      faults.on = false
    }
    // Whatever is still under way somewhere lands now, or never.
    ticks(world.node, 200)
    return await measure(run)
  } finally {
    await world.close()
  }
}

/** Dies at the first point of the first epoch, at the second of the second, and so on. */
export function dieInTurn(): Required<Pick<Trial, 'random' | 'begin'>> {
  let left = 0
  return {
    random: () => (--left === 0 ? 0 : 1),
    begin: (epoch) => {
      left = epoch
    },
  }
}
