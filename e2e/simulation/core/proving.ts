/** Proofs of work that nobody did: built, placed and judged by the product, but for the signature. */
import type { AttemptFacts } from '../../../main/agent/attempt.ts'
import { fakeFacts } from '../../../main/agent/attempt.fixture.ts'
import { placedAfter } from '../../../main/agent/proofs/placing.ts'
import { buildProof } from '../../../main/agent/proofs/prove.ts'
import { sha256Hex } from '../../../main/kernel/signing.ts'
import { OUTPUT as RESULT } from '../../../main/coordinator/test-work.fake.ts'
import type { Lease } from '../../../shared/contract/job.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { splitAtHalfHours } from '../../../shared/domain/half-hours.ts'
import { epochMs, toIso } from '../../../shared/units.ts'
import type { Agent } from './agent-parts.ts'
import type { World } from './world.ts'

export const NODE_KEY = 'the key of this node'
export const OUTPUT = { sha256: sha256Hex(RESULT), bytes: RESULT.length }
const SIGNER = { keyId: NODE_KEY, evidence: 'software' } as const

interface Run {
  readonly lease: Lease
  /** Epoch ms by the machine's wall clock. */
  readonly startedAt: number
  readonly durationMs: number
  readonly isHonest: boolean
}

type Head = { readonly seq: number; readonly head: string | null }

const TEMPLATE = fakeFacts().measurement
const [CARD] = TEMPLATE.devices
const PROCESSOR = CARD && { ...CARD, uuidHash: 'c'.repeat(64), kind: 'cpu' as const, name: 'processor', powerLimitW: 65 }
const hashOf = (proof: EnergyProof): string => sha256Hex(JSON.stringify(proof))

function factsOf({ lease, startedAt, durationMs: exactMs }: Run, endedAt: number): AttemptFacts {
  const onGpu = lease.spec.needs.gpus > 0
  const durationMs = Math.floor(exactMs)
  const watts = onGpu ? 200 : 40
  const intervals = splitAtHalfHours(epochMs(startedAt), epochMs(startedAt + durationMs)).map(({ from, to }) => ({
    from: toIso(from),
    to: toIso(to),
    joules: (watts * (to - from)) / 1_000,
    coverage: 1,
  }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  const devices = [onGpu ? CARD : PROCESSOR].filter((device) => device !== undefined)
  const power = { meanW: watts, peakW: watts, boardJ, marginalJ: boardJ * 0.9, coverage: 1, counterStart: 0, counterEnd: boardJ }
  return {
    measurement: { ...TEMPLATE, ...power, devices, intervals },
    startedAt: toIso(startedAt),
    endedAt: toIso(endedAt),
    durationMs,
    sleepMs: 0,
    exitCode: 0,
    outputSha256: OUTPUT.sha256,
  }
}

const headOf = ({ disk }: Agent): Head => {
  const last = disk.proofs.at(-1)
  return last ? { seq: last.proof.seq, head: last.bodySha256 } : { seq: 0, head: null }
}

/** Signs the next proof of the chain; its job, the message that carries it and the chain change together. */
export function prove(world: World, agent: Agent, run: Run): void {
  const { lease } = run
  const endedAt = agent.machine.clock.now()
  agent.commit(() => {
    const held = agent.disk.jobs.get(lease.leaseId)
    if (held?.state !== 'running') return
    const proofId = world.nextId('proof')
    const facts = factsOf(run, endedAt)
    const proof = buildProof({ proofId, lease, facts, chain: headOf(agent), nodeId: agent.nodeId, evidence: 'software', solar: null })
    agent.mind().active.delete(lease.leaseId)
    agent.disk.jobs.set(lease.leaseId, { ...held, state: 'submitted' })
    agent.disk.proofs = [...agent.disk.proofs, { proof, bodySha256: hashOf(proof), isHonest: run.isHonest }]
    world.trace.note('proves', agent.machine.name, lease.jobId, lease.leaseId, proofId)
    agent.report({ kind: 'proof', leaseId: lease.leaseId, token: lease.token, proofId })
  })
}

/** Makes the next proof continue from where the coordinator's chain stands. `then` hears where that stands once it is accepted. */
export function realign(world: World, agent: Agent, head: Head, then: (standsAt: Head) => void): void {
  const { disk } = agent
  const entry = disk.outbox.find(({ kind }) => kind === 'proof')
  const made = entry?.kind === 'proof' ? disk.proofs.find(({ proof }) => proof.proofId === entry.proofId) : undefined
  if (!entry || !made) return then(head)
  const isSince = (proofId: string, bodySha256: string): boolean => {
    const from = disk.proofs.findIndex(({ proof }) => proof.proofId === proofId)
    return from >= 0 && disk.proofs.slice(from).some((one) => one.bodySha256 === bodySha256)
  }
  const { place, head: standsAt } = world.rules.placeNext({ proof: made.proof, keyId: NODE_KEY }, head, { signer: SIGNER, isSince })
  if (place === 'keeps') return then(standsAt ?? { seq: head.seq + 1, head: made.bodySha256 })
  const proof = placedAfter(made, head, { proofId: world.nextId('proof'), signer: SIGNER })
  const moved = { ...made, proof, bodySha256: hashOf(proof) }
  agent.commit(
    () => {
      world.trace.note('moves', agent.machine.name, made.proof.proofId, proof.proofId, proof.seq)
      disk.proofs = disk.proofs.map((one) => (one === made ? moved : one))
      disk.outbox = disk.outbox.map((one) => (one === entry ? { ...one, kind: 'proof' as const, proofId: proof.proofId } : one))
    },
    () => then({ seq: proof.seq, head: moved.bodySha256 }),
  )
}
