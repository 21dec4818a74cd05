import type { Capabilities } from '../../../shared/contract/node.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { MAX_PROOFS, MAX_RECEIPT_INTERVALS } from '../../../shared/domain/carbon-receipt.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { splitProblem } from '../../../shared/domain/half-hours.ts'
import { implausibilities } from '../../../shared/domain/plausibility.ts'
import { fromIso } from '../../../shared/units.ts'
import type { AttemptState } from '../persistence/tables/jobs.ts'
import { type Refusal, refuse } from './open-proof.ts'
import type { ProvenAttempt } from './ports.ts'

/** Clocks of nodes may differ from ours by this much: a little more than a signed request may. */
export const SKEW_MS = 90_000
/** A clock that is set between two jobs makes the second one seem to begin before the first one ended. */
const CLOCK_SET_MS = 15_000
/** The sandbox needs a moment to end a job that has reached its limit. */
const STOP_MS = 30_000
const SUM_TOLERANCE = 1e-9

export interface ChainHead {
  /** Sequence number of the last accepted proof, 0 if there is none. */
  readonly seq: number
  /** Hex SHA-256 of its body. */
  readonly head: string | null
}

/** An accepted proof that shares an identity with the one at hand. */
export interface StoredProof {
  readonly proofId: string
  readonly seq: number
  readonly bodySha256: string
  readonly leaseId: string
  readonly jobId: string
  /** `null` while its job goes on. */
  readonly receiptId: string | null
  /** Of its attempt. */
  readonly state: AttemptState
}

/** What the attempt left: the bytes that were sent with the proof, or a checkpoint that was handed over before. */
export type Left = { readonly kind: 'output'; readonly sha256: string; readonly bytes: number } | { readonly kind: 'checkpoint' }

export interface ProofFacts {
  /** Epoch milliseconds. */
  readonly now: number
  /** By how much our own clock was set since the lease was given, milliseconds: that is nobody's fault whose work is judged. */
  readonly slackMs: number
  readonly leaseId: string
  readonly proof: EnergyProof
  readonly bodySha256: string
  readonly left: Left
  /** Runs of the same job that were given back before. */
  readonly runs: readonly Pick<EnergyProof, 'intervals'>[]
  readonly chain: ChainHead
  readonly stored: StoredProof | null
  readonly attempt: ProvenAttempt | null
  readonly capabilities: Capabilities
  /** What the node has proven that may be about the same time. */
  readonly beside: readonly EnergyProof[]
}

function replayProblem({ stored, proof, leaseId, bodySha256 }: ProofFacts): Refusal | null {
  if (!stored || (stored.bodySha256 !== bodySha256 && stored.proofId !== proof.proofId)) return null
  return refuse(
    'proof.replayed',
    `Proof ${stored.proofId} was already accepted for lease ${stored.leaseId}${leaseId === stored.leaseId ? '' : `, not for ${leaseId}`}. A proof counts once.`,
  )
}

function leaseProblem({ attempt, proof, leaseId }: ProofFacts): Refusal | null {
  if (!attempt || attempt.standing === 'lost')
    return refuse('proof.lease', 'The lease has ended or was never given to this node, so its result no longer counts.')
  const isOfLease = proof.leaseId === leaseId && proof.attemptId === attempt.attemptId && proof.jobId === attempt.jobId
  return isOfLease ? null : refuse('proof.lease', `The proof is about attempt ${proof.attemptId} of job ${proof.jobId}, not about the attempt of this lease.`)
}

function sequenceProblem({ chain, proof }: ProofFacts): Refusal | null {
  if (proof.seq !== chain.seq + 1)
    return refuse('proof.sequence', `The proof is number ${proof.seq} of this node's chain; number ${chain.seq + 1} is expected.`)
  return proof.prev === chain.head ? null : refuse('proof.sequence', `The proof does not name the hash of proof ${chain.seq} as its predecessor.`)
}

function runtimeProblem(proof: EnergyProof, { runtime }: JobSpec): Refusal | null {
  if (proof.runtime.name !== runtime.name) return refuse('proof.runtime', `The job asks for ${runtime.name}; the proof says it ran in ${proof.runtime.name}.`)
  return proof.runtime.image === runtime.image
    ? null
    : refuse('proof.runtime', `The job asks for image ${runtime.image}; the proof says ${proof.runtime.image} ran.`)
}

function timeProblem({ now, slackMs, proof }: ProofFacts, { leasedAt, spec }: ProvenAttempt): Refusal | null {
  const [startedAt, endedAt, skewMs] = [fromIso(proof.startedAt), fromIso(proof.endedAt), SKEW_MS + slackMs]
  if (startedAt < leasedAt - skewMs) return refuse('proof.time', `The run started at ${proof.startedAt}, before its lease was given.`)
  if (endedAt > now + skewMs) return refuse('proof.time', `The run ended at ${proof.endedAt}, which is in the future. Set the clock of this machine.`)
  if (proof.durationMs > now - leasedAt + skewMs) return refuse('proof.time', `The run claims ${proof.durationMs} ms, longer than its lease has lasted.`)
  return proof.durationMs > spec.limits.wallSeconds * 1000 + STOP_MS
    ? refuse('proof.time', `The run claims ${proof.durationMs} ms, longer than the job's limit of ${spec.limits.wallSeconds} s.`)
    : null
}

