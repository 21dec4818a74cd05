/** A real coordinator core behind real HTTP and WebSockets, and a node of the agent's own session whose proof was accepted. */
import { gzipSync } from 'node:zlib'
import type { AddressInfo } from 'node:net'
import * as initial from '../../main/agent/migrations/0001-initial.ts'
import { createCoordinatorLink } from '../../main/agent/sync/client.ts'
import { createCoordinatorTime } from '../../main/agent/sync/coordinator-time.ts'
import { createLiveLogs } from '../../main/agent/jobs/live-logs.ts'
import { createOutboxStore } from '../../main/agent/sync/outbox.store.ts'
import { type SessionDeps, runSession } from '../../main/agent/sync/session.ts'
import { REQUESTER, type TestNode } from '../../main/coordinator/core.fake.ts'
import { proofFor, submissionOf, testCapabilities } from '../../main/coordinator/test-work.fake.ts'
import { type TestServer, startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { claimsOf, logOf, sampleLines } from '../../main/coordinator/proofs/challenge.fixture.ts'
import { createIds } from '../../main/kernel/ids.ts'
import { createLogger } from '../../main/kernel/log.ts'
import { openSqlite } from '../../main/kernel/sqlite.ts'
import { toIso } from '../../shared/units.ts'

const HEARTBEAT_MS = 60_000

/** Waits for real sockets to do their work; the clock that both sides share only moves where a test moves it. */
export async function eventually<T>(ask: () => Promise<T> | T, done: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

interface Run {
  readonly seconds: number
  readonly hz?: number
}

/** Lets the node run a job for so long, and has its proof accepted. */
async function prove({ core }: TestServer, node: TestNode, { seconds, hz = 1 }: Run) {
  const { clock } = core
  const lease = await core.lease(node, 'job-1', {
    limits: { wallSeconds: seconds + 60, memoryBytes: 64e6, outputBytes: 1_024, cpus: 1 },
    deadline: toIso(clock.now() + seconds * 1_000 + 6 * 3_600_000),
  })
  const { leaseId, token, attemptId } = lease
  for (let left = seconds * 1_000; left > 0; left -= HEARTBEAT_MS) {
    await clock.advance(Math.min(left, HEARTBEAT_MS))
    await node.ready([{ leaseId, token, state: 'running' }])
  }
  const { nodeId } = node
  const log = logOf(sampleLines({ nodeId, attemptId, endedAt: clock.now(), seconds, hz }))
  const proof = proofFor(lease, { nodeId, now: clock.now(), changes: claimsOf(log) })
  const { proofId } = await core.parts.proofs.submit(nodeId, await submissionOf(lease, proof, node.signer))
  return { log, proofId, attemptId }
}

export interface Online {
  readonly states: string[]
  /** Proofs whose samples were read, in order. */
  readonly read: string[]
}

export interface ChallengedNode extends AsyncDisposable {
  readonly server: TestServer
  readonly node: TestNode
  readonly proofId: string
  readonly attemptId: string
  readonly log: Uint8Array
  /** Starts the agent's session, with what it has of the samples. */
  readonly goOnline: (samples?: SessionDeps['sampleLog']) => Online
  readonly ask: () => Promise<{ readonly state: string; readonly deadlineAt: string | null }>
  readonly newest: () => Promise<Awaited<ReturnType<TestServer['core']['challenges']['list']>>[number] | undefined>
  /** The newest challenge, once it has ended. */
  readonly ended: ChallengedNode['newest']
}

function sessionDeps({ core, app }: TestServer, node: TestNode, { states, read }: Online, samples: SessionDeps['sampleLog']): SessionDeps {
  const coordinatorUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const { signer } = node
  const time = createCoordinatorTime(core.clock)
  return {
    coordinatorUrl,
    nodeId: node.nodeId,
    keyChanges: () => ({ firstKey: signer.publicJwk, rotations: [] }),
    client: createCoordinatorLink({ baseUrl: coordinatorUrl, signer, time }).client,
    signer,
    clock: core.clock,
    random: () => 0.5,
    log: createLogger('agent', 'silent'),
    payoutAddress: null,
    enrolmentToken: null,
    capabilities: async () => testCapabilities,
    presence: () => ({ ready: false, reasons: ['user'], running: [] }),
    offer: () => undefined,
    cancel: () => undefined,
    yieldLease: () => undefined,
    confirmed: () => undefined,
    heard: () => undefined,
    feed: { position: () => Number.MAX_SAFE_INTEGER, store: () => undefined },
    outbox: {
      outbox: createOutboxStore(openSqlite(':memory:', [initial])),
      handOver: async () => undefined,
      realign: async (head) => head,
      refused: () => undefined,
      accepted: () => undefined,
      postponed: () => undefined,
    },
    sampleLog: async (proofId) => {
      read.push(proofId)
      return samples(proofId)
    },
    logs: createLiveLogs({ clock: core.clock, ids: createIds(core.clock) }),
    onSocket: (state) => states.push(state),
    onHttp: () => undefined,
    refreshGrid: async () => undefined,
    refreshReceipts: async () => undefined,
    onEnrolled: async () => undefined,
  }
}

export async function startChallengedNode(run: Run): Promise<ChallengedNode> {
  const server = await startTestServer()
  const { core, app } = server
  await app.listen({ port: 0, host: '127.0.0.1' })
  core.hub.attach(app.server)
  const node = await core.enrol()
  const proven = await prove(server, node, run)
  const stop = new AbortController()
  const running: Promise<void>[] = []
  const newest = async () => (await core.challenges.list(REQUESTER, proven.proofId))[0]
  return {
    server,
    node,
    ...proven,
    goOnline(samples = async () => gzipSync(proven.log)) {
      const online: Online = { states: [], read: [] }
      running.push(runSession(sessionDeps(server, node, online, samples), stop.signal))
      return online
    },
    ask: () => core.challenges.ask(REQUESTER, proven.proofId),
    newest,
    ended: () => eventually(newest, (challenge) => challenge !== undefined && challenge.state !== 'asked'),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.all(running)
      await server[Symbol.asyncDispose]()
    },
  }
}
