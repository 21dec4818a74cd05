import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { NodeSummary, NodeView, nodeAdminCalls } from '../../../shared/contract/node-admin.ts'
import type { Capabilities, NodeState } from '../../../shared/contract/node.ts'
import { each } from '../../../shared/contract/several.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { MOST_LOOKED_AT, type Spot } from '../persistence/looking.ts'
import { attestationOf } from './attestations.ts'
import { createCapabilitiesStore } from './capabilities.store.ts'
import { type NodeRow, nodeRow, nodeRows } from './node-list.store.ts'
import { type NodeFilter, findNodes } from './node-search.store.ts'
import { createNodesStore } from './nodes.store.ts'
import type { Registry } from './registry.ts'
import { ecoScore, fadedTo, newStanding, nextDay, reputationAt, solarShareOf } from './standing.ts'
import { signalView } from './signal-views.ts'
import { createSignalsStore } from './signals.store.ts'
import { createStandingStore } from './standing.store.ts'

type In<K extends keyof typeof nodeAdminCalls> = InputOf<(typeof nodeAdminCalls)[K]>
type Out<K extends keyof typeof nodeAdminCalls> = OutputOf<(typeof nodeAdminCalls)[K]>

export interface NodeViews {
  /** Newest first. Error: `input.invalid` for a cursor that is none. */
  readonly list: (page: In<'listNodes'>) => Promise<Out<'listNodes'>>
  /** Error: `not-found`. */
  readonly show: (nodeId: string) => Promise<NodeView>
  /** Errors: `not-found`, `input.invalid`. */
  readonly history: (page: In<'getNodeHistory'>) => Promise<Out<'getNodeHistory'>>
}

interface Deps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly registry: Pick<Registry, 'seen' | 'availability'>
}

const wrongCursor = (after: string) => new WindfallError('input.invalid', `“${after}” is not the “next” of a page.`)