/** Power limit of the metered devices as the node registered them, watts; a string names a device it never registered. */
function registeredLimitW(devices: EnergyProof['devices'], { gpus, cpuPowerLimitW }: Capabilities): number | string {
  // One registered limit stands for all CPU packages together.
  let limitW = devices.some(({ kind }) => kind === 'cpu') ? cpuPowerLimitW : 0
  for (const { name, uuidHash } of devices.filter(({ kind }) => kind === 'gpu')) {
    const gpu = gpus.find((candidate) => candidate.uuidHash === uuidHash)
    if (!gpu) return `${name} is not a device this node has registered`
    limitW += gpu.powerLimitW
  }
  return new Set(devices.map(({ uuidHash }) => uuidHash)).size === devices.length ? limitW : 'one device is listed twice'
}

function plausibilityProblem(proof: EnergyProof, capabilities: Capabilities): Refusal | null {
  const limitW = registeredLimitW(proof.devices, capabilities)
  if (typeof limitW === 'string') return refuse('proof.implausible', `The measurement cannot be true: ${limitW}.`)
  const [finding] = implausibilities(proof, limitW)
  if (finding) return refuse(finding.code === 'time' ? 'proof.time' : 'proof.implausible', `The measurement cannot be true. ${finding.message}`)
  const split = splitProblem(proof.intervals)
  if (split) return refuse('proof.implausible', `The intervals are not split at every UTC half-hour: ${split}.`)
  const sumJ = proof.intervals.reduce((sum, { joules }) => sum + joules, 0)
  return Math.abs(sumJ - proof.boardJ) <= SUM_TOLERANCE * Math.max(sumJ, proof.boardJ)
    ? null
    : refuse('proof.implausible', `The intervals add up to ${sumJ} J, not to ${proof.boardJ} J.`)
}

/** A GPU draws most of what its job uses: a proof that leaves it out would make the receipt look greener than the work was. */
function deviceProblem({ devices }: EnergyProof, { needs }: JobSpec): Refusal | null {
  const metered = devices.filter(({ kind }) => kind === 'gpu').length
  return metered >= needs.gpus ? null : refuse('proof.implausible', `The job runs on ${needs.gpus} GPUs, but the energy of ${metered} was measured.`)
}

/** Several jobs run on a node at once, each on devices of its own: what one of them is metered by, no other one is at the same time. */
function twiceProblem({ beside, proof }: ProofFacts): Refusal | null {
  const uuids = new Set(proof.devices.map(({ uuidHash }) => uuidHash))
  const other = beside.find(({ devices, ...run }) => overlapMs(run, proof) > CLOCK_SET_MS && devices.some(({ uuidHash }) => uuids.has(uuidHash)))
  return other ? refuse('proof.implausible', `Proof ${other.proofId} already counts the energy of the same device at the same time.`) : null
}

type Run = Pick<EnergyProof, 'startedAt' | 'endedAt'>

const overlapMs = (a: Run, b: Run): number => Math.min(fromIso(a.endedAt), fromIso(b.endedAt)) - Math.max(fromIso(a.startedAt), fromIso(b.startedAt))

function outputProblem(proof: EnergyProof, output: Extract<Left, { kind: 'output' }>, { limits, outputSha256 }: JobSpec): Refusal | null {
  if (output.sha256 !== proof.outputSha256) return refuse('proof.output', 'The bytes that were sent are not the output that was signed. Send the output again.')
  if (proof.exitCode !== 0) return refuse('proof.output', `The job ended with exit code ${proof.exitCode}, so there is no result to accept.`, true)
  if (output.bytes > limits.outputBytes) return refuse('proof.output', `The output is ${output.bytes} bytes; the job allows ${limits.outputBytes}.`, true)
  return outputSha256 === null || outputSha256 === output.sha256 ? null : refuse('proof.output', 'The output is not the one this job must produce.', true)
}

/** What the last run of a job is left of the receipt that names them all: more than it can need within the longest time limit. */
const LAST_RUN_INTERVALS = 500

/** The run counts for what comes of it, so the next one has to be able to go on from there. */
function checkpointProblem({ proof, runs }: ProofFacts, { spec, saved }: ProvenAttempt): Refusal | null {
  if (!spec.checkpoints || saved === null || saved !== proof.outputSha256)
    return refuse(
      'proof.output',
      'The checkpoint that was signed was not handed over under this lease, so the job cannot go on from it and this run does not count.',
    )
  const intervals = [proof, ...runs].reduce((sum, run) => sum + run.intervals.length, 0)
  return runs.length + 1 < MAX_PROOFS && intervals <= MAX_RECEIPT_INTERVALS - LAST_RUN_INTERVALS
    ? null
    : refuse('proof.output', `This job was given back ${runs.length} times. A receipt holds no more runs, so this one does not count.`)
}

/** Every reason not to believe an opened proof, in a fixed order; `null` if there is none. */
export function judgeProof(facts: ProofFacts): Refusal | null {
  const { proof, attempt, capabilities, left } = facts
  const problem = replayProblem(facts) ?? leaseProblem(facts) ?? sequenceProblem(facts)
  if (problem || !attempt) return problem
  const { spec } = attempt
  const untrue =
    runtimeProblem(proof, spec) ?? timeProblem(facts, attempt) ?? plausibilityProblem(proof, capabilities) ?? deviceProblem(proof, spec) ?? twiceProblem(facts)
  return untrue ?? (left.kind === 'output' ? outputProblem(proof, left, spec) : checkpointProblem(facts, attempt))
}

/** The stored answer, if this very proof was accepted for this very lease: it is given again. */
export const repeatedProof = ({ stored, bodySha256, leaseId }: Pick<ProofFacts, 'stored' | 'bodySha256' | 'leaseId'>): StoredProof | null =>
  stored?.bodySha256 === bodySha256 && stored.leaseId === leaseId ? stored : null
