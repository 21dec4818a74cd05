import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Child, LaunchChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { type Verdict, createReaderHost, restartDelayMs } from './reader-host.ts'

const DOWN = { down: true }
const Reply = z.union([z.strictObject({ value: z.number() }), z.strictObject({ verdict: z.enum(['works', 'says-nothing', 'look-again', 'start-again']) })])
type Reply = z.infer<typeof Reply>

interface FakeChild {
  readonly received: { id: number; request: string }[]
  readonly say: (message: unknown) => void
  readonly die: () => void
  readonly isAlive: () => boolean
}

/** Children that only do what the test tells them. `undeliverable`: the pipe to the child is broken. */
const setUp = ({ room = true, undeliverable = false } = {}) => {
  const children: FakeChild[] = []
  const launch: LaunchChild = () => {
    if (!room) return null
    const listeners = { message: (_message: unknown) => {}, end: () => {} }
    const state = { isAlive: true }
    const die = () => {
      state.isAlive = false
      listeners.end()
    }
    const received: FakeChild['received'] = []
    const child: Child = {
      send: (message, failed) => (undeliverable ? failed() : void received.push(message as FakeChild['received'][number])),
      onMessage: (listener) => void (listeners.message = listener),
      onEnd: (listener) => void (listeners.end = listener),
      kill: die,
    }
    children.push({ received, say: (message) => listeners.message(message), die, isAlive: () => state.isAlive })
    return child
  }
  const clock = createFakeClock()
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const judge = (reply: Reply): Verdict => ('verdict' in reply ? reply.verdict : 'works')
  const program = { name: 'test', file: '/nowhere.ts', args: [], environment: {} }
  const host = createReaderHost<string, Reply>(
    { program, launch, clock, reply: Reply, judge, timeoutMs: (request) => (request === 'slow' ? 15_000 : 3_000) },
    ended.signal,
  )
  const ask = (request = 'one', signal = ended.signal) => host.ask(request, signal)
  const answer = async (reply: Reply) => {
    const asked = ask()
    await Promise.resolve()
    const child = children.at(-1)
    child?.say({ id: child.received.at(-1)?.id, reply })
    return asked
  }
  return { children, clock, ended, ask, answer, rest: host.rest }
}

test('the pause between restarts doubles up to a minute', () => {
  expect([0, 1, 2, 3, 7, 8, 50].map(restartDelayMs)).toEqual([0, 500, 1_000, 2_000, 32_000, 60_000, 60_000])
})

describe('a reader host', () => {
  test('hands each answer to its question, in whatever order they come', async () => {
    const { ask, children } = setUp()
    const [first, second] = [ask(), ask()]
    await Promise.resolve()
    children[0]?.say({ id: 2, reply: { value: 20 } })
    children[0]?.say({ id: 1, reply: { value: 10 } })
    expect(await Promise.all([first, second])).toEqual([{ value: 10 }, { value: 20 }])
    expect(children).toHaveLength(1)
  })

  test('an answer to no question changes nothing', async () => {
    const { ask, children } = setUp()
    const asked = ask()
    await Promise.resolve()
    children[0]?.say({ id: 77, reply: { value: 1 } })
    children[0]?.say({ id: 1, reply: { value: 2 } })
    expect(await asked).toEqual({ value: 2 })
  })

  test('each question has its own time limit, and a child that misses one is ended', async () => {
    const { ask, children, clock } = setUp()
    const [slow, fast] = [ask('slow'), ask()]
    await clock.advance(3_000)
    expect(await Promise.all([slow, fast])).toEqual([DOWN, DOWN])
    expect(children[0]?.isAlive()).toBe(false)
  })

  test('a caller that gives up does not cost the child its life', async () => {
    const { ask, answer, children, clock } = setUp()
    const gaveUp = new AbortController()
    const asked = ask('one', gaveUp.signal)
    await clock.advance(0)
    gaveUp.abort()
    expect(await asked).toEqual(DOWN)
    expect(await answer({ value: 1 })).toEqual({ value: 1 })
    expect(children).toHaveLength(1)
    expect(await ask('one', gaveUp.signal)).toEqual(DOWN)
  })

  test('a system without room for a process, and a broken pipe, are gaps', async () => {
    expect(await setUp({ room: false }).ask()).toEqual(DOWN)
    expect(await setUp({ undeliverable: true }).ask()).toEqual(DOWN)
  })

  test('a child that worked gets its successor at once, but not twice in 30 s', async () => {
    const { ask, answer, children, clock } = setUp()
    await answer({ value: 1 })
    await answer({ verdict: 'start-again' })
    expect(await answer({ value: 2 })).toEqual({ value: 2 })
    await answer({ verdict: 'start-again' })
    expect(await ask()).toEqual(DOWN)
    await clock.advance(500)
    expect(await answer({ value: 3 })).toEqual({ value: 3 })
    expect(children.map(({ isAlive }) => isAlive())).toEqual([false, false, true])
  })

  test('a child that never worked waits its turn', async () => {
    const { ask, answer, clock } = setUp()
    await answer({ verdict: 'start-again' })
    expect(await ask()).toEqual(DOWN)
    await clock.advance(500)
    await answer({ verdict: 'start-again' })
    await clock.advance(999)
    expect(await ask()).toEqual(DOWN)
    await clock.advance(1)
    expect(await answer({ value: 1 })).toEqual({ value: 1 })
  })

  test('a crash after an answer is the first one again', async () => {
    const { answer, ask, children, clock } = setUp()
    for (const _crash of [1, 2]) {
      expect(await answer({ value: 1 })).toEqual({ value: 1 })
      children.at(-1)?.die()
      await clock.advance(499)
      expect(await ask()).toEqual(DOWN)
      await clock.advance(1)
    }
    expect(await answer({ value: 1 })).toEqual({ value: 1 })
  })

  test('a fresh look is given at most every 30 s, and silence about the child changes nothing', async () => {
    const { answer, children, clock } = setUp()
    await answer({ verdict: 'says-nothing' })
    await answer({ verdict: 'look-again' })
    await answer({ verdict: 'look-again' })
    expect(children).toHaveLength(2)
    await clock.advance(30_000)
    await answer({ verdict: 'look-again' })
    await answer({ value: 1 })
    expect(children).toHaveLength(3)
  })

  test('a child that was let go has no more say', async () => {
    const { ask, children, rest } = setUp()
    const asked = ask()
    await Promise.resolve()
    rest()
    expect(await asked).toEqual(DOWN)
    const again = ask()
    await Promise.resolve()
    children[0]?.say({ id: 2, reply: { value: 666 } })
    children[0]?.say('nonsense')
    children[0]?.die()
    children[1]?.say({ id: 2, reply: { value: 1 } })
    expect(await again).toEqual({ value: 1 })
  })

  test('whatever a child says, every question is answered, and only with what was allowed', async () => {
    const hostile = fc.oneof(
      fc.anything(),
      fc.record({ id: fc.anything(), reply: fc.anything() }),
      fc.record({
        id: fc.constantFrom(1, 2, Number.NaN, -1),
        reply: fc.constantFrom({ value: Number.NaN }, { value: Infinity }, { value: 1, more: 1 }, {}, null),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 5 }), async (messages) => {
        const { ask, children, clock } = setUp()
        const asked = [ask(), ask()]
        await Promise.resolve()
        for (const message of messages) children[0]?.say(message)
        await clock.advance(3_000)
        for (const answer of await Promise.all(asked)) expect('down' in answer || Reply.safeParse(answer).success).toBe(true)
      }),
    )
  })
})
