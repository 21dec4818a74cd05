import type { JobSpec } from '../../shared/contract/job.ts'
import type { EnergyProof } from '../../shared/domain/energy-proof.ts'
import { messageOf } from '../../shared/errors.ts'
import { fromIso, microUsd, toIso } from '../../shared/units.ts'
import type { Ids } from '../kernel/ids.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { keyedDraw } from '../kernel/random.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { type CanaryCallDeps, createCanaryCalls } from './canary-calls.ts'
import type { CanaryParts } from './http/canary-parts.ts'
import { acceptAll } from './jobs/accepting.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { JobDeps } from './jobs/ports.ts'
import { VERIFIER } from './ledger/accounts.ts'
import { type Tx, transact } from './persistence/database.ts'
import { lastingExclusion } from './planner/feasibility.ts'
import { canaryPolicy, isDrawn } from './quorum/canary-policy.ts'
import { type Canary, createCanariesStore } from './quorum/canaries.store.ts'
import { createValidityStore } from './quorum/validity.store.ts'
import type { Registry } from './registry/registry.ts'
import type { Standings } from './standings.ts'
import { canVerifyFor, fundVerificationOf } from './verification-money.ts'

const LOOK_EVERY_MS = 10_000
/** As many as are given out in turn, and as many runs as are remembered until somebody looks. */
const MOST_CANARIES = 200
const MOST_RUNS = 10_000

export interface CanaryDeps extends CanaryCallDeps {
  readonly ids: Ids
  readonly challengeKey: Uint8Array
  readonly config: Pick<CoordinatorConfig, 'canaryRate'>
  readonly registry: Pick<Registry, 'list'>
  readonly jobs: Pick<Jobs, 'cancel' | 'wake'>
  readonly standings: Pick<Standings, 'wrongResult'>
  readonly money: JobDeps['money']
  readonly choose: JobDeps['choose']
  readonly events: Pick<CoordinatorEvents, 'canariesFailed'>
}

type Proven = Pick<EnergyProof, 'proofId' | 'nodeId' | 'seq'>

export interface Canaries {
  readonly calls: CanaryParts
  /** A run was proven; whether its node is given a job with a known answer next is decided later, and apart from it. */
  readonly proven: (run: Proven) => void
  /** A proof was refused, in the transaction that says so: a wrong answer to what is known counts at once. */
  readonly refused: (tx: Tx, refusal: { readonly nodeId: string; readonly jobId: string; readonly code: string }) => Promise<void>
  readonly run: Run
}

/** Jobs of which the operator knows the answer, given to nodes among all others. Nothing that a node is told of one is different. */
export function createCanaries(deps: CanaryDeps): Canaries {
  const runs: Proven[] = []
  let known: readonly Canary[] = []
  const reload = async () => {
    known = await createCanariesStore(deps.db).page({ after: null, limit: MOST_CANARIES })
  }
  const look = async () => {
    await reload()
    await settle(deps)
    for (const run of runs.splice(0)) await consider(deps, run, known)
  }
  return {
    calls: createCanaryCalls(deps, reload),
    proven(run) {
      if (known.length > 0 && deps.config.canaryRate > 0 && runs.length < MOST_RUNS) runs.push({ proofId: run.proofId, nodeId: run.nodeId, seq: run.seq })
    },
    refused: (tx, refusal) => answerWrong(deps, tx, refusal),
    async run(signal) {
      do await look().catch((error: unknown) => deps.events.canariesFailed(messageOf(error)))
      while (await deps.clock.sleep(LOOK_EVERY_MS, signal))
    },
  }
}

type Before = Awaited<ReturnType<ReturnType<typeof createCanariesStore>['toNode']>>