function cursorOf(after: string): Spot {
  const [, enrolledAt, nodeId] = /^(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(after) ?? []
  if (enrolledAt === undefined || nodeId === undefined) throw wrongCursor(after)
  return { at: Number(enrolledAt), id: nodeId }
}

function versionOf(after: string): number {
  if (!/^\d{1,9}$/.test(after)) throw wrongCursor(after)
  return Number(after)
}

/** Nodes for people: who they are, where they are, and how they have worked. */
export function createNodeViews(deps: Deps): NodeViews {
  const { db } = deps
  const records = createCapabilitiesStore(db)
  return {
    list: (asked) => list(deps, asked),
    show: (nodeId) => show(deps, nodeId),
    async history({ nodeId, after, limit }) {
      if (!(await createNodesStore(db).get(nodeId))) throw noNode(nodeId)
      const found = await records.history(nodeId, { before: after === null ? null : versionOf(after), limit: limit + 1 })
      const items = found.slice(0, limit).map(({ recordedAt, ...record }) => ({ ...record, recordedAt: toIso(recordedAt) }))
      return { items, next: found.length > limit ? String(items.at(-1)?.version) : null }
    },
  }
}

const filterOf = ({ state, zone, gpu, owner, beginning, search }: In<'listNodes'>): NodeFilter => ({
  states: each<NodeState>(state),
  zones: each(zone),
  gpu: gpu ?? null,
  owner: owner ?? null,
  beginning,
  search: search ?? null,
})

async function list(deps: Deps, asked: In<'listNodes'>): Promise<Out<'listNodes'>> {
  const { db, registry } = deps
  const presences = each<NodeSummary['presence']>(asked.presence)
  const isMeant = (nodeId: string): boolean => presences === null || presences.includes(registry.seen(nodeId).reachability)
  const { spots, next } = await find(db, asked, isMeant)
  const ids = spots.map(({ id }) => id)
  const capabilities = await createCapabilitiesStore(db).capabilitiesOf(ids)
  const items = (await nodeRows(db, ids)).map((row) => summaryOf(deps, row, capabilities.get(row.nodeId) ?? null))
  return { items, next: next && `${next.at}.${next.id}` }
}

/** Who is there is known in memory alone, so that those who are not meant are left out here; of many, as many as one page looks at. */
async function find(db: Db, asked: In<'listNodes'>, isMeant: (nodeId: string) => boolean): Promise<{ readonly spots: Spot[]; readonly next: Spot | null }> {
  const { after, limit, presence } = asked
  const filter = filterOf(asked)
  const found: Spot[] = []
  const atOnce = presence === undefined ? limit : MOST_LOOKED_AT / 4
  let before = after === null ? null : cursorOf(after)
  for (let seen = 0; seen < MOST_LOOKED_AT; seen += atOnce) {
    const { spots, next } = await findNodes(db, filter, { before, limit: atOnce })
    found.push(...spots.filter(({ id }) => isMeant(id)))
    if (found.length > limit) return { spots: found.slice(0, limit), next: found[limit - 1] ?? null }
    if (next === null || presence === undefined) return { spots: found, next }
    before = next
  }
  return { spots: found, next: before }
}

const noNode = (nodeId: string) => new WindfallError('not-found', `There is no node ${nodeId}. To see those there are: windfall node list`)

function summaryOf({ registry, clock }: Deps, row: NodeRow, capabilities: Capabilities | null): NodeSummary {
  const { nodeId, fleetId, fleetName, state, stateReason, enrolledAt } = row
  const { reachability, presence, ageMs } = registry.seen(nodeId)
  return {
    nodeId,
    owner: fleetName ?? fleetId,
    state,
    reason: stateReason?.slice(0, 300) ?? null,
    presence: reachability,
    running: reachability === 'online' ? (presence?.running.length ?? 0) : 0,
    zone: capabilities?.zone ?? null,
    gpus: capabilities?.gpus.map(({ name }) => name) ?? [],
    enrolledAt: toIso(enrolledAt),
    reputation: reputationAt(row, clock.now()),
    lastSeenAt: ageMs === null ? null : toIso(Math.round(clock.now() - ageMs)),
  }
}

/** Of what was unlikely. */
const SHOWN = 5

async function show(deps: Deps, nodeId: string): Promise<NodeView> {
  const { db, clock, registry } = deps
  const [row, node, capabilities] = [await nodeRow(db, nodeId), await createNodesStore(db).get(nodeId), await createCapabilitiesStore(db).capabilities(nodeId)]
  if (!row || !node) throw noNode(nodeId)
  const now = clock.now()
  const standing = fadedTo((await createStandingStore(db).get(nodeId)) ?? newStanding(now), now)
  const { jobs, good, bad, faults, quarantines, quota, today } = standing
  const signals = await createSignalsStore(db).page({ nodeId, after: null, limit: SHOWN })
  const shares = capabilities && registry.availability(nodeId, capabilities.zone)
  return {
    ...summaryOf(deps, row, capabilities),
    stateSince: node.stateSince === null ? null : toIso(node.stateSince),
    quarantinedUntil: node.quarantinedUntil === null ? null : toIso(node.quarantinedUntil),
    payoutAddress: node.payoutAddress,
    capabilities,
    attestation: await attestationOf(db, nodeId),
    standing: { jobs, good, bad, faults, quarantines },
    quota: { perDay: quota, today, freshAt: toIso(nextDay(now)) },
    signals: signals.map(signalView),
    eco: shares && ecoOf(shares, solarShareOf(standing)),
  }
}

/** Idle is the share of the week in which its owner lets it work, as learned. */
function ecoOf(shares: readonly number[], solarShare: number): NonNullable<NodeView['eco']> {
  const idle = shares.reduce((sum, one) => sum + one, 0) / shares.length
  return { score: ecoScore(idle, solarShare), idle, solarShare }
}
