import type { NodeView } from './node-admin.ts'

/** A machine that its coordinator knows nothing bad of. */
export const aNodeView = (changes: Partial<NodeView> = {}): NodeView => ({
  nodeId: 'n'.repeat(43),
  owner: null,
  state: 'active',
  reason: null,
  presence: 'online',
  running: 1,
  zone: 'GB-13',
  gpus: ['NVIDIA GeForce RTX 4070'],
  enrolledAt: '2026-11-01T10:00:00.000Z',
  reputation: 0.93,
  lastSeenAt: '2026-11-21T14:30:00.000Z',
  stateSince: null,
  quarantinedUntil: null,
  payoutAddress: null,
  capabilities: null,
  standing: { jobs: 41, good: 26.4, bad: 1, faults: {}, quarantines: 0 },
  quota: { perDay: 140, today: 3, freshAt: '2026-11-22T00:00:00.000Z' },
  signals: [],
  attestation: null,
  eco: null,
  ...changes,
})