/** The one of those it can do that it was given least often, so that nobody who remembers one gets far with it. */
async function nextFor({ registry }: CanaryDeps, nodeId: string, { canaries, before }: { readonly canaries: readonly Canary[]; readonly before: Before }) {
  const node = before.some(({ isOpen }) => isOpen) ? undefined : (await registry.list()).find((one) => one.nodeId === nodeId)
  const times = new Map(before.map((one) => [one.canaryId, one.times]))
  const timesGiven = ({ canaryId }: Canary): number => times.get(canaryId) ?? 0
  const able = node ? canaries.filter(({ spec }) => lastingExclusion(node.capabilities, spec) === null) : []
  return { suitable: able.length, next: able.toSorted((a, b) => timesGiven(a) - timesGiven(b))[0] ?? null }
}

async function consider(deps: CanaryDeps, { proofId, nodeId, seq }: Proven, canaries: readonly Canary[]): Promise<void> {
  const before = await createCanariesStore(deps.db).toNode(nodeId)
  const given = before.reduce((sum, { times }) => sum + times, 0)
  const drawn = { count: seq, given, rate: deps.config.canaryRate, draw: keyedDraw(deps.challengeKey, `canary ${proofId}`) }
  // Most are not, and asking for all nodes and for what is in the books costs more than everything before it.
  if (!isDrawn(drawn)) return
  const { suitable, next } = await nextFor(deps, nodeId, { canaries, before })
  const run = { ...drawn, suitable, isPaidFor: next === null || (await canVerifyFor(deps.db, mostOf(next.spec))) }
  const subject = { kind: 'proof', id: proofId } as const
  const answer = canaryPolicy.decide({ run }, subject)
  await transact(deps.db, async (tx) => {
    await deps.choose(tx, { kind: 'canary', subject, also: [{ kind: 'node', id: nodeId }], policy: canaryPolicy, inputs: { run }, answer })
    if (answer.outcome.give && next) await give(deps, tx, { canary: next, nodeId })
  })
  deps.jobs.wake()
}

const mostOf = ({ price }: JobSpec) => microUsd(BigInt(price.maxMicroUsd))

async function give(deps: CanaryDeps, tx: Tx, { canary, nodeId }: { readonly canary: Canary; readonly nodeId: string }): Promise<void> {
  const [jobId, now] = [deps.ids.next(), deps.clock.now()]
  const deadline = toIso(now + fromIso(canary.spec.deadline) - canary.addedAt)
  const spec: JobSpec = { ...canary.spec, deadline, earliestStart: null, outputSha256: canary.outputSha256 }
  await fundVerificationOf(tx, { id: jobId, amount: mostOf(spec), at: now })
  await acceptAll(deps, tx, [{ requesterId: VERIFIER, jobId, spec, template: null, after: [], isBestEffort: true, submittedAt: now }])
  await createJobsStore(tx).update(jobId, { pinnedTo: nodeId })
  await createCanariesStore(tx).give({ jobId, canaryId: canary.canaryId, nodeId, at: now })
}

/** A known answer is confirmation enough: it needs no other node to have done the job. */
async function answerWrong(deps: CanaryDeps, tx: Tx, { nodeId, jobId, code }: Parameters<Canaries['refused']>[1]): Promise<void> {
  const judged = code === 'proof.output' ? await createCanariesStore(tx).judge(jobId, nodeId, 'wrong') : null
  if (!judged) return
  await createValidityStore(tx).distrust({ nodeId, image: judged.image })
  await createJobsStore(tx).update(jobId, { isBlocked: true })
  await deps.standings.wrongResult(tx, nodeId)
  await deps.decide(tx, 'canary.answered', { jobId, nodeId, is: 'wrong' })
}

/** Takes in what has come of those that were given. */
async function settle(deps: CanaryDeps): Promise<void> {
  const store = createCanariesStore(deps.db)
  for (const jobId of await store.judgedUnfinished()) await deps.jobs.cancel(VERIFIER, jobId)
  for (const { jobId, nodeId, state } of await store.ended()) {
    const is = state === 'completed' ? 'right' : 'unanswered'
    await transact(deps.db, async (tx) => {
      const judged = await createCanariesStore(tx).judge(jobId, nodeId, is)
      if (!judged) return
      if (is === 'right') await createValidityStore(tx).confirm({ nodeId, image: judged.image })
      await deps.decide(tx, 'canary.answered', { jobId, nodeId, is })
    })
  }
}
