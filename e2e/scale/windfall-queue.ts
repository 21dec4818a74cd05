/** What the queues are asked to do, done by the real coordinator over its public interface: submitted by a requester, done by enrolled nodes, proven. */
import { proofFor, submissionOf, testSpec } from '../../main/coordinator/test-work.fake.ts'
import { sha256Hex } from '../../main/kernel/signing.ts'
import type { Lease } from '../../shared/contract/job.ts'
import { type Agent, enrolAgents, newAgents } from './agents.ts'
import { closedLoop, encodeRequest, openLine } from './http-load.ts'
import { HUNDRED, type QueueLoad, type QueueRates } from './peers/queue.ts'
import type { Coordinator } from './server.ts'
import { signedPost } from './signed-requests.ts'

interface Target {
  readonly url: string
  readonly apiKey: string
}

/** Short, and cheap enough that the owner's test money lasts for every job of a benchmark. */
const cheapJob = () =>
  testSpec(Date.now(), {
    price: { microUsdPerHour: '60', maxMicroUsd: '10' },
    expected: { seconds: 1, watts: 250 },
    limits: { wallSeconds: 10, memoryBytes: 64e6, outputBytes: 1_024, cpus: 1 },
  })

async function enqueueRate({ url, apiKey }: Target, { jobs, callers }: QueueLoad): Promise<number> {
  const { host } = new URL(url)
  const spec = cheapJob()
  const request = (index: number) =>
    encodeRequest(host, {
      method: 'POST',
      path: '/v1/jobs',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ jobId: `bench-${index}`, spec }),
    })
  const { perSecond, refused } = await closedLoop({ url, lines: callers, request: (index) => (index < jobs ? request(index) : null) })
  if (refused > 0) throw new Error(`${refused} jobs were refused.`)
  return perSecond
}

/** Enqueues this many jobs in arrays of a hundred. */
export async function enqueueArrays({ url, apiKey }: Target, jobs: number, size = HUNDRED): Promise<number> {
  const { host } = new URL(url)
  const body = (index: number) => JSON.stringify({ arrayId: `bench-array-${size}-${index}`, spec: cheapJob(), range: { from: 0, to: size - 1 } })
  const request = (index: number) =>
    encodeRequest(host, { method: 'POST', path: '/v1/arrays', headers: { authorization: `Bearer ${apiKey}` }, body: body(index) })
  const answers: string[] = []
  const { perSecond, refused } = await closedLoop({
    url,
    lines: 4,
    request: (index) => (index < Math.ceil(jobs / size) ? request(index) : null),
    onAnswer: ({ status, body: said }) => void (status >= 300 && answers.push(said)),
  })
  if (refused > 0) throw new Error(`${refused} arrays were refused: ${answers[0]}`)
  return perSecond * size
}

/** A node at work over one connection. */
export async function createNode({ url }: Target, { signer }: Agent) {
  const line = await openLine(url)
  const post = async <T>(path: string, body: object): Promise<T> => {
    const answer = await line.ask(await signedPost(url, signer, { path, body: JSON.stringify(body) }))
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body) as T
  }
  const lease = async () => (await post<{ lease: Lease | null }>('/v1/leases', { runtimes: ['docker'] })).lease
  let chain: { seq: number; head: string | null } = { seq: 0, head: null }
  /** Hands a run of a second in; the node's chain goes on once it is accepted. */
  const prove = async (leased: Lease) => {
    const proof = proofFor(leased, { nodeId: signer.keyId, now: Date.now(), ms: 1_000, changes: { seq: chain.seq + 1, prev: chain.head } })
    const submission = await submissionOf(leased, proof, signer)
    const answer = await post<{ proofId: string; jobId: string }>('/v1/proofs', submission)
    chain = { seq: proof.seq, head: sha256Hex(Buffer.from(submission.envelope.payload, 'base64')) }
    return answer
  }
  return {
    close: line.close,
    ready: () => post('/v1/presence', { ready: true, reasons: [], running: [] }),
    lease,
    prove,
    /** False if there was nothing to do. */
    async work(): Promise<boolean> {
      const leased = await lease()
      if (leased) await prove(leased)
      return leased !== null
    },
  }
}

/** Jobs per second from the queue to a node, done, proven and settled. */
export async function dispatchRate(target: Target, { callers, ms }: { callers: number; ms: number }): Promise<number> {
  const agents = newAgents(callers)
  await enrolAgents(target.url, agents)
  const nodes = await Promise.all(agents.map((agent) => createNode(target, agent)))
  await Promise.all(nodes.map((node) => node.ready()))
  const started = performance.now()
  let done = 0
  await Promise.all(
    nodes.map(async (node) => {
      while (performance.now() - started < ms) {
        if (await node.work()) done += 1
        else await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }),
  )
  const seconds = (performance.now() - started) / 1_000
  for (const node of nodes) node.close()
  return done / seconds
}

const DISPATCH_MS = 10_000

/** Ends the coordinator when it is done. */
export async function measureWindfall(coordinator: Coordinator, load: QueueLoad): Promise<QueueRates> {
  const enqueue = await enqueueRate(coordinator, load)
  const enqueueMany = await enqueueArrays(coordinator, load.jobs)
  const dispatch = await dispatchRate(coordinator, { callers: load.callers, ms: DISPATCH_MS })
  await coordinator.service.stop()
  return { enqueue, enqueueMany, dispatch }
}
