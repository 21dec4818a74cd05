import type { JobSpec } from '../../shared/contract/job.ts'
import type { Quorum } from '../../shared/contract/quorum.ts'
import { neededResults } from '../../shared/domain/pay.ts'
import { fromIso, microUsd } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { keyedDraw } from '../kernel/random.ts'
import { sha256Hex } from '../kernel/signing.ts'
import type { CoordinatorConfig } from './config.ts'
import type { Jobs } from './jobs/jobs.ts'
import { judgeHeld } from './jobs/holding.ts'
import type { JobDeps } from './jobs/ports.ts'
import type { Blobs } from './persistence/blobs.ts'
import type { Db, Tx } from './persistence/database.ts'
import { lastingExclusion } from './planner/feasibility.ts'
import type { ProofDeps, RecordResult, ResultToWeigh, Weighed } from './proofs/ports.ts'
import { type ProvenResult, consecutiveAfter, replicationPolicy } from './quorum/replication.ts'
import { type StoredResult, createResultsStore } from './quorum/results.store.ts'
import { createValidityStore } from './quorum/validity.store.ts'
import { type Compared, type NewResult, compareWithHeld, requireSame } from './quorum/weighing.ts'
import { createOwnersStore } from './registry/owners.store.ts'
import type { Registry } from './registry/registry.ts'
import type { SoftSignals } from './registry/soft-signals.ts'
import { canRepeatFor, reserveRepeating } from './verification-money.ts'

const MINUTE_MS = 60_000
/** For so long the coordinator waits for somebody to begin what it wants repeated. */
const PATIENCE_MS = 60 * MINUTE_MS
/** A run is as long as expected, and half as long again. */
const SLACK = 1.5

export interface ComparingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  /** Nobody who brings a result can know what is drawn for it, and the same draw is made again for the same lease. */
  readonly challengeKey: Uint8Array
  readonly config: Pick<CoordinatorConfig, 'replicationRate' | 'repeatAllowanceMicroUsd'>
  readonly jobs: Pick<Jobs, 'holdResult' | 'failUndecided'>
  readonly registry: Pick<Registry, 'list'>
  readonly signals: Pick<SoftSignals, 'doubt'>
  readonly outputs: Pick<Blobs, 'read'>
  readonly decide: JobDeps['decide']
  readonly choose: JobDeps['choose']
}

type Compares = ResultToWeigh & { readonly spec: JobSpec & { readonly quorum: Quorum } }

/** Until when somebody has to have begun with it, so that it is done in time all the same. */
const confirmBy = ({ deadline, expected }: JobSpec, now: number): number =>
  Math.min(now + PATIENCE_MS, fromIso(deadline) - SLACK * expected.seconds * 1_000 - 5 * MINUTE_MS)

const newResult = (result: ResultToWeigh): NewResult => ({ ...result, outputSha256: sha256Hex(result.output) })

/** What one more result of a job may cost, and for whom. */
const repeatOf = ({ config }: Pick<ComparingDeps, 'config'>, { jobId, requesterId, spec }: Compares) => ({
  jobId,
  requesterId,
  amount: microUsd(BigInt(spec.price.maxMicroUsd)),
  allowance: config.repeatAllowanceMicroUsd,
})

const saysAgree = (agree: number, needed: number): string =>
  `${agree} of ${needed} results ${agree === 1 ? 'agrees' : 'agree'}; waits for that of a machine of another owner.`

async function otherNodes({ db, registry }: ComparingDeps, { nodeId, spec }: Compares): Promise<number> {
  const own = (await createOwnersStore(db).alongside([nodeId])).get(nodeId)
  return (await registry.list()).filter((node) => node.online && !own?.has(node.nodeId) && lastingExclusion(node.capabilities, spec) === null).length
}

/** What the coordinator has to go by when it chooses whether to have a result repeated. */
async function standingOf(deps: ComparingDeps, result: Compares): Promise<ProvenResult> {
  const { nodeId, requesterId, leaseId, spec } = result
  const now = deps.clock.now()
  const doubt = await deps.signals.doubt(deps.db, nodeId)
  return {
    ...(doubt > 0 ? { doubt } : {}),
    consecutiveValid: await createValidityStore(deps.db).consecutive({ nodeId, requesterId, image: spec.runtime.image }),
    rate: deps.config.replicationRate,
    draw: keyedDraw(deps.challengeKey, `replication ${leaseId}`),
    otherNodes: await otherNodes(deps, result),
    hasTime: confirmBy(spec, now) > now + MINUTE_MS,
    isPaidFor: await canRepeatFor(deps.db, repeatOf(deps, result)),
  }
}

async function keepHeld(deps: ComparingDeps, tx: Tx, of: { readonly result: Compares; readonly agree: number; readonly agreeing: number }): Promise<void> {
  const { result, agree, agreeing } = of
  const now = deps.clock.now()
  await createResultsStore(tx).add(result.jobId, { ...newResult(result), at: now, verdict: 'waiting', agree: agreeing })
  const isOurs = agree > neededResults(result.spec)
  const message = saysAgree(agreeing, agree)
  await deps.jobs.holdResult(tx, { leaseId: result.leaseId, agree, confirmBy: isOurs ? confirmBy(result.spec, now) : null, message })
}

