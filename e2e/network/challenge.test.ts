import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ChallengedNode, type Online, eventually, startChallengedNode } from '../support/challenged-node.ts'

const DAY = 86_400_000
const HEARTBEAT_MS = 15_000

let of: ChallengedNode
beforeEach(async () => {
  of = await startChallengedNode({ seconds: 60 })
})
afterEach(() => of[Symbol.asyncDispose]())

const connected = ({ states }: Online) =>
  eventually(
    () => states,
    (seen) => seen.includes('connected'),
  )

test('a node that is connected is asked over its socket and answers over HTTP before the clock has moved', async () => {
  const online = of.goOnline()
  await connected(online)
  await of.ask()
  const challenge = await of.ended()
  expect(challenge).toMatchObject({ state: 'valid', proofId: of.proofId })
  expect(challenge?.figures.every(({ agrees }) => agrees)).toBe(true)
  expect(online.read).toEqual([of.proofId])
})

test('one that comes back days later is asked as soon as it is back', async () => {
  const { clock } = of.server.core
  await clock.advance(3 * DAY)
  expect(await of.ask()).toMatchObject({ state: 'asked', deadlineAt: null })
  await clock.advance(5 * DAY)
  await of.server.core.challenges.sweep()
  of.goOnline()
  expect(await of.ended()).toMatchObject({ state: 'valid' })
})

test('one without a socket learns of it with its heartbeat', async () => {
  of.server.app.server.removeAllListeners('upgrade')
  const online = of.goOnline()
  await eventually(
    () => online.states,
    (states) => states.includes('offline'),
  )
  await of.ask()
  expect((await of.newest())?.state).toBe('asked')
  await of.server.core.clock.advance(HEARTBEAT_MS)
  expect(await of.ended()).toMatchObject({ state: 'valid' })
})

test('one that has lost the samples says so, and one that has others is found out', async () => {
  let samples: Uint8Array | null = null
  const online = of.goOnline(async () => samples)
  await connected(online)
  await of.ask()
  expect(await of.ended()).toMatchObject({ state: 'refused', message: expect.stringContaining('no longer on this machine') })
  await of.server.core.clock.advance(600_000)
  // Ten minutes at once may be too much for a connection whose other end has not had the time to answer.
  await eventually(
    async () => {
      await of.server.core.clock.advance(1_000)
      return online.states.at(-1)
    },
    (state) => state === 'connected',
  )
  samples = gzipSync(of.log.slice(0, -40))
  await of.ask()
  expect(await of.ended()).toMatchObject({ state: 'mismatch', message: expect.stringContaining('hash') })
  const told = await of.server.core.parts.agents.events(of.node.nodeId, { after: 0, limit: 200 })
  expect(told.flatMap(({ fact }) => (fact.kind === 'challenge' ? [fact.state] : []))).toEqual(['refused', 'mismatch'])
})

test('a disk that cannot be read just now is no answer; the next heartbeat tries again', async () => {
  let failures = 1
  const online = of.goOnline(async () => {
    if (failures-- > 0) throw new Error('input/output error')
    return gzipSync(of.log)
  })
  await connected(online)
  await of.ask()
  await eventually(
    () => online.read,
    ({ length }) => length === 1,
  )
  expect((await of.newest())?.state).toBe('asked')
  await of.server.core.clock.advance(HEARTBEAT_MS)
  expect(await of.ended()).toMatchObject({ state: 'valid' })
})

test('asked three times over the socket and with every heartbeat meanwhile, it answers once', async () => {
  const online = of.goOnline()
  await connected(online)
  await Promise.all([of.ask(), of.ask(), of.ask()])
  await of.server.core.clock.advance(HEARTBEAT_MS)
  expect(await of.ended()).toMatchObject({ state: 'valid' })
  expect(online.read).toEqual([of.proofId])
})
