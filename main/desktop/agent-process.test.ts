import { expect, test, vi } from 'vitest'
import type { ShellAgent } from '../../shared/contract/shell.ts'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import type { Child } from '../kernel/child.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createAgentProcess } from './agent-process.ts'

const nothing = (_message: unknown): void => {}

/** A process that does and says what the test wants. */
function fakeProcess() {
  const ended = Promise.withResolvers<void>()
  const heard: { readonly is: string }[] = []
  let listener = nothing
  const child: Child = {
    send: (message) => void heard.push(structuredClone(message) as { is: string }),
    onMessage: (next) => {
      listener = next
    },
    onEnd: (tell) => void ended.promise.then(tell),
    kill: () => ended.resolve(),
  }
  return { child, heard, say: (message: unknown) => listener(structuredClone(message)), die: ended.resolve }
}

const vault = { keptIn: 'a test', sealed: true, load: async () => null, save: async () => {} }
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function supervised() {
  const clock = createFakeClock()
  const lives: ReturnType<typeof fakeProcess>[] = []
  const states: ShellAgent['state'][] = []
  const agent = createAgentProcess({
    fork: () => {
      const life = fakeProcess()
      lives.push(life)
      return life.child
    },
    launch: () => null,
    sandbox: '/app/sandbox',
    openVault: async () => vault,
    clock,
    log: { warn: () => {}, error: () => {} },
    changed: () => states.push(agent.state().state),
  })
  const life = (n: number) => {
    const found = lives[n]
    if (!found) throw new Error(`There were ${lives.length} lives.`)
    return found
  }
  const begin = async () => {
    const started = agent.start('/data')
    await settle()
    life(0).say({ is: 'ready' })
    await started
  }
  return { agent, clock, lives, life, states, begin }
}

test('is told where to work, and how secrets are kept', async () => {
  const { begin, life, agent } = supervised()
  await begin()
  expect(life(0).heard).toEqual([{ is: 'start', dataDirectory: '/data', vault: { keptIn: 'a test', sealed: true }, sandbox: '/app/sandbox' }])
  expect(agent.state()).toEqual({ state: 'running' })
  agent.report({ locked: true })
  expect(life(0).heard.at(-1)).toEqual({ is: 'report', report: { locked: true } })
})

test('an agent that cannot start says why, and is not tried again', async () => {
  const { agent, clock, lives, life } = supervised()
  const started = agent.start('/data')
  await settle()
  life(0).say({ is: 'failed', problem: { ...toProblem(new WindfallError('config.invalid', 'The zone is no zone.')) } })
  await expect(started).rejects.toThrow(expect.objectContaining({ code: 'config.invalid', message: 'The zone is no zone.' }))
  await clock.advance(60_000)
  expect(lives).toHaveLength(1)
})

test('one that dies is started again after a moment; its owner is told, and told when it works again', async () => {
  const { agent, clock, lives, life, states, begin } = supervised()
  await begin()
  life(0).die()
  await settle()
  expect(agent.state()).toEqual({
    state: 'restarting',
    endedAt: '2026-03-01T12:00:00.000Z',
    retryAt: '2026-03-01T12:00:01.000Z',
    message: expect.stringMatching(/stopped unexpectedly.*starts again by itself.*safe/),
  })
  await clock.advance(999)
  expect(lives).toHaveLength(1)
  await clock.advance(1)
  expect(life(1).heard.map(({ is }) => is)).toEqual(['start'])
  expect(agent.state().state).toBe('restarting')
  life(1).say({ is: 'ready' })
  await settle()
  expect(agent.state()).toEqual({ state: 'running' })
  expect(states).toEqual(['restarting', 'running'])
})

test('what it said before it ended is passed on', async () => {
  const { agent, life, begin } = supervised()
  await begin()
  life(0).say({ is: 'failed', problem: { ...toProblem(new WindfallError('storage.full', 'The disk is full.')) } })
  await settle()
  expect(agent.state()).toMatchObject({ state: 'restarting', message: expect.stringContaining('The disk is full.') })
})

test('one that dies again and again is given up aloud, until its owner starts it', async () => {
  const { agent, clock, lives, life, begin } = supervised()
  await begin()
  for (const [n, wait] of [1_000, 2_000, 4_000, 8_000].entries()) {
    life(n).die()
    await settle()
    await clock.advance(wait)
  }
  life(4).die()
  await settle()
  expect(agent.state()).toMatchObject({ state: 'gave-up', message: expect.stringMatching(/several times.*Start it again/) })
  await clock.advance(3_600_000)
  expect(lives).toHaveLength(5)
  agent.startNow()
  await settle()
  life(5).say({ is: 'ready' })
  await settle()
  expect(agent.state()).toEqual({ state: 'running' })
})

test('its owner need not wait', async () => {
  const { agent, lives, life, begin } = supervised()
  await begin()
  life(0).die()
  await settle()
  agent.startNow()
  await settle()
  expect(lives).toHaveLength(2)
})

test('one that dies before it ever worked does not keep the window waiting', async () => {
  const { agent, life } = supervised()
  const started = agent.start('/data')
  await settle()
  life(0).die()
  await started
  expect(agent.state().state).toBe('restarting')
})

test('stopping waits until it has let go, and starts nothing', async () => {
  const { agent, clock, lives, life, begin } = supervised()
  await begin()
  const over = vi.fn()
  const stopped = agent.stop().then(over)
  await settle()
  expect(life(0).heard.at(-1)).toEqual({ is: 'stop' })
  expect(over).not.toHaveBeenCalled()
  life(0).die()
  await stopped
  await clock.advance(60_000)
  expect(lives).toHaveLength(1)
  expect(agent.state()).toEqual({ state: 'running' })
})

test('stopping while it rests ends the rest', async () => {
  const { agent, lives, life, begin } = supervised()
  await begin()
  life(0).die()
  await settle()
  await agent.stop()
  expect(lives).toHaveLength(1)
})
