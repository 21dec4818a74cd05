import { setImmediate } from 'node:timers/promises'
import type { Capabilities, NodeState } from '../../../shared/contract/node.ts'
import type { NodeStanding } from '../../../shared/domain/node-standing.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { FIRST_QUOTA, coarseReputation, isAtQuota, reputationAt } from './standing.ts'
import { type NodeChange, type WorkingNode, createWorkforceStore } from './workforce.store.ts'

/** A node that may be given jobs. */
export interface DirectoryEntry {
  readonly nodeId: string
  readonly capabilities: Capabilities
  /** Missing for one of which nothing was ever found. */
  readonly standing?: NodeStanding
}

interface Known {
  readonly row: WorkingNode
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
  const { asOf, quota, today } = found
  const rests = isAtQuota({ asOf: asOf ?? now, quota: quota ?? FIRST_QUOTA, today: today ?? 0 }, now)
  return { standing: { reputation: coarseReputation(reputationAt(found, now)), onProbation, ...(rests ? { atQuota: true } : {}) } }
}

function isSame(one: NodeStanding | undefined, other: NodeStanding | undefined): boolean {
  return one?.reputation === other?.reputation && one?.onProbation === other?.onProbation && one?.atQuota === other?.atQuota
}

/** The entry stays the same object for as long as nothing in it changes. */
function knownOf(row: WorkingNode, before: Known | undefined, now: number): Known {
  const { nodeId, version, body } = row
  const found = standingOf(row, now)
  const isSameVersion = before?.row.version === version
  if (isSameVersion && isSame(before.entry.standing, found.standing)) return { row, entry: before.entry }
  const capabilities = isSameVersion ? before.entry.capabilities : (JSON.parse(body) as Capabilities)
  return { row, entry: { nodeId, capabilities, ...found } }
}

const mayWork = (state: NodeState): boolean => state === 'active' || state === 'probation'

/**
 * What has changed of a node whose capabilities have not, without reading those again; `null`: the whole of it has to be read. What was seen before is
 * seen again for a while, since clocks differ.
 */
function changedRow(before: Known | undefined, changes: readonly NodeChange[]): WorkingNode | 'gone' | null {
  const state = changes.findLast((one) => 'state' in one)?.state
  if (state !== undefined && !mayWork(state)) return 'gone'
  const version = changes.findLast((one) => 'version' in one)?.version
  if (!before) return state === undefined && version === undefined ? 'gone' : null
  if (version !== undefined && version !== before.row.version) return null
  return changes.reduce<WorkingNode>((row, change) => ({ ...row, ...change }), before.row)
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
  const changes = Map.groupBy(await store.changed(since), ({ nodeId }) => nodeId)
  if (changes.size === 0) return before
  const known = new Map(before)
  const unread: string[] = []
  for (const [nodeId, of] of changes) {
    const row = changedRow(before.get(nodeId), of)
    if (row === 'gone') known.delete(nodeId)
    else if (row) known.set(nodeId, knownOf(row, before.get(nodeId), clock.now()))
    else unread.push(nodeId)
  }
  for (let at = 0; at < unread.length; at += SLICE) {
    const some = unread.slice(at, at + SLICE)
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
  [...known.values()].toSorted((a, b) => a.row.enrolledAt - b.row.enrolledAt || (a.entry.nodeId < b.entry.nodeId ? -1 : 1)).map(({ entry }) => entry)

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
    const isChanged = found !== known && (found.size !== known.size || [...found].some(([nodeId, one]) => known.get(nodeId)?.entry !== one.entry))
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
