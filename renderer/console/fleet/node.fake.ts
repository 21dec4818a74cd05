import type { NodeView } from '../../../shared/contract/node-admin.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import { at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'
import { aNode } from './fleet.fake.ts'

export const someCapabilities: Capabilities = {
  agentVersion: '1.4.0',
  os: 'Ubuntu 24.04',
  arch: 'x64',
  cpu: { model: 'Ryzen 7', cores: 8 },
  ramBytes: 32 * 2 ** 30,
  gpus: [{ uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'RTX 4070', driver: '550', vramBytes: 12 * 2 ** 30, powerLimitW: 200 }],
  cpuPowerLimitW: 105,
  runtimes: [{ name: 'docker', version: '27.3' }],
  zone: 'DE',
}

/** One node as an operator sees it. */
export const aNodeView = (changes: Partial<NodeView> = {}): NodeView => ({
  ...aNode(1),
  stateSince: at(-3_600_000),
  quarantinedUntil: null,
  payoutAddress: null,
  capabilities: someCapabilities,
  standing: { jobs: 41, good: 30.5, bad: 0.5, faults: { failed: 1 }, quarantines: 0 },
  quota: { perDay: 40, today: 3, freshAt: at(3_600_000) },
  signals: [],
  attestation: null,
  eco: { score: 0.71, idle: 0.9, solarShare: 0.52 },
  ...changes,
})

const none = () => ({ items: [], next: null })

/** A coordinator with one node about which nothing more is known. */
export const nodeHandlers = (node: NodeView): FakeHandlers => ({
  getNode: () => node,
  getNodeHistory: none,
  listSoftSignals: none,
  listDecisions: none,
  browseJobs: none,
})
