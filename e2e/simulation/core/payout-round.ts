/** Pays what nodes have earned: planned, signed and written down, and only then sent; signed again only when the first one is proven dead. */
import type { Step } from '../../../main/coordinator/payouts/machine.ts'
import { PAID_OUT, earnedBy, money, onItsWayTo } from './books.ts'
import type { Tx } from './database.ts'
import type { PaidBatch } from './payment.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

export const LEAST = 1_000n
/** Blocks for which a signature may land. */
const VALID_BLOCKS = 150

interface Paying {
  readonly world: World
  readonly replica: Replica
}

type Live = NonNullable<PaidBatch['live']>

const isOver = ({ state }: PaidBatch): boolean => state === 'finalized' || state === 'failed'

export function runPayouts(world: World, replica: Replica): void {
  if (!replica.fence('payouts')) return
  const paying = { world, replica }
  const { payouts, accounts } = world.database.tables
  const open = payouts
    .values()
    .filter((batch) => !isOver(batch))
    .toArray()
  for (const { nodeId } of world.agents)
    if ((accounts.get(earnedBy(nodeId)) ?? 0n) >= LEAST && !open.some((batch) => batch.nodeId === nodeId)) planOne(paying, nodeId)
  for (const batch of open)
    if (batch.state === 'planned') sign(paying, batch)
    else if (batch.live) track(paying, batch, batch.live)
}

function write({ world, replica }: Paying, work: (tx: Tx) => void, done: () => void = () => undefined): void {
  const fence = replica.fence('payouts')
  if (fence) world.database.transact({ by: replica.machine, fence, work, done, failed: () => undefined })
}

function planOne(paying: Paying, nodeId: string): void {
  const { world } = paying
  write(paying, (tx) => {
    const amount = tx.tables.accounts.get(earnedBy(nodeId)) ?? 0n
    const isUnderWay = [...tx.tables.payouts.values()].some((batch) => batch.nodeId === nodeId && !isOver(batch))
    if (amount < LEAST || isUnderWay) return
    const id = world.nextId('batch')
    money(tx).transfer(earnedBy(nodeId), onItsWayTo(nodeId), amount)
    tx.put('payouts', id, { id, nodeId, microUsd: amount, state: 'planned', attempts: 0, live: null })
  })
}

function sign(paying: Paying, { id }: PaidBatch): void {
  const { world, replica } = paying
  world.chain.ask(world.chain.height, (height) =>
    replica.machine.receive(() => {
      let signed: Live | null = null
      const write1 = (tx: Tx): void => {
        const batch = tx.tables.payouts.get(id)
        if (batch?.state !== 'planned') return
        signed = { signature: world.nextId('signature'), state: 'signed', lastValidBlockHeight: height + VALID_BLOCKS }
        tx.put('payouts', id, { ...batch, state: 'signed', attempts: batch.attempts + 1, live: signed })
        world.trace.note('signed', id, signed.signature)
      }
      write(paying, write1, () => void (signed && world.chain.send({ ...signed, batchId: id })))
    }),
  )
}

/** What is final is read before the status, as the product does: the other order can miss a landing in between. */
function track(paying: Paying, batch: PaidBatch, live: Live): void {
  const { world, replica } = paying
  const { chain } = world
  const { machine } = replica
  const ask = <T>(question: () => T, then: (value: T) => void): void => {
    const begun = machine.starts()
    chain.ask(question, (value) => machine.receive(() => machine.starts() === begun && then(value)))
  }
  ask(chain.finalHeight, (finalHeight) =>
    ask(
      () => chain.status(live.signature),
      (status) => {
        const { silence } = replica.memory()
        const silentPasses = silence.get(live.signature) ?? 0
        const seen = { finalHeight, hasMoved: false, status, silentPasses, history: undefined }
        const step = world.rules.nextStep({ ...live, lane: null }, seen)
        if (step.do !== 'look-in-history') return take(paying, { batch, live, step })
        ask(
          () => chain.history(live.signature),
          (history) => take(paying, { batch, live, step: world.rules.nextStep({ ...live, lane: null }, { ...seen, history }) }),
        )
      },
    ),
  )
}

function take(paying: Paying, { batch: { id }, live, step }: { readonly batch: PaidBatch; readonly live: Live; readonly step: Step }): void {
  const { world, replica } = paying
  const { silence } = replica.memory()
  if (step.do === 'count-silence') return void silence.set(live.signature, (silence.get(live.signature) ?? 0) + 1)
  silence.delete(live.signature)
  if (step.do === 'send') return world.chain.send({ ...live, batchId: id })
  if (step.do === 'confirm') return become(paying, { id, live }, (batch) => ({ ...batch, state: 'confirmed', live: { ...live, state: 'confirmed' } }))
  if (step.do === 'expire') return become(paying, { id, live }, (batch) => ({ ...batch, state: 'planned', live: null }))
  if (step.do === 'finish') become(paying, { id, live }, (batch) => ({ ...batch, state: 'finalized' }))
}

/** Nothing changes unless this is still the transaction under way. */
function become(paying: Paying, { id, live }: { readonly id: string; readonly live: Live }, next: (batch: PaidBatch) => PaidBatch): void {
  write(paying, (tx) => {
    const batch = tx.tables.payouts.get(id)
    if (batch?.live?.signature !== live.signature || isOver(batch)) return
    const changed = next(batch)
    tx.put('payouts', id, changed)
    paying.world.trace.note('payout', id, live.signature, changed.state)
    if (changed.state === 'finalized') money(tx).transfer(onItsWayTo(batch.nodeId), PAID_OUT, batch.microUsd)
  })
}
