/** Agents, commands and a coordinator over a network that fails in every way: nothing is lost, nothing is done twice, and others notice nothing. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCoordinatorLink } from '../../main/agent/sync/client.ts'
import { createCoordinatorTime } from '../../main/agent/sync/coordinator-time.ts'
import { isWorthAnotherTry } from '../../main/agent/sync/outbox-rules.ts'
import { type SocketLine, runSocket } from '../../main/agent/sync/socket.ts'
import { run } from '../../main/cli/run.fixture.ts'
import type { TestNode } from '../../main/coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../main/coordinator/http/http.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../../main/coordinator/test-work.fake.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Fault, type FaultyProxy, openFaultyProxy } from './faulty-proxy.ts'

let server: TestServer
let node: TestNode
let proxy: FaultyProxy
let stop: AbortController
let running: Promise<void>

beforeEach(async () => {
  server = await startTestServer()
  server.core.hub.attach(server.app.server)
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  node = await server.core.enrol()
  stop = new AbortController()
  running = server.core.hub.run(stop.signal)
  proxy = await openFaultyProxy(`http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`)
})
afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  stop.abort()
  await running
  await server[Symbol.asyncDispose]()
  expect(server.failures).toEqual([])
})

const NOISE = Buffer.from('\0\xff\r\n\r\n HTTP/9 ????', 'latin1')
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['refuses every connection', { kind: 'refuse' }],
  ['cuts the connection in the middle of the body', { kind: 'cut', way: 'toServer', after: 1_500 }],
  ['loses the answer', { kind: 'cut', way: 'toClient', after: 0 }],
  ['makes noise of what is sent', { kind: 'garbage', way: 'toServer', bytes: NOISE }],
  ['makes noise of the answer', { kind: 'garbage', way: 'toClient', bytes: NOISE }],
  ['passes nothing on and does not say so', { kind: 'half-open' }],
  ['passes on every byte by itself', { kind: 'split' }],
]

/** The coordinator as the node's agent asks it; a try that nobody answers is given up when the network has swallowed it. */
function tryCall<T>(ask: (link: ReturnType<typeof createCoordinatorLink>) => Promise<T>, fault: Fault['kind']): Promise<T> {
  const patience = new AbortController()
  const link = createCoordinatorLink({ baseUrl: proxy.url, signer: node.signer, time: createCoordinatorTime(server.core.clock), signal: patience.signal })
  if (fault === 'half-open') void proxy.swallowed().then(() => patience.abort(new Error('no answer')))
  return ask(link)
}

/** How many rows each table has. */
async function rows(): Promise<Readonly<Record<string, number>>> {
  const { db } = server.core
  const tables = await db.introspection.getTables()
  const counts = tables.map(
    async ({ name }) =>
      [
        name,
        (
          await db
            .selectFrom(name as 'proof')
            .selectAll()
            .execute()
        ).length,
      ] as const,
  )
  return Object.fromEntries(await Promise.all(counts))
}

test.each(FAULTS)('a proof that is handed in over a network that %s is settled once, however often it is sent', async (_, fault) => {
  const { core } = server
  const lease = await core.lease(node)
  await core.clock.advance(SECONDS * 1_000)
  const proof = proofFor(lease, { nodeId: node.nodeId, now: core.clock.now() })
  const submission = await submissionOf(lease, proof, node.signer)
  proxy.set(fault)
  const submit = () => tryCall(({ client }) => client.call('submitProof', submission), fault.kind)
  const first = await submit().catch((error: unknown) => error)
  // Whatever the agent hears, it is nothing for which it would give the proof up.
  if (first instanceof WindfallError) expect(isWorthAnotherTry(first)).toBe(true)
  // Whoever has another way is answered all the while.
  expect((await server.app.inject({ url: '/v1/health', headers: { host: '127.0.0.1' } })).statusCode).toBe(200)
  proxy.set({ kind: 'none' })
  const settled = await tryCall(({ client }) => client.call('submitProof', submission), 'none')
  const after = await rows()
  expect(after).toMatchObject({ proof: 1, proof_refusal: 0 })
  expect(await tryCall(({ client }) => client.call('submitProof', submission), 'none')).toEqual(settled)
  expect(await rows()).toEqual(after)
  expect(await core.db.selectFrom('job').select('state').execute()).toEqual([{ state: 'completed' }])
})

test.each([
  ['cuts the line', (p: FaultyProxy) => p.cutAll(), 0],
  ['garbles what the coordinator says', (p: FaultyProxy) => p.set({ kind: 'garbage', way: 'toClient', bytes: NOISE }), 25_000],
  ['garbles what the agent says', (p: FaultyProxy) => p.set({ kind: 'garbage', way: 'toServer', bytes: NOISE }), 0],
  ['passes nothing on and does not say so', (p: FaultyProxy) => p.set({ kind: 'half-open' }), 61_000],
] as const)('an agent whose network %s comes back by itself, as one node with one line', async (_, fail, quietMs) => {
  const { clock, hub } = server.core
  const line: SocketLine = { say: null }
  const states: string[] = []
  const onState = (state: string) => states.push(state)
  const ended = new AbortController()
  const agent = runSocket(
    { line, coordinatorUrl: proxy.url, nodeId: node.nodeId, signer: node.signer, clock, random: () => 0, onState, onFrame: () => undefined },
    ended.signal,
  )
  await expect.poll(() => states.at(-1), { interval: 5 }).toBe('connected')
  fail(proxy)
  line.say?.({ type: 'presence', presence: { ready: true, reasons: [], running: [] } })
  if (quietMs > 0) await clock.advance(quietMs)
  // Time passes inside the poll: whoever waits may begin to only now.
  await expect.poll(async () => (await clock.advance(1_000), states.includes('offline')), { interval: 5 }).toBe(true)
  proxy.set({ kind: 'none' })
  await expect.poll(async () => (await clock.advance(1_000), states.at(-1)), { interval: 5 }).toBe('connected')
  await expect.poll(() => hub.connected(), { interval: 5 }).toEqual([node.nodeId])
  ended.abort()
  await expect.poll(async () => (await clock.advance(1_000), hub.connected()), { interval: 5 }).toEqual([])
  await agent
})

test('a command says in one line what is wrong with the network, and works when nothing is', async () => {
  const list = () => run('job', 'list', '--coordinator', proxy.url, '--key', server.core.apiKey)
  for (const [, fault] of FAULTS.filter(([, { kind }]) => kind !== 'half-open' && kind !== 'split')) {
    proxy.set(fault)
    const { code, err } = await list()
    // What it asks is shorter than where the connection is cut for a proof.
    if (fault.kind !== 'cut' || fault.way === 'toClient') expect([fault, code, err]).toEqual([fault, 5, expect.stringMatching(/^windfall: [^\n]+\n$/)])
  }
  proxy.set({ kind: 'split' })
  expect((await list()).code).toBe(0)
})
