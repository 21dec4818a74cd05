/** A job for tests, the machine that does it, and what it hands in. */
import type { Capabilities } from '../../shared/contract/node.ts'
import { JobSpec, type Lease } from '../../shared/contract/job.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { type EnergyProof, energyProofType } from '../../shared/domain/energy-proof.ts'
import { splitAtHalfHours } from '../../shared/domain/half-hours.ts'
import { testProof } from '../../shared/domain/receipt-bundle.fake.ts'
import { epochMs, toIso } from '../../shared/units.ts'
import { type Signer, sha256Hex } from '../kernel/signing.ts'

export const OUTPUT = Buffer.from('the result')
const WASM = `sha256:${'c'.repeat(64)}`
export const SECONDS = 60
const GPU = { uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'RTX 4080', driver: '595.10', vramBytes: 17e9, powerLimitW: 320 }

export const testCapabilities: Capabilities = {
  agentVersion: '0.1.0',
  os: 'linux',
  arch: 'x64',
  cpu: { model: 'test', cores: 8 },
  ramBytes: 32e9,
  gpus: [GPU],
  cpuPowerLimitW: 65,
  runtimes: [{ name: 'docker', version: '29' }],
  zone: 'GB-13',
}

export const testSpec = (now: number, changes: Partial<JobSpec> = {}): JobSpec =>
  JobSpec.parse({
    kind: 'data-hash',
    name: 'test job',
    runtime: { name: 'docker', image: WASM, archive: null, reference: 'busybox' },
    limits: { wallSeconds: 600, memoryBytes: 64e6, outputBytes: 1024, cpus: 1 },
    needs: { gpus: 1, vramBytes: 0, ramBytes: 0 },
    deadline: toIso(now + 6 * 3_600_000),
    expected: { seconds: SECONDS, watts: 250 },
    price: { microUsdPerHour: '600000', maxMicroUsd: '1000000' },
    carbon: { rule: 'now', capG: null },
    outputSha256: sha256Hex(OUTPUT),
    ...changes,
  })

interface ProofOf {
  readonly nodeId: string
  readonly now: number
  readonly ms?: number
  readonly changes?: Partial<EnergyProof>
}

/** A proof of `SECONDS` seconds, or of another time, at 250 W that ended just now, for a lease. */
export function proofFor(lease: Lease, { nodeId, now, ms = SECONDS * 1000, changes = {} }: ProofOf): EnergyProof {
  const [from, to] = [epochMs(now - ms), epochMs(now)]
  const intervals = splitAtHalfHours(from, to).map((span) => ({
    from: toIso(span.from),
    to: toIso(span.to),
    joules: (250 * (span.to - span.from)) / 1000,
    coverage: 1,
  }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  const { jobId, attemptId, leaseId, spec } = lease
  return testProof({
    proofId: `proof-of-${leaseId}`,
    nodeId,
    jobId,
    attemptId,
    leaseId,
    seq: 1,
    prev: null,
    startedAt: toIso(from),
    endedAt: toIso(to),
    durationMs: to - from,
    intervals,
    boardJ,
    marginalJ: boardJ * 0.9,
    counterEnd: 100 + boardJ,
    samples: Math.ceil(ms / 1000),
    expectedSamples: Math.ceil(ms / 1000),
    runtime: { name: spec.runtime.name, image: spec.runtime.image },
    outputSha256: sha256Hex(OUTPUT),
    ...changes,
  })
}

/** What an agent sends for a proof. */
export async function submissionOf(lease: Pick<Lease, 'leaseId' | 'token'>, proof: EnergyProof, signer: Pick<Signer, 'keyId' | 'sign'>) {
  const envelope = await signEnvelope(energyProofType(proof), Buffer.from(JSON.stringify(proof)), signer)
  return { leaseId: lease.leaseId, token: lease.token, envelope, output: OUTPUT.toString('base64') }
}
