/** A node of the agent's own parts that does jobs in no time, and hands every proof in until it is answered, as the agent's outbox does. */
import { OUTPUT, proofFor, submissionOf } from '../../../main/coordinator/test-work.fake.ts'
import { createCoordinatorLink } from '../../../main/agent/sync/client.ts'
import { createCoordinatorTime } from '../../../main/agent/sync/coordinator-time.ts'
import { systemClock } from '../../../main/kernel/clock.ts'
import { sha256Hex } from '../../../main/kernel/signing.ts'
import type { Lease } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Agent } from '../agents.ts'
import { openLine } from '../http-load.ts'
import { signedPost } from '../signed-requests.ts'
import { type CoordinatorClient, type World, acknowledge } from './world.ts'

const RUN_MS = 1_000
const PAUSE_MS = 25
/** The coordinator is down, or asks to be asked again. */
const AGAIN: ReadonlySet<string> = new Set(['unavailable', 'conflict', 'rate.limited', 'storage.failed', 'storage.full', 'storage.read-only', 'internal'])

const isAgain = (error: unknown): boolean => error instanceof WindfallError && AGAIN.has(error.code)

interface Crashing {
  readonly agent: Agent
  readonly url: string
  /** Asks for an answer as soon as a proof is kept, and hears of what became of it later. */
  readonly isImpatient: boolean
  readonly client: CoordinatorClient
  readonly world: World
}

type Submission = Awaited<ReturnType<typeof submissionOf>>

interface Proven {
  readonly proofId: string
  readonly seq: number
  readonly submission: Submission
}

async function prove({ agent: { signer }, client }: Crashing, lease: Lease): Promise<Proven> {
  const { seq, head } = await client.call('proofChain', {})
  const changes = { proofId: `proof-${lease.leaseId}`, seq: seq + 1, prev: head, outputSha256: sha256Hex(OUTPUT) }
  const proof = proofFor(lease, { nodeId: signer.keyId, now: systemClock.now(), ms: RUN_MS, changes })
  return { proofId: proof.proofId, seq: proof.seq, submission: await submissionOf(lease, proof, signer) }
}

/** Hands a proof in until it is answered: with a receipt, or with a reason why it does not count. */
async function handIn({ client, world }: Crashing, { proofId, submission }: Proven, signal: AbortSignal): Promise<void> {
  const submit = async () => JSON.stringify(await client.call('submitProof', submission))
  do {
    try {
      const answer = await submit()
      return acknowledge(world, { proofId, jobId: (JSON.parse(answer) as { jobId: string }).jobId, answer, repeat: submit })
    } catch (error) {
      if (!(error instanceof WindfallError)) throw error
      if (isAgain(error)) continue
      world.refused.set(error.code, (world.refused.get(error.code) ?? 0) + 1)
      return
    }
  } while (await systemClock.sleep(PAUSE_MS, signal))
}

/** What the coordinator says to a proof for which nobody waits. `again`: it is gone, or asks to be asked again. */
async function keep({ agent: { signer }, url, world }: Crashing, { proofId, submission }: Proven): Promise<'kept' | 'refused' | 'again'> {
  const request = { path: '/v1/proofs', headers: { prefer: 'respond-async' }, body: JSON.stringify(submission) }
  try {
    const line = await openLine(url)
    const { status } = await line.ask(await signedPost(url, signer, request))
    line.close()
    if (status >= 500 || status === 409 || status === 429) return 'again'
    if (status >= 300) return 'refused'
    world.kept.add(proofId)
    return 'kept'
  } catch {
    return 'again'
  }
}

/** Waits until the node's chain has grown by a kept proof, or its owner was told why not. It is not handed in again: that would hide that it was lost. */
async function hearOf({ client, world }: Crashing, { proofId, seq }: Proven, signal: AbortSignal): Promise<'accepted' | 'refused' | 'unheard'> {
  let after = 0
  do {
    try {
      if ((await client.call('proofChain', {})).seq >= seq) return 'accepted'
      const { events, next } = await client.call('nodeEvents', { after, limit: 200 })
      const refusal = events.map(({ fact }) => fact).find((fact) => fact.kind === 'proof-refused' && fact.proofId === proofId)
      if (refusal?.kind === 'proof-refused') {
        world.refused.set(refusal.code, (world.refused.get(refusal.code) ?? 0) + 1)
        return 'refused'
      }
      after = next
    } catch (error) {
      if (!(error instanceof WindfallError)) throw error
    }
  } while (await systemClock.sleep(PAUSE_MS, signal))
  return 'unheard'
}

async function handInLater(crashing: Crashing, proven: Proven, signal: AbortSignal): Promise<void> {
  for (let said = await keep(crashing, proven); said !== 'kept'; said = await keep(crashing, proven))
    if (said === 'refused' || !(await systemClock.sleep(PAUSE_MS, signal))) return
  const heard = await hearOf(crashing, proven, signal)
  if (heard === 'unheard') return
  crashing.world.kept.delete(proven.proofId)
  if (heard === 'accepted') await handIn(crashing, proven, signal)
}

async function doOneJob(crashing: Crashing, signal: AbortSignal): Promise<boolean> {
  const { client } = crashing
  await client.call('heartbeat', { ready: true, reasons: [], running: [] })
  const { lease } = await client.call('requestLease', { runtimes: ['docker'] })
  if (!lease) return false
  await client.call('startAttempt', { leaseId: lease.leaseId, token: lease.token })
  const proven = await prove(crashing, lease)
  await (crashing.isImpatient ? handInLater : handIn)(crashing, proven, signal)
  return true
}

/** Does one job after another until `signal` aborts, however often the coordinator is gone meanwhile. */
export async function runNode(given: Omit<Crashing, 'client'>, signal: AbortSignal): Promise<void> {
  const { signer } = given.agent
  const { client } = createCoordinatorLink({ baseUrl: given.url, signer, time: createCoordinatorTime(systemClock) })
  const crashing = { ...given, client }
  while (!signal.aborted) {
    const worked = await doOneJob(crashing, signal).catch((error: unknown) => {
      if (error instanceof WindfallError) return false
      throw error
    })
    if (!worked) await systemClock.sleep(PAUSE_MS, signal)
  }
}
