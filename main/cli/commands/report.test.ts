import { expect, test } from 'vitest'
import { describeReport, reportCommand } from './report.ts'

test('a day is told by what it went to, longest first, with shares', () => {
  const lines = describeReport({
    day: '2026-03-01',
    totalMs: 36_000_000,
    entries: [
      { code: 'owner-present', ms: 32_345_000 },
      { code: 'running', ms: 3_601_000 },
      { code: 'off', ms: 54_000 },
    ],
  })
  expect(lines).toEqual([
    '2026-03-01 (UTC), 10 h 00 min so far',
    'owner-present      8 h 59 min  89.8 %  You are using the computer',
    'running            1 h 00 min  10.0 %  A job ran',
    'off                     54 s   0.1 %  The agent did not run',
  ])
})

test('a day that has just begun has nothing to tell', () => {
  expect(describeReport({ day: '2026-03-01', totalMs: 0, entries: [] })).toEqual(['2026-03-01 (UTC), 0 s so far'])
})

test.each(['yesterday', '2026-02-30', '2026-3-1', '2026-03-01T00:00Z'])('%s is no day', async (text) => {
  const command = reportCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  await expect(command.parseAsync(['--day', text], { from: 'user' })).rejects.toThrow('Give a day such as 2026-03-01')
})