/** A single result of a job whose requester leaves it to us. */
async function weighSingle(deps: ComparingDeps, result: Compares): Promise<Weighed> {
  const subject = { kind: 'job', id: result.jobId } as const
  const inputs = { result: await standingOf(deps, result) }
  const answer = replicationPolicy.decide(inputs, subject)
  const choose = (tx: Tx) =>
    deps.choose(tx, { kind: 'replication', subject, also: [{ kind: 'node', id: result.nodeId }], policy: replicationPolicy, inputs, answer })
  if (!answer.outcome.again) return { is: 'counts', copies: null, outputSha256: sha256Hex(result.output), record: async (tx) => void (await choose(tx)) }
  return {
    is: 'held',
    async record(tx) {
      await choose(tx)
      await reserveRepeating(tx, { ...repeatOf(deps, result), at: deps.clock.now() })
      await keepHeld(deps, tx, { result, agree: 2, agreeing: 1 })
    },
  }
}

const VERDICT = { agrees: 'agrees', near: 'undecided', differs: 'differs' } as const satisfies Record<string, StoredResult['verdict']>
const JUDGED = { agrees: 'right', near: 'neither', differs: 'wrong' } as const

type Agreed = Extract<Compared['agreement'], { is: 'agreed' }>

/** Which results were right, and what that says of who brought them. */
function recordAgreed(
  deps: ComparingDeps,
  result: Compares,
  { results, agreement }: { readonly results: Compared['results']; readonly agreement: Agreed },
): RecordResult {
  return async (tx) => {
    const store = createResultsStore(tx)
    await requireSame(tx, result.jobId, results.slice(0, -1))
    await store.add(result.jobId, { ...newResult(result), at: deps.clock.now(), verdict: 'agrees', agree: result.agree })
    const validity = createValidityStore(tx)
    for (const [place, { proofId, nodeId, leaseId }] of results.entries()) {
      const verdict = agreement.verdicts[place] ?? 'near'
      await store.judge(proofId, VERDICT[verdict])
      await judgeHeld(tx, [{ leaseId, is: JUDGED[verdict] }])
      if (verdict === 'near') continue
      const of = { nodeId, requesterId: result.requesterId, image: result.spec.runtime.image }
      await validity.set(of, consecutiveAfter(await validity.consecutive(of), verdict === 'agrees'))
    }
    await deps.decide(tx, 'quorum.agreed', { jobId: result.jobId, results: results.map(({ proofId }, place) => ({ proofId, is: agreement.verdicts[place] })) })
  }
}

const saysUndecided = (results: number, agree: number): string =>
  `${results} results are there, and no more than ${agree} of them agree, so nobody can say which is right. It costs nothing.`

/** Nobody can tell which of them is right. */
export async function leaveUndecided(
  deps: Pick<ComparingDeps, 'jobs' | 'decide'>,
  tx: Tx,
  {
    jobId,
    results,
    agree,
  }: { readonly jobId: string; readonly results: readonly { readonly proofId: string; readonly leaseId: string }[]; readonly agree: number },
): Promise<void> {
  const store = createResultsStore(tx)
  for (const { proofId } of results) await store.judge(proofId, 'undecided')
  await judgeHeld(
    tx,
    results.map(({ leaseId }) => ({ leaseId, is: 'neither' })),
  )
  await deps.jobs.failUndecided(tx, { jobId, message: saysUndecided(results.length, agree) })
  await deps.decide(tx, 'quorum.undecided', { jobId, results: results.map(({ proofId }) => proofId) })
}

async function weighAmong(deps: ComparingDeps, result: Compares): Promise<Weighed> {
  const { jobId, agree } = result
  const { results, agreement } = await compareWithHeld({ db: deps.db, readOutput: deps.outputs.read }, newResult(result), result)
  if (agreement.is === 'agreed') {
    const right = results.flatMap(({ copy }, place) => (agreement.verdicts[place] === 'agrees' ? [copy] : []))
    const outputSha256 = results[agreement.canonical]?.outputSha256 ?? sha256Hex(result.output)
    return { is: 'counts', copies: new Set(right), outputSha256, record: recordAgreed(deps, result, { results, agreement }) }
  }
  return {
    is: agreement.is === 'open' ? 'held' : 'undecided',
    async record(tx) {
      await requireSame(tx, jobId, results.slice(0, -1))
      if (agreement.is === 'open') return keepHeld(deps, tx, { result, agree, agreeing: agreement.agree })
      await createResultsStore(tx).add(jobId, { ...newResult(result), at: deps.clock.now(), verdict: 'undecided', agree: agreement.agree })
      await leaveUndecided(deps, tx, { jobId, results, agree: agreement.agree })
    },
  }
}

/**
 * Whether others have to agree with a result, and if they do. A job that does not say how its results compare is done with the first; one that says it and
 * asks for no second is repeated as long as the coordinator does not trust the node, at the platform's expense.
 */
export const createComparing =
  (deps: ComparingDeps): ProofDeps['compare'] =>
  async (result) => {
    const { quorum } = result.spec
    if (!quorum) return { is: 'counts', copies: null, outputSha256: sha256Hex(result.output), record: async () => undefined }
    const compares = { ...result, spec: { ...result.spec, quorum } }
    return result.agree === 1 && result.copy === 1 ? weighSingle(deps, compares) : weighAmong(deps, compares)
  }
