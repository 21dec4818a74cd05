import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { WindfallError } from '../../../shared/errors.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { checkSignature, readSignature } from '../../kernel/http-signature.ts'
import { startTestSession } from '../session.fixture.ts'
import { openAgentStores } from '../stores.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { type Asked, serveFakeCoordinator } from './coordinator-server.fake.ts'
import { Frame, Script, WELL_FORMED, bend, good, isScripted, signer } from '../nonsense.fixture.ts'

let elsewhere = 0
const trap = createServer(((_, response) => {
  elsewhere += 1
  response.end('{}')
}) satisfies RequestListener)
beforeAll(() => new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve)))
afterAll(() => void trap.close())
const trapUrl = () => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/v1/presence`

/** As the real one: a signed request must be of the present. True if it was refused. */
async function refused({ name, request, response }: Asked, clock: FakeClock): Promise<boolean> {
  if (['', 'keys', 'beginEnrolment', 'enrol', 'getSignal'].includes(name)) return false
  const { method = '', url: target = '', headers } = request
  try {
    await checkSignature(signer.publicJwk, readSignature({ method, authority: headers.host ?? '', target, headers }), clock.now())
    return false
  } catch (error) {
    const code = error instanceof WindfallError ? error.code : 'internal'
    response.writeHead(403, { date: new Date(clock.now()).toUTCString() }).end(JSON.stringify({ code, detail: 'Set your clock.' }))
    return true
  }
}

async function live(script: Script, frames: (string | Uint8Array)[], directory: string) {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  const earlier: { name: string; answer: unknown }[] = []
  const given: string[] = []
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      if (name !== 'requestLease') return invoke(name, input)
      const lease = given.length < 6 ? good(`g${given.length}`) : null
      if (lease) given.push(lease.leaseId)
      return { lease }
    },
  })
  await using served = await serveFakeCoordinator(coordinator, {
    before: (asked) => refused(asked, clock),
    spoil: (asked, answer) => {
      const twist = script[isScripted(asked.name) ? asked.name : 'other'].shift()
      const spoilt = twist !== undefined && bend(twist, asked, { answer, earlier, trapUrl: trapUrl() })
      earlier.push({ name: asked.name, answer })
      return spoilt
    },
  })
  const sockets = new WebSocketServer({ server: served.server })
  const told = [...frames]
  sockets.on('connection', (socket) => {
    const say = (frame: unknown) => socket.send(JSON.stringify(frame))
    socket.on('error', () => undefined)
    say({ type: 'challenge', nonce: 'bm9uY2U=' })
    socket.once('message', () => {
      say({ type: 'welcome', lastEvent: 0 })
      for (const lease of WELL_FORMED) say({ type: 'lease', lease })
      for (const frame of told.splice(0, 3)) socket.send(frame)
    })
  })
  using stores = openAgentStores(directory)
  const agent = startTestSession({ url: served.url, directory, stores, signer, clock })
  const proven = () => coordinator.accepted.map(({ proof }) => proof.leaseId)
  const settled = () => {
    agent.retry()
    return (
      script.heartbeat.length === 0 &&
      stores.outbox.count() === 0 &&
      agent.ran.length > 0 &&
      proven().length === agent.ran.length &&
      agent.state().state === 'connected'
    )
  }
  const back = await agent.until(settled, 30_000)
  await agent.stop()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  return { back, ran: agent.ran, proven: proven(), given, taken: coordinator.taken, state: agent.state() }
}

test('whatever a coordinator answers, the agent runs only what it was given, once, loses and repeats no report, and goes on when the coordinator does', async () => {
  await fc.assert(
    fc.asyncProperty(Script, fc.array(Frame, { maxLength: 15 }), async (script, frames) => {
      const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-nonsense-'))
      try {
        const { back, ran, proven, given, taken, state } = await live(structuredClone(script), frames, directory)
        expect([back, state.state]).toEqual([true, 'connected'])
        expect(new Set(ran).size).toBe(ran.length)
        const offered = new Set([...given, 'p0', 'p1'])
        expect(ran.filter((id) => !offered.has(id))).toEqual([])
        expect(proven.toSorted()).toEqual(ran.toSorted())
        expect(taken.filter((what) => what.startsWith('start')).toSorted()).toEqual(ran.map((id) => `start ${id}`).toSorted())
        expect(elsewhere).toBe(0)
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    }),
    { numRuns: 25 },
  )
})
