/** Frames on the socket of agents: what the schema takes, nearly takes, and does not. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { type RawData, WebSocket } from 'ws'
import { AGENT_SOCKET, SocketToAgent, SocketToCoordinator, helloText } from '../../../../shared/contract/agent-socket.ts'
import { type Signer, createSigner, generateKeyPem } from '../../../kernel/signing.ts'
import { components, isPublished } from '../published-schemas.fixture.ts'
import { type Making, hostileText, valueFor } from './values.fixture.ts'
import type { FuzzWorld } from './world.fixture.ts'

const FRAME = { $ref: '#/components/schemas/SocketToCoordinator' }

interface Frame {
  readonly data: string | Buffer
  /** The value that it says in JSON, if it does. */
  readonly json?: unknown
}

interface Conversation {
  /** Whether it begins as it should. */
  readonly isGreeted: boolean
  readonly frames: readonly Frame[]
}

const anyFrame = (making: Making): fc.Arbitrary<Frame> =>
  fc.oneof(
    { weight: 12, arbitrary: valueFor(FRAME, making).map((json): Frame => ({ json, data: JSON.stringify(json) ?? '' })) },
    { weight: 1, arbitrary: hostileText.map((data) => ({ data })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ data: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: fc.constantFrom('[[[['.repeat(5_000), '{"type":"presence"'.repeat(50), 'x'.repeat(70_000)).map((data) => ({ data })) },
  )

const conversation = (making: Making): fc.Arbitrary<Conversation> =>
  fc.record({
    isGreeted: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    frames: fc.array(anyFrame(making), { minLength: 1, maxLength: 6 }),
  })

/** How a conversation may end: bad manners, binary, too large, or bytes that are no text. Never “we have failed” (1011). */
const ENDINGS: ReadonlySet<number> = new Set([1003, 1006, 1007, 1008, 1009, 4000, 4003])
/** Ends every conversation in order, after all that was said before is done. */
const LAST = '{"type":"no such frame"}'

const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data : Buffer.alloc(0)).toString('utf8')

/** Everything that is heard on a socket, and how it ends: a message that never comes is the end instead. */
function listen(socket: WebSocket) {
  const heard: unknown[] = []
  const waiting: (() => void)[] = []
  const proceed = (): void => waiting.splice(0).forEach((resolve) => resolve())
  socket
    .on('error', () => undefined)
    .on('message', (data) => {
      heard.push(JSON.parse(textOf(data)))
      proceed()
    })
  const closed = once(socket, 'close') as Promise<[code: number]>
  void closed.then(proceed)
  const hears = async (count: number): Promise<void> => {
    while (heard.length < count && socket.readyState !== WebSocket.CLOSED) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return { heard, closed, hears }
}

/** Holds one conversation. Resolves with what was wrong with it, or `null`. */
async function converse(authority: string, node: Signer, { isGreeted, frames }: Conversation): Promise<string | null> {
  const socket = new WebSocket(`ws://${authority}/v1/agents/socket`, AGENT_SOCKET)
  const { heard, closed, hears } = listen(socket)
  await hears(1)
  if (heard.length === 0) return 'nothing was said'
  if (isGreeted) {
    const { nonce } = heard[0] as { readonly nonce: string }
    const signature = Buffer.from(await node.sign(Buffer.from(helloText(nonce, authority)))).toString('base64')
    socket.send(JSON.stringify({ type: 'hello', nodeId: node.keyId, signature }))
    await hears(2)
    if (heard.length < 2) return `nobody was welcomed: ${String(await closed)}`
  }
  for (const { data } of [...frames, { data: LAST }]) if (socket.readyState === WebSocket.OPEN) socket.send(data)
  const [code] = await closed
  const wrong = heard.find((frame) => !isPublished({ $ref: '#/components/schemas/SocketToAgent' }, frame) || !SocketToAgent.safeParse(frame).success)
  if (wrong !== undefined) return `a frame that is not as published: ${JSON.stringify(wrong).slice(0, 300)}`
  return ENDINGS.has(code) ? null : `closed with ${code}`
}

function disagreement({ json }: Frame): string | null {
  if (json === undefined) return null
  const { error } = SocketToCoordinator.safeParse(json)
  if (isPublished(FRAME, json) === (error === undefined)) return null
  const isOwnRule = error?.issues.every(({ code }) => code === 'custom' || code === 'invalid_union')
  return isOwnRule ? null : `contract and published schema disagree: ${error?.issues[0]?.message ?? 'the contract takes it'}`
}

export interface FrameFinding {
  readonly what: string
  readonly frames: readonly string[]
}

/** Holds `runs` conversations one after another, each with a node of its own, always the same for one seed, and says what was wrong with which. */
export async function fuzzFrames(
  { server, known }: FuzzWorld,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<readonly FrameFinding[]> {
  const findings: FrameFinding[] = []
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  server.core.hub.attach(server.app.server)
  const { port } = server.app.server.address() as AddressInfo
  for (const talk of fc.sample(conversation({ schemas: components.schemas, known }), { numRuns: runs, seed })) {
    // One that hands in nonsense as proofs is soon taken out of service.
    const node = createSigner(generateKeyPem())
    await server.core.enrol(node)
    const failed = await converse(`127.0.0.1:${port}`, node, talk)
    const failures = server.failures.splice(0).map(String)
    for (const what of [failed, ...talk.frames.map(disagreement), ...failures])
      if (what !== null) findings.push({ what, frames: talk.frames.map(({ data }) => data.toString().slice(0, 400)) })
  }
  return findings
}
