import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { describeStatus } from './status-text.ts'

const outlook = fakeStatus().outlook

test('a machine that is free says that nobody has offered it a job, and that one could start', () => {
  expect(describeStatus(fakeStatus())[1]).toBe('  because     No job offered. Your hours, your prices and the grid allow a start now.')
})

test('a machine that is free says what would stand in the way of a job, until when, and when the next start is', () => {
  const reasons = [{ code: 'carbon' as const, message: 'The grid is at 300 g/kWh.', until: '2026-07-01T13:00:00.000Z' }]
  const lines = describeStatus(fakeStatus({ outlook: { ...outlook, reasons, nextStart: '2026-07-01T13:00:00.000Z', message: 'x' } }), 'Europe/London')
  expect(lines.slice(1, 4)).toEqual([
    '  because     No job offered.',
    '  not now     The grid is at 300 g/kWh. Until 01 Jul 2026 14:00 BST.',
    'next start    01 Jul 2026 14:00 BST – x',
  ])
})

test('a machine that waits for its owner does not blame requesters; moments are told by the clock on the wall', () => {
  const reasons = [{ code: 'user' as const, message: 'You paused Windfall.', until: '2026-07-01T13:00:00.000Z' }]
  const text = describeStatus(fakeStatus({ display: 'paused', reasons, anywayUntil: '2026-07-01T12:30:00.000Z' }), 'Europe/Berlin').join('\n')
  expect(text).not.toContain('No job offered')
  expect(text).toMatch(/because {5}You paused Windfall\. Until 01 Jul 2026 15:00 (?:CEST|GMT\+2)\./)
  expect(text).toMatch(/Running anyway until 01 Jul 2026 14:30 /)
  expect(text).not.toMatch(/T\d\d:\d\d/)
})
