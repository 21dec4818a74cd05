import { setImmediate } from 'node:timers/promises'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { NodeStanding } from '../../../shared/domain/node-standing.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { coarseReputation, reputationAt } from './standing.ts'
import { type WorkingNode, createWorkforceStore } from './workforce.store.ts'

/** A node that may be given jobs. */
export interface DirectoryEntry {
  readonly nodeId: string
  readonly capabilities: Capabilities
  /** Missing for one of which nothing was ever found. */
  readonly standing?: NodeStanding
}

interface Known {
  readonly version: number
  readonly enrolledAt: number
  readonly entry: DirectoryEntry
}

interface Deps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
}

/** What was recorded shortly before the last look may have been written after it, by another coordinator with another clock. */
const OVERLAP_MS = 10_000
/** However clocks are set, what was missed is found by then; and what reputations have faded to is told. */
const READ_ALL_EVERY_MS = 300_000
/** Nodes that are read at once, so that nobody else waits long. */
const SLICE = 500

function standingOf({ state, ...found }: WorkingNode, now: number): { readonly standing?: NodeStanding } {
  const onProbation = state === 'probation'
  if (found.good === null && !onProbation) return {}
  return { standing: { reputation: coarseReputation(reputationAt(found, now)), onProbation } }
}

function isSame(one: NodeStanding | undefined, other: NodeStanding | undefined): boolean {
  return one?.reputation === other?.reputation && one?.onProbation === other?.onProbation
}

/** The entry stays the same object for as long as nothing in it changes. */
function knownOf(row: WorkingNode, before: Known | undefined, now: number): Known {
  const { nodeId, version, enrolledAt, body } = row
  const found = standingOf(row, now)
  if (before?.version === version && isSame(before.entry.standing, found.standing)) return before
  const capabilities = before?.version === version ? before.entry.capabilities : (JSON.parse(body) as Capabilities)
  return { version, enrolledAt, entry: { nodeId, capabilities, ...found } }
}

async function readAll({ db, clock }: Deps, before: ReadonlyMap<string, Known>): Promise<Map<string, Known>> {
  const known = new Map<string, Known>()
  for (let after = ''; ; await setImmediate()) {
    const store = createWorkforceStore(db)
    const some = await store.page(after, SLICE)
    for (const row of await store.among(some)) known.set(row.nodeId, knownOf(row, before.get(row.nodeId), clock.now()))
    after = some.at(-1) ?? ''
    if (some.length < SLICE) return known
  }
}

async function readChanged({ db, clock }: Deps, before: ReadonlyMap<string, Known>, since: number): Promise<ReadonlyMap<string, Known>> {
  const store = createWorkforceStore(db)
  const changed = [...(await store.changed(since))]
  if (changed.length === 0) return before
  const known = new Map(before)
  for (let at = 0; at < changed.length; at += SLICE) {
    const some = changed.slice(at, at + SLICE)
    const rows = new Map((await store.among(some)).map((row) => [row.nodeId, row]))
    for (const nodeId of some) {
      const row = rows.get(nodeId)
      if (row) known.set(nodeId, knownOf(row, before.get(nodeId), clock.now()))
      else known.delete(nodeId)
    }
  }
  return known
}

const inOrder = (known: ReadonlyMap<string, Known>): readonly DirectoryEntry[] =>
  [...known.values()].toSorted((a, b) => a.enrolledAt - b.enrolledAt || (a.entry.nodeId < b.entry.nodeId ? -1 : 1)).map(({ entry }) => entry)

/**
 * Every node that may be given jobs, oldest enrolment first. What did not change is not read again: a planning round asks every second, and ten thousand
 * nodes say ten megabytes.
 */
export function createDirectory(deps: Deps): () => Promise<readonly DirectoryEntry[]> {
  const { clock } = deps
  let known: ReadonlyMap<string, Known> = new Map()
  let entries: readonly DirectoryEntry[] = []
  let looked: { readonly at: number; readonly allAt: number } | null = null
  let last: Promise<unknown> = Promise.resolve()
  const look = async (): Promise<readonly DirectoryEntry[]> => {
    const [at, now] = [clock.now(), clock.monotonic()]
    const isWhole = looked === null || now - looked.allAt >= READ_ALL_EVERY_MS
    const found = looked === null || isWhole ? await readAll(deps, known) : await readChanged(deps, known, Math.min(looked.at, at) - OVERLAP_MS)
    const isChanged = found !== known && (found.size !== known.size || [...found].some(([nodeId, one]) => known.get(nodeId) !== one))
    known = found
    if (isChanged) entries = inOrder(known)
    looked = { at, allAt: isWhole ? now : (looked?.allAt ?? now) }
    return entries
  }
  // One after another: whoever asks finds what was written before it asked.
  return () => {
    const turn = last.then(look)
    last = turn.catch(() => undefined)
    return turn
  }
}
