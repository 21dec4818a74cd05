import { fromIso } from '../../shared/units.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import type { SocketHub } from './http/socket.ts'
import { type Jobs, type JobsDeps, createJobs } from './jobs/jobs.ts'
import { random } from '../kernel/random.ts'
import { createMatching } from './matching.ts'
import { createAdmissionDesk } from './planner/admission.ts'
import type { Models } from './models/models.ts'
import type { Ordering } from './ordering.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { endRuns } from './proofs/unpaid.ts'
import { createOwnersStore } from './registry/owners.store.ts'
import type { Registry } from './registry/registry.ts'
import type { Shards } from './replicas/shards.ts'

interface Around extends Pick<JobsDeps, 'decide' | 'choose' | 'afterRound'> {
  readonly recordEvent: ProofDeps['recordEvent']
  readonly registry: Pick<Registry, 'list'>
  readonly hub: Pick<SocketHub, 'send'>
  readonly ordering: Pick<Ordering, 'wake'>
  readonly blobs: Pick<Blobs, 'has' | 'bytesOf'>
  readonly models: Pick<Models, 'check'>
}

interface Given extends Pick<JobsDeps, 'db' | 'clock' | 'ids' | 'money' | 'plan'> {
  readonly config: Pick<CoordinatorConfig, 'leaseTtlMs' | 'maxOutputBytes'>
  readonly shards: Pick<Shards, 'fenced' | 'epochOf'>
  readonly events: Pick<CoordinatorEvents, 'leasePushed' | 'leaseDue' | 'leaseAskedBack' | 'leaseEnded' | 'dispatchFailed'>
}

/** Jobs as the core wires them: their agents are told over the socket, or by the request that waits for it. */
export function createCoreJobs(deps: Given, { registry, blobs, models, hub, ordering, decide, choose, recordEvent, afterRound }: Around): Jobs {
  const { events } = deps
  return createJobs({
    ...deps,
    loopDb: deps.shards.fenced('planning'),
    leaseEpoch: () => deps.shards.epochOf('planning'),
    match: createMatching(deps.clock),
    openDesk: createAdmissionDesk,
    chance: random,
    decide,
    choose,
    endRuns: (tx, end) => endRuns({ decide, recordEvent }, tx, end),
    leaseTtlMs: deps.config.leaseTtlMs,
    nodes: registry.list,
    alongside: (nodeIds) => createOwnersStore(deps.db).alongside(nodeIds),
    hasBlob: blobs.has,
    bytesOf: blobs.bytesOf,
    maxOutputBytes: deps.config.maxOutputBytes,
    checkModel: models.check,
    push: {
      lease: (nodeId, lease) => {
        events.leasePushed(nodeId, lease.leaseId, lease.jobId)
        events.leaseDue(lease.leaseId, Math.max(0, deps.clock.now() - fromIso(lease.window.from)))
        return hub.send(nodeId, { type: 'lease', lease })
      },
      yield: (nodeId, order) => {
        events.leaseAskedBack(nodeId, order.leaseId, order.reason)
        ordering.wake(nodeId)
        return hub.send(nodeId, { type: 'yield', ...order })
      },
      cancel: (nodeId, { leaseId, reason }) => {
        events.leaseEnded(nodeId, leaseId, reason)
        ordering.wake(nodeId)
        return hub.send(nodeId, { type: 'cancel', leaseId, reason })
      },
    },
    afterRound,
    onFailure: events.dispatchFailed,
  })
}
