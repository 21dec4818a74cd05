import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { someTerms } from '../../shared/contract/terms.fake.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { type AgentClient, watchAgent } from './agent-watch.ts'
import { watchMoney } from './owner-money.ts'

type Listener = (event: string, payload: unknown) => void
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** An agent that answers with what it is given, each question when the test lets it. */
function playAgent(answers: Readonly<Record<string, () => unknown>>) {
  const asked: string[] = []
  const listeners = new Set<Listener>()
  const call = async (name: string) => {
    asked.push(name)
    return answers[name]?.()
  }
  return {
    asked,
    client: { call } as unknown as AgentClient,
    events: { subscribe: (listener: Listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
    tell: (what: readonly string[]) => listeners.forEach((listener) => listener('changed', { seq: 1, what })),
  }
}

test('asks once for each change, and says which money it concerned', async () => {
  const agent = playAgent({ getStatus: () => fakeStatus() })
  const watch = watchAgent(agent, agent.client)
  const heard: [AgentStatus | null, string[]][] = []
  watch.subscribe((status, what) => heard.push([status, [...what]]))
  await watch.refresh()
  agent.tell(['status'])
  await settle()
  agent.tell(['payouts', 'grid'])
  await settle()
  expect(heard).toEqual([
    [fakeStatus(), ['payouts', 'money']],
    [fakeStatus(), []],
    [fakeStatus(), ['payouts']],
  ])
  expect(agent.asked).toHaveLength(3)
})

test('an answer that was overtaken by a newer one is not shown', async () => {
  const [first, second] = [Promise.withResolvers<AgentStatus>(), Promise.withResolvers<AgentStatus>()]
  const waiting = [first.promise, second.promise]
  const agent = playAgent({ getStatus: () => waiting.shift() })
  const watch = watchAgent(agent, agent.client)
  const both = [watch.refresh(), watch.refresh()]
  second.resolve(fakeStatus({ display: 'paused' }))
  first.resolve(fakeStatus({ display: 'earning' }))
  await Promise.all(both)
  expect(watch.status()?.display).toBe('paused')
})

test('an agent that does not answer has no status', async () => {
  const agent = playAgent({ getStatus: () => Promise.reject(new Error('gone')) })
  const watch = watchAgent(agent, agent.client)
  await watch.refresh()
  expect(watch.status()).toBeNull()
})

test('what can be claimed is asked for when payouts change, and otherwise every five minutes at most', async () => {
  const clock = createFakeClock()
  const agent = playAgent({ listPayouts: () => ({ items: [], next: null }), getPayoutTerms: () => someTerms({ automatic: false }) })
  const money = watchMoney(agent.client, clock)
  expect(money.known()).toEqual({ payouts: null, claimable: undefined })
  await money.look(false)
  expect(money.known()).toEqual({ payouts: [], claimable: '14720000' })
  await money.look(false)
  expect(agent.asked).toEqual(['listPayouts', 'getPayoutTerms'])
  await clock.advance(5 * 60_000)
  await money.look(false)
  await money.look(true)
  expect(agent.asked.slice(2)).toEqual(['getPayoutTerms', 'listPayouts', 'getPayoutTerms'])
})

test('what nobody answers stays as it was', async () => {
  const answers = { listPayouts: () => ({ items: [], next: null }) as unknown, getPayoutTerms: () => someTerms({ automatic: false }) as unknown }
  const agent = playAgent(answers)
  const money = watchMoney(agent.client, createFakeClock())
  await money.look(true)
  answers.getPayoutTerms = () => Promise.reject(new Error('offline'))
  answers.listPayouts = () => Promise.reject(new Error('offline'))
  await money.look(true)
  expect(money.known()).toEqual({ payouts: [], claimable: '14720000' })
})
