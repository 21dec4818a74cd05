/** Ids to choose from, asked of whoever knows them. */
import type { agentContract } from '../../../shared/contract/agent.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import { inOneLine } from '../terminal-text.ts'
import type { Asked } from './expected.ts'

export interface Id {
  readonly id: string
  /** What it stands for, in one line. */
  readonly says: string
}

/** Those who may know; each is made when it is asked, and throws where it cannot be reached. */
export interface Knowing {
  readonly coordinator: () => Client<typeof coordinatorContract>
  readonly agent: () => Client<typeof agentContract>
  /** Of receipts on this machine, newest first. */
  readonly receipts: () => readonly Id[]
  readonly rules: () => readonly Id[]
}

/** As many as anybody would look through. */
const LIMIT = 50
const page = { limit: LIMIT, after: null } as const

const from =
  <T>(items: readonly T[]) =>
  (read: (item: T) => readonly [id: string, says: string]): Id[] =>
    items.map(read).map(([id, says]) => ({ id, says: inOneLine(says) }))

type Asking = (knowing: Knowing) => Promise<readonly Id[]>

const ASK: Readonly<Record<Asked, Asking>> = {
  approval: async ({ coordinator }) =>
    from((await coordinator().call('listApprovals', { ...page, waiting: false })).items)((one) => [one.approvalId, one.state]),
  array: async ({ coordinator }) => from((await coordinator().call('listArrays', page)).items)((one) => [one.arrayId, `${one.jobs} jobs`]),
  batch: async ({ coordinator }) => from((await coordinator().call('listPayoutBatches', { ...page, waiting: false })).items)((one) => [one.batchId, one.state]),
  canary: async ({ coordinator }) => from((await coordinator().call('listCanaries', page)).items)((one) => [one.canaryId, '']),
  decision: async ({ coordinator }) =>
    from((await coordinator().call('listDecisions', { ...page, about: null, kind: null, since: null, until: null })).items)((one) => [
      String(one.seq),
      one.kind,
    ]),
  device: async ({ agent }) => from((await agent().call('getStatus', {})).devices)((one) => [one.deviceId, one.name]),
  incident: async ({ coordinator }) => from((await coordinator().call('listIncidents', { ...page, which: 'all' })).items)((one) => [one.incidentId, one.state]),
  job: async ({ coordinator }) =>
    from((await coordinator().call('listJobs', { ...page, state: null })).items)((one) => [one.jobId, `${one.state}  ${one.spec.name}`]),
  member: async ({ coordinator }) => from((await coordinator().call('listMembers', page)).items)((one) => [one.memberId, one.email ?? '']),
  model: async ({ coordinator }) =>
    from((await coordinator().call('listModels', { ...page, name: null })).items)((one) => [`${one.name}@${one.version}`, one.description]),
  node: async ({ coordinator }) =>
    from((await coordinator().call('listNodes', { ...page, state: null, beginning: null })).items)((one) => [one.nodeId, one.state]),
  prefix: async ({ coordinator }) => from((await coordinator().call('listApiKeys', page)).items)((one) => [one.prefix, one.label ?? '']),
  proof: async ({ coordinator }) => from((await coordinator().call('listProofs', page)).items)((one) => [one.proofId, one.jobId]),
  receipt: async ({ receipts }) => receipts(),
  requester: async ({ coordinator }) => from((await coordinator().call('listRequesters', page)).items)((one) => [one.requesterId, one.name ?? '']),
  rule: async ({ rules }) => rules(),
  session: async ({ coordinator }) => from((await coordinator().call('listSessions', {})).sessions)((one) => [one.sessionId, one.label ?? '']),
  template: async ({ coordinator }) => from((await coordinator().call('listTemplates', page)).items)((one) => [one.name, '']),
  token: async ({ coordinator }) => from((await coordinator().call('listEnrolmentTokens', page)).items)((one) => [one.tokenId, '']),
  webhook: async ({ coordinator }) => from((await coordinator().call('listWebhooks', page)).items)((one) => [one.webhookId, one.url]),
  zone: async ({ coordinator }) => from((await coordinator().call('listZones', {})).zones)((one) => [one.zone, one.name ?? '']),
}

/** What there is of a kind; nothing where nobody answers. Rejects with what went wrong. */
export const idsOf = (kind: Asked, knowing: Knowing): Promise<readonly Id[]> => ASK[kind](knowing)
