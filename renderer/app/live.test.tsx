import { expect, test, vi } from 'vitest'
import { at } from '../lib/afternoon.fake.ts'
import { aStatus } from '../lib/fixtures.fake.ts'
import { createFakeTransport } from '../lib/transport.fake.ts'
import { openWindow } from './window.fake.tsx'

const callsAfter = (transport: ReturnType<typeof createFakeTransport>, start: number) => transport.asked.slice(start).map(({ name }) => name)

async function openAndSettle() {
  const { screen, transport } = await openWindow()
  await expect.element(screen.getByText('All receipts')).toBeVisible()
  await expect.poll(() => transport.asked.length).toBeGreaterThanOrEqual(5)
  return { screen, transport, start: transport.asked.length }
}

test('news of a change asks again for that alone', async () => {
  const { transport, start } = await openAndSettle()
  transport.push('changed', { seq: 7, what: ['receipts'] })
  await expect.poll(() => callsAfter(transport, start)).toEqual(['listReceipts'])
})

test('a gap in the news asks again for everything on screen', async () => {
  const { transport, start } = await openAndSettle()
  transport.push('changed', { seq: 7, what: ['jobs'] })
  transport.push('changed', { seq: 9, what: ['jobs'] })
  await expect.poll(() => [...new Set(callsAfter(transport, start))].toSorted()).toEqual(['getFirstRun', 'getGrid', 'getPower', 'getStatus', 'listReceipts'])
})

test('what changes while it is asked for the first time is asked again: the answer under way may be older', async () => {
  const transport = createFakeTransport()
  const [first, later] = [aStatus(), { ...aStatus(), display: 'ready' as const, policy: 'waiting' as const, reasons: [], job: null, running: [] }]
  const early = Promise.withResolvers<typeof first>()
  transport.answer({ getStatus: () => early.promise })
  const { screen } = await openWindow({ transport })
  await expect.poll(() => callsAfter(transport, 0)).toContain('getStatus')
  transport.answer({ getStatus: () => later })
  transport.push('changed', { seq: 1, what: ['status'] })
  early.resolve(first)
  await expect.element(screen.getByText(/^Ready/).first()).toBeVisible()
})

test('a power reading moves the line without asking anything', async () => {
  const { screen, transport, start } = await openAndSettle()
  transport.push('power', { at: at(1_000), watts: 61, temperatureC: 64 })
  await expect.element(screen.getByRole('figure', { name: 'Power over time' })).toMatchTextContent(/61\sW now, between 61\sW and/)
  expect(callsAfter(transport, start)).toEqual([])
})

test('a window that nobody sees asks nothing, and asks for all it shows when somebody looks again', async () => {
  const { screen, transport, start } = await openAndSettle()
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  transport.push('changed', { seq: 1, what: ['status', 'receipts', 'grid'] })
  transport.push('power', { at: at(1_000), watts: 61, temperatureC: null })
  await Promise.resolve()
  expect(callsAfter(transport, start)).toEqual([])
  visibility.mockRestore()
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  await expect.poll(() => callsAfter(transport, start).toSorted()).toEqual(expect.arrayContaining(['getGrid', 'getPower', 'getStatus', 'listReceipts']))
  await expect.element(screen.getByRole('figure', { name: 'Power over time' })).toMatchTextContent(/61\sW now/)
})
