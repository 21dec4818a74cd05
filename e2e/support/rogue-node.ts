import { z } from 'zod'
import type { NodeEvent } from '../../shared/contract/node-event.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { type EnergyProof, Measurement } from '../../shared/domain/energy-proof.ts'
import { splitAtHalfHours } from '../../shared/domain/half-hours.ts'
import { testProof } from '../../shared/domain/receipt-bundle.fake.ts'
import { epochMs, toIso } from '../../shared/units.ts'
import type { AttemptFacts } from '../../main/agent/attempt.ts'
import { buildProof, signProof } from '../../main/agent/proofs/prove.ts'
import { type CoordinatorLink, createCoordinatorLink } from '../../main/agent/sync/client.ts'
import { createCoordinatorTime } from '../../main/agent/sync/coordinator-time.ts'
import { enrol } from '../../main/agent/sync/enrol.ts'
import { testCapabilities } from '../../main/coordinator/test-work.fake.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import { createIds } from '../../main/kernel/ids.ts'
import { type Signer, createSigner, generateKeyPem, sha256Hex } from '../../main/kernel/signing.ts'
import { until } from './windfall.ts'

const WATTS = 250
/** Short enough that one run after another is not taken for two at once on the same card. */
const SECONDS = 10

/** What a metered run that ended just now leaves behind, on the graphics card the node has registered. */
function honestFacts(output: Uint8Array): AttemptFacts {
  const [from, to] = [epochMs(systemClock.now() - SECONDS * 1_000), systemClock.now()]
  const intervals = splitAtHalfHours(from, to).map((span) => ({
    from: toIso(span.from),
    to: toIso(span.to),
    joules: (WATTS * (span.to - span.from)) / 1_000,
    coverage: 1,
  }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  const samples = { samples: SECONDS, expectedSamples: SECONDS }
  const figures = testProof({ intervals, boardJ, marginalJ: boardJ * 0.9, meanW: WATTS, counterStart: 100, counterEnd: 100 + boardJ, ...samples })
  return {
    measurement: z.object(Measurement.shape).parse(figures),
    startedAt: toIso(from),
    endedAt: toIso(to),
    durationMs: to - from,
    sleepMs: 0,
    exitCode: 0,
    outputSha256: sha256Hex(output),
  }
}

export interface Submission {
  readonly lease: Lease
  readonly output: Uint8Array
  /** Tampers with the body before it is signed. */
  readonly changes?: Partial<EnergyProof>
  readonly signedBy?: Pick<Signer, 'keyId' | 'sign'>
  /** Submits under another lease than the one the proof was made for. */
  readonly under?: Pick<Lease, 'leaseId' | 'token'>
  /** Sends other bytes than those the proof speaks of. */
  readonly sends?: Uint8Array
}

/** A node in the test's own hands, made of the agent's own parts: whatever it sends travels over the real network border. */
export interface RogueNode {
  readonly signer: Signer
  readonly client: CoordinatorLink['client']
  /** Waits for the next lease and says that it has begun. */
  readonly lease: () => Promise<Lease>
  /** Renews a lease. */
  readonly hold: (lease: Lease) => Promise<void>
  /** Signs a proof at the end of the chain as the coordinator knows it, unless `changes` say otherwise. */
  readonly prove: (submission: Submission) => Promise<Parameters<RogueNode['send']>[0]>
  readonly send: (input: { leaseId: string; token: number; envelope: Awaited<ReturnType<typeof signProof>>['envelope']; output: string }) => Promise<{
    proofId: string
    jobId: string
    receiptId: string | null
  }>
  /** What the coordinator has told this node's owner. */
  readonly events: () => Promise<NodeEvent['fact'][]>
}

export async function enrolRogue(coordinatorUrl: string, payoutAddress: string): Promise<RogueNode> {
  const signer = createSigner(generateKeyPem())
  const ids = createIds(systemClock)
  const { client } = createCoordinatorLink({ baseUrl: coordinatorUrl, signer, time: createCoordinatorTime(systemClock) })
  const capabilities = { ...testCapabilities, runtimes: [{ name: 'wasm' as const, version: '1' }] }
  await enrol(client, signer, { capabilities, payoutAddress })
  return {
    signer,
    client,
    async lease() {
      const leases: Lease[] = []
      const ask = async () => {
        await client.call('heartbeat', { ready: true, reasons: [], running: [] })
        const { lease } = await client.call('requestLease', { runtimes: ['wasm'] })
        if (lease) leases.push(lease)
        return lease
      }
      await until(ask, (lease) => lease !== null, { what: 'a lease for the rogue node' })
      const [lease] = leases
      if (!lease) throw new Error('no lease')
      await client.call('startAttempt', { leaseId: lease.leaseId, token: lease.token })
      return lease
    },
    hold: async ({ leaseId, token }) => void (await client.call('heartbeat', { ready: true, reasons: [], running: [{ leaseId, token, state: 'running' }] })),
    async prove({ lease, output, changes = {}, signedBy = signer, under = lease, sends = output }) {
      const chain = await client.call('proofChain', {})
      const honest = buildProof({ proofId: ids.next(), lease, facts: honestFacts(output), chain, nodeId: signer.keyId, evidence: signer.evidence, solar: null })
      const { envelope } = await signProof({ ...honest, ...changes } as EnergyProof, signedBy)
      return { leaseId: under.leaseId, token: under.token, envelope, output: Buffer.from(sends).toString('base64') }
    },
    send: (input) => client.call('submitProof', input),
    events: async () => (await client.call('nodeEvents', { after: 0, limit: 200 })).events.map(({ fact }) => fact),
  }
}
