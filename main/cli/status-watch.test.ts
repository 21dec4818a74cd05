import { afterEach, expect, test } from 'vitest'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type WatchPorts, watchStatus } from './status-watch.ts'

const stop = new AbortController()
afterEach(() => stop.abort())

/** An agent that a test starts, changes and stops. */
function fakeAgent() {
  let current: string | null = null
  let ears: Parameters<WatchPorts<AgentStatus>['listen']>[0] | null = null
  let hangUp: (() => void) | null = null
  return {
    start: (display: string) => {
      current = display
    },
    /** Changes, and tells it or not. */
    become: (display: string, event: string | null = 'changed') => {
      current = display
      if (event) ears?.onEvent(event, {})
    },
    end: () => {
      current = null
      hangUp?.()
    },
    status: async () => {
      if (current === null) throw new WindfallError('instance.missing', 'No agent is running.')
      return { display: current } as unknown as AgentStatus
    },
    listen: (given: NonNullable<typeof ears>, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (current === null) return resolve()
        ears = given
        hangUp = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
        given.onOpen()
      }),
  }
}

test('every change is shown once, the loss of the agent once, and the agent again when it is back', async () => {
  const clock = createFakeClock()
  const agent = fakeAgent()
  const said: string[] = []
  agent.start('ready')
  const running = watchStatus(
    {
      clock,
      status: agent.status,
      listen: agent.listen,
      isNews: (name) => name === 'changed',
      show: ({ display }) => said.push(display),
      lost: () => said.push('lost'),
    },
    stop.signal,
  )
  const heard = async () => {
    await clock.advance(0)
    return said.splice(0)
  }
  expect(await heard()).toEqual(['ready'])
  agent.become('earning')
  expect(await heard()).toEqual(['earning'])
  agent.become('earning')
  agent.become('earning', 'power')
  expect(await heard()).toEqual([])
  agent.end()
  await clock.advance(20_000)
  expect(said.splice(0)).toEqual(['lost'])
  agent.start('earning')
  await clock.advance(1_000)
  expect(said.splice(0)).toEqual(['earning'])
  agent.become('paused')
  expect(await heard()).toEqual(['paused'])
  stop.abort()
  await running
})
