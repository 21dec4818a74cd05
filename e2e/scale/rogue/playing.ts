/** One job after another, as nodes do them. */
import { gzipSync } from 'node:zlib'
import type { Lease } from '../../../shared/contract/job.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type TestCore, REQUESTER } from '../../../main/coordinator/core.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../../../main/coordinator/test-work.fake.ts'
import { claimsOf, logOf, sampleLines } from '../../../main/coordinator/proofs/challenge.fixture.ts'
import { sha256Hex } from '../../../main/kernel/signing.ts'
import { type Deed, type Player, type Tally, type Turn, questionOf, truthOf } from './cast.ts'

/** Between one job and the next. */
const PACE_MS = 30 * 60_000
/** A job that nobody does by then is left. */
const MOST_ROUNDS = 20

/** Whether the job at hand is given to a rogue first, if one is there. */
export interface Deal {
  toRogue: boolean
}

export interface Stage {
  readonly core: TestCore
  readonly quorum: number | null
  readonly canaries: number
  readonly players: readonly Player[]
  readonly deal: Deal
  readonly tally: Tally
  readonly chance: () => number
  /** What each proof's node has kept of its samples. */
  readonly logs: Map<string, Uint8Array>
}

/** Submits one job, lets whoever is given it work, and those who are given it once more; then lets time pass. */
export async function playJob(stage: Stage): Promise<void> {
  const { core, tally } = stage
  const jobId = `job-${tally.jobs}`
  tally.jobs += 1
  stage.deal.toRogue = stage.chance() < 0.5
  const compared = stage.quorum === null ? {} : { quorum: { results: stage.quorum, compare: { kind: 'exact' } as const } }
  await core.submit(jobId, { args: [jobId], outputSha256: null, ...compared })
  for (let round = 0; round < MOST_ROUNDS && !(await isOver(stage, jobId)); round += 1) await playRound(stage)
  const { state, outputSha256 } = await core.jobs.view(REQUESTER, jobId)
  if (state === 'completed') tally.completed += 1
  if (state === 'completed' && outputSha256 !== sha256Hex(truthOf(jobId))) tally.wrong += 1
  await pass(stage)
}

const isOver = async ({ core }: Stage, jobId: string): Promise<boolean> =>
  ['completed', 'failed', 'expired', 'cancelled'].includes((await core.jobs.view(REQUESTER, jobId)).state)

/** Everybody who is given something does it. */
async function playRound(stage: Stage): Promise<void> {
  const { core, players } = stage
  for (const player of players) if (await isWorking(stage, player)) await player.node.ready()
  await core.jobs.round()
  for (const player of players) {
    if (!(await isWorking(stage, player))) continue
    const lease = await core.jobs.request(player.node.nodeId, ['docker'])
    if (lease) await play(stage, { player, lease })
  }
}

const isWorking = async ({ core }: Stage, { node: { nodeId } }: Player): Promise<boolean> => {
  const state = (await core.registry.node(nodeId))?.state
  return state === 'active' || state === 'probation'
}

async function play(stage: Stage, { player, lease }: { readonly player: Player; readonly lease: Lease }): Promise<void> {
  const { core, tally } = stage
  const { leaseId, token } = lease
  const { nodeId, signer } = player.node
  await core.jobs.start({ nodeId, leaseId, token })
  await core.clock.advance(SECONDS * 1_000)
  const turn: Turn = { question: questionOf(lease), chance: stage.chance, honestly: (load) => honestDeed(stage, { player, lease }, load) }
  const { proof, output, log, isBad } = await player.hand(turn)
  const sent = { ...(await submissionOf(lease, proof, signer)), output: Buffer.from(output).toString('base64') }
  if (isBad) tally.bad += 1
  if (log) stage.logs.set(proof.proofId, log)
  try {
    await core.parts.proofs.submit(nodeId, sent)
    tally.results += 1
    if (isBad) await countAccepted(stage, proof)
  } catch (error) {
    if (!(error instanceof WindfallError)) throw error
    if (isBad) tally.refused += 1
    // What is left of the job goes to somebody else.
    stage.deal.toRogue = false
    const given = { nodeId, leaseId, token, reason: 'owner-present', message: 'needed', exitCode: null, retry: true }
    await core.jobs.fail(given).catch(() => undefined)
  }
  await lookWhoIsOut(stage)
}

async function countAccepted({ core, tally }: Stage, { nodeId, proofId }: Pick<EnergyProof, 'nodeId' | 'proofId'>): Promise<void> {
  tally.accepted += 1
  const { signals } = await core.parts.nodes.own.show(nodeId)
  if (signals.some((signal) => signal.proofId === proofId)) tally.unlikely += 1
}

async function honestDeed({ core, chance }: Stage, { player, lease }: { player: Player; lease: Lease }, load = 1): Promise<Deed> {
  const { nodeId } = player.node
  const { seq, head } = await core.parts.proofs.head(nodeId)
  const output = truthOf(questionOf(lease))
  const now = core.clock.now()
  const log = logOf(sampleLines({ nodeId, attemptId: lease.attemptId, endedAt: now, seconds: SECONDS, load: load * (1 + 0.001 * chance()) }))
  const changes = { ...claimsOf(log), seq: seq + 1, prev: head, outputSha256: sha256Hex(output), endedAt: toIso(now) }
  return { proof: proofFor(lease, { nodeId, now, changes }), output, log, isBad: false }
}

/** Time until the next job: nodes answer what they are asked, and those whose quarantine is over are back. */
async function pass(stage: Stage): Promise<void> {
  const { core } = stage
  await core.clock.advance(PACE_MS)
  await core.challenges.sweep()
  await answerAll(stage)
  if (stage.canaries > 0) await giveCanaries(stage)
  await lookWhoIsOut(stage)
}

async function answerAll({ core, players, logs }: Stage): Promise<void> {
  for (const { node } of players)
    for (const { challengeId, proofId } of await core.challenges.open(node.nodeId)) {
      const log = logs.get(proofId)
      const answer = log ? { log: gzipSync(log).toString('base64'), reason: null } : { log: null, reason: 'The samples are no longer there.' }
      await core.challenges.answer(node.nodeId, { challengeId, ...answer })
    }
}

/** How many of those who do all well are out of service. */
export async function wronged(stage: Stage): Promise<number> {
  let count = 0
  for (const player of stage.players) if (!player.isRogue && !(await isWorking(stage, player))) count += 1
  return count
}

async function lookWhoIsOut(stage: Stage): Promise<void> {
  if (stage.tally.untilOut !== null) return
  for (const player of stage.players) if (player.isRogue && !(await isWorking(stage, player))) stage.tally.untilOut = stage.tally.bad
}

/** One look at who is given such a job next. */
async function giveCanaries({ core }: Stage): Promise<void> {
  const stop = new AbortController()
  const before = core.clock.sleepers()
  const running = core.canaries.run(stop.signal)
  while (core.clock.sleepers() === before) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await running
}
