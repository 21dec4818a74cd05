import { createIds } from '../kernel/ids.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Signer } from '../kernel/signing.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { createStoredProver } from './stored-prover.ts'
import type { AgentStores } from './stores.ts'

const leaseOf = (id: string) => fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })

/** Jobs that ran, as far as the outbox is concerned: a start that was reported, and a proof that waits. */
export function createTestProver({ stores, signer, clock }: { readonly stores: AgentStores; readonly signer: Signer; readonly clock: Clock }) {
  const { prove, realign } = createStoredProver({ stores, nodeId: signer.keyId, signer, ids: createIds(clock), clock, handOver: () => undefined })
  const add = (id: string) => void stores.jobs.add(leaseOf(id), clock.now())
  return {
    realign,
    add,
    finish: async (id: string, output = new TextEncoder().encode(`output of ${id}`)) => {
      add(id)
      await prove(leaseOf(id), fakeFacts(), output)
    },
    /** One that had to stop. */
    giveBack: async (id: string) => {
      add(id)
      await prove(leaseOf(id), fakeFacts(), { reason: 'owner-present', message: 'The machine was needed.' })
    },
  }
}
