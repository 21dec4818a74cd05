import { expect, test } from 'vitest'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { fakeStatus } from '../../../shared/contract/agent-status.fake.ts'
import type { AgentLink } from '../agent-link.ts'
import { workOf } from './work.ts'

const paused = (until: string | null) => ({ code: 'user', message: 'Paused by you.', until }) as const

/** An agent that says this of itself, and writes down what it is asked for. */
function agentThat(says: Partial<AgentStatus>, agentIsHere = true) {
  const asked: unknown[] = []
  const listeners: ((event: string, payload: unknown) => void)[] = []
  const link: Pick<AgentLink, 'server' | 'events' | 'agentIsHere'> = {
    server: { dispatch: async (name, input) => (asked.push(name === 'pause' ? [name, input] : name), fakeStatus(says)) },
    events: { subscribe: (listener) => (listeners.push(listener), () => undefined) },
    agentIsHere,
  }
  return { work: workOf(link), asked, tell: (event: string) => listeners.forEach((listener) => listener(event, {})) }
}

test.each<[what: string, says: Partial<AgentStatus>, running: number, held: boolean]>([
  ['waits for work', {}, 0, false],
  ['works', { policy: 'running' }, 1, false],
  ['gives a job back', { policy: 'yielding' }, 1, false],
  ['finishes', { policy: 'running', finishing: true }, 1, true],
  ['pauses until its owner resumes', { policy: 'off', reasons: [paused(null)] }, 0, true],
  ['waits for consent', { policy: 'blocked', reasons: [{ code: 'consent', message: 'Not agreed.', until: null }] }, 0, true],
  ['pauses for a while', { policy: 'off', reasons: [paused('2026-03-01T13:00:00.000Z')], pausedUntil: '2026-03-01T13:00:00.000Z' }, 0, false],
])('an agent that %s is understood', async (_, says, running, held) => {
  expect(await agentThat(says).work.read()).toEqual({ running, held, pausedUntil: says.pausedUntil ?? null })
})

test('it is asked to finish, and given back what it did before', async () => {
  const { work, asked } = agentThat({})
  await work.finish()
  await work.giveBack(null)
  await work.giveBack('2026-03-01T13:00:00.000Z')
  expect(asked).toEqual(['finish', 'resume', ['pause', { until: '2026-03-01T13:00:00.000Z' }]])
})

test('an agent of another program goes on whatever is installed here, and is asked for nothing', async () => {
  const { work, asked } = agentThat({ policy: 'running' }, false)
  await Promise.all([work.finish(), work.giveBack(null)])
  expect([await work.read(), asked]).toEqual([{ running: 0, held: true, pausedUntil: null }, []])
})

test('only what may have changed the jobs is told on', () => {
  const { work, tell } = agentThat({})
  const heard: string[] = []
  work.subscribe(() => heard.push('changed'))
  tell('power')
  tell('changed')
  expect(heard).toEqual(['changed'])
})
