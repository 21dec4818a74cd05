import type { NodeSummary } from '../../../shared/contract/node-admin.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

export const aNode = (number: number, changes: Partial<NodeSummary> = {}): NodeSummary => ({
  nodeId: `n${String(number).padStart(42, '0')}`,
  owner: 'studio-1',
  state: 'active',
  reason: null,
  presence: 'online',
  lastSeenAt: new Date(NOW - 2_000).toISOString(),
  running: 1,
  zone: 'DE',
  gpus: ['RTX 4070'],
  enrolledAt: new Date(NOW - 86_400_000).toISOString(),
  reputation: 0.98,
  ...changes,
})

/** A coordinator with these nodes, newest first. */
export const fleetHandlers = (nodes: readonly NodeSummary[]): FakeHandlers => ({
  getFleetSummary: () => ({
    asOf: new Date(NOW).toISOString(),
    nodes: nodes.length,
    states: { active: nodes.length, probation: 0, quarantined: 0, removed: 0 },
    presence: { online: nodes.length, offline: 0, unknown: 0 },
    doing: { working: nodes.length, ready: 0, waiting: 0 },
    zones: [{ zone: 'DE', nodes: nodes.length, online: nodes.length }],
    gpus: [{ name: 'RTX 4070', nodes: nodes.length, online: nodes.length }],
  }),
  listNodes: ({ after, limit }) => {
    const from = after === null ? 0 : nodes.findIndex(({ nodeId }) => nodeId === after) + 1
    const items = nodes.slice(from, from + limit)
    return { items, next: from + limit < nodes.length ? (items.at(-1)?.nodeId ?? null) : null }
  },
})
