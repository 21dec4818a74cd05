import { expect, test } from 'vitest'
import type { CheckResult } from '../../doctor/check.ts'
import { reportLines, wrap } from './report.ts'

const result = (code: string, verdict: CheckResult['verdict'], evidence: string, fix: string | null = null): CheckResult => ({ code, verdict, evidence, fix })
const long = 'a finding of many words that goes on and on until no screen of eighty columns could show it in one line'

test('a report is grouped, fits 80 columns, and says in words what is wrong', () => {
  const lines = reportLines(
    [
      { title: 'Computer', results: [result('system', 'ok', 'Linux'), result('memory', 'warn', long, `${long}, ${long}`)] },
      { title: 'Keys', results: [result('tpm', 'skipped', 'none'), result('device-key-file', 'fail', 'open to all', 'chmod 600 key')] },
    ],
    3.21,
  )
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines.join('')).toMatch(/^[\u0020-\u007e]*$/)
  expect(lines).toContain('Computer')
  expect(lines).toContain('  ok    system: Linux')
  expect(lines).toContain('  FAIL  device-key-file: open to all')
  expect(lines).toContain('        -> chmod 600 key')
  expect(lines.slice(-2)).toEqual(['4 findings in 3.2 s: 1 ok, 1 worth a look, 1 broken, 1 skipped.', 'Repair first: device-key-file'])
})

test('nothing broken, nothing to repair', () => {
  expect(reportLines([{ title: 'A', results: [result('a', 'ok', 'fine')] }], 1).at(-1)).toBe('1 findings in 1.0 s: 1 ok, 0 worth a look, 0 broken, 0 skipped.')
})

test('a path longer than a line stays whole, so that it can be copied', () => {
  const path = `/${'folder/'.repeat(20)}`
  expect(wrap(`look at ${path} now`, 40)).toEqual(['look at', path, 'now'])
})
