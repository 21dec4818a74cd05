/** A blockchain as seen through a node that lags, forgets and falls silent. What is final stays; what is not may be undone by a fork. */
import type { SignatureStatus } from '../../../main/chain/chain.ts'
import type { Agenda } from './agenda.ts'
import type { Random } from './random.ts'

export interface Chain {
  /** Hands bytes over; they land once at most, and only up to their last height. Nobody hears whether they arrived. */
  readonly send: (tx: { readonly signature: string; readonly batchId: string; readonly lastValidBlockHeight: number }) => void
  /** Answers some time, or never. */
  readonly ask: <T>(question: () => T, answer: (value: T) => void) => void
  readonly height: () => number
  readonly finalHeight: () => number
  readonly status: (signature: string) => SignatureStatus | null
  /** Of the payer, what is final. */
  readonly history: (signature: string) => { readonly err: null } | null
  readonly setDown: (isDown: boolean) => void
  /** How often each batch was paid for good. */
  readonly landed: () => ReadonlyMap<string, number>
}

const SLOT_MS = 400
const FINAL_SLOTS = 32
/** A node that answers is behind by no more than this. */
const LAG_SLOTS = 12

interface Landed {
  readonly batchId: string
  readonly at: number
}

export function createChain(agenda: Agenda, random: Random): Chain {
  const landed = new Map<string, Landed>()
  let isDown = false
  const height = (): number => Math.floor(agenda.now() / SLOT_MS)
  const seenHeight = (): number => Math.max(0, height() - random.between(0, LAG_SLOTS))
  const land = (signature: string, batchId: string, last: number): void => {
    if (landed.has(signature) || height() > last) return
    landed.set(signature, { batchId, at: height() })
    // A fork that dies takes it along; it may come back with the next one that carries it.
    if (!random.chance(0.05)) return
    agenda.after(random.between(1, 10) * SLOT_MS, () => {
      landed.delete(signature)
      if (random.chance(0.7)) agenda.after(random.between(1, 20) * SLOT_MS, () => land(signature, batchId, last))
    })
  }
  return {
    send({ signature, batchId, lastValidBlockHeight }) {
      if (isDown || random.chance(0.15)) return
      agenda.after(random.chance(0.1) ? random.between(5_000, 70_000) : random.between(200, 3_000), () => land(signature, batchId, lastValidBlockHeight))
    },
    ask(question, answer) {
      if (isDown || random.chance(0.03)) return
      const value = question()
      agenda.after(random.between(20, random.chance(0.05) ? 9_000 : 300), () => answer(value))
    },
    height: seenHeight,
    finalHeight: () => Math.max(0, seenHeight() - FINAL_SLOTS),
    status(signature) {
      const found = landed.get(signature)
      // A node that forgets, or has not caught up.
      if (!found || random.chance(0.1) || found.at > seenHeight()) return null
      const isFinal = found.at <= height() - FINAL_SLOTS
      return { slot: found.at, err: null, level: isFinal ? 'finalized' : 'confirmed' }
    },
    history(signature) {
      const found = landed.get(signature)
      return found && found.at <= seenHeight() - FINAL_SLOTS ? { err: null } : null
    },
    setDown(down) {
      isDown = down
    },
    landed: () => {
      const counts = new Map<string, number>()
      for (const { batchId } of landed.values()) counts.set(batchId, (counts.get(batchId) ?? 0) + 1)
      return counts
    },
  }
}
