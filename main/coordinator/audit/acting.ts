/** Whoever acts, for as long as what they asked for is done: what is recorded meanwhile is the doing of that act. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Tx, atEnd } from '../persistence/database.ts'
import type { Chained } from './chain.ts'

/** How many of the facts that an act leads to are told of it. */
const MOST_FACTS = 20

/** What an act has brought about, as the log of decisions says it. */
export interface Fact {
  readonly seq: number
  readonly kind: string
  readonly body: string
}

interface UnderWay {
  /** Writes its entry, in the transaction of its first fact. */
  readonly write: (tx: Tx, facts: readonly Fact[]) => Promise<void>
  readonly facts: Map<Tx, Fact[]>
  isOver: boolean
}

const underWay = new AsyncLocalStorage<UnderWay>()

/** Runs `act`; what it changes first, with a fact that says so, is written together with `write`: neither is there without the other. */
export async function acting<T>(write: UnderWay['write'], act: () => Promise<T>): Promise<T> {
  const mine: UnderWay = { write, facts: new Map(), isOver: false }
  try {
    return await underWay.run(mine, act)
  } finally {
    mine.isOver = true
  }
}

/** Notes a record of the log of decisions as a deed of the act under way; what goes on by itself afterwards is none. */
export function noteRecord(tx: Tx, { seq, kind, form, body }: Chained): void {
  const act = underWay.getStore()
  if (!act || act.isOver) return
  const known = act.facts.get(tx)
  const facts = known ?? []
  if (facts.length < MOST_FACTS) facts.push({ seq, kind, body: form === 'fact' ? body : '' })
  if (known) return
  // Only the first transaction has its entry; another one that leads on from it is found by its own facts.
  if (act.facts.size === 0) atEnd(tx, () => act.write(tx, facts))
  act.facts.set(tx, facts)
}
