import { describe, expect, test } from 'vitest'
import { failedLine, outcomeOf, readPlaywrightReport, readVitestReport } from './test-reports.ts'

const assertion = (title: string, status: string, failureMessages: readonly string[] = []) => ({ ancestorTitles: ['group'], title, status, failureMessages })
const vitestFile = (more: object = {}) => ({
  name: `${process.cwd()}/main/a.test.ts`,
  status: 'failed',
  message: '',
  assertionResults: [] as object[],
  ...more,
})
const vitestReport = (...testResults: object[]) => JSON.stringify({ numPassedTests: 3, testResults })

const spec = (title: string, status: string, message = '') => ({
  title,
  file: 'desktop/x.spec.ts',
  tests: [{ status, results: [{ errors: status === 'unexpected' ? [{ message }] : [] }] }],
})
const playwrightReport = (specs: object[], errors: object[] = []) =>
  JSON.stringify({
    config: { rootDir: `${process.cwd()}/e2e` },
    suites: [{ title: 'desktop/x.spec.ts', file: 'desktop/x.spec.ts', specs: [], suites: [{ title: 'group', file: 'desktop/x.spec.ts', specs }] }],
    errors,
    stats: { expected: 2, flaky: 1 },
  })

describe('a Vitest report', () => {
  test('names each failed test by file, groups and title, with the first line of its error', () => {
    const failed = assertion('adds up', 'failed', ['AssertionError: expected 1 to be 2\n    at somewhere'])
    const outcome = readVitestReport(vitestReport(vitestFile({ assertionResults: [failed, assertion('holds', 'passed'), assertion('waits', 'skipped')] })))
    expect(outcome).toEqual({ passed: 3, failures: [{ file: 'main/a.test.ts', test: 'group › adds up', error: 'AssertionError: expected 1 to be 2' }] })
  })

  test('counts a file that did not load or whose hook threw, even where every test in it passed', () => {
    const unloadable = vitestFile({ message: 'Cannot find module ./b.ts' })
    const hook = vitestFile({ name: `${process.cwd()}/main/b.test.ts`, message: 'afterAll broke\nat a line', assertionResults: [assertion('holds', 'passed')] })
    expect(readVitestReport(vitestReport(unloadable, hook)).failures).toEqual([
      { file: 'main/a.test.ts', error: 'Cannot find module ./b.ts' },
      { file: 'main/b.test.ts', error: 'afterAll broke' },
    ])
  })
})

describe('a Playwright report', () => {
  test('names each failed test through its groups, and keeps no colours', () => {
    expect(
      readPlaywrightReport(playwrightReport([spec('opens', 'unexpected', '\u001b[31mTest timeout of 50ms exceeded.\u001b[39m'), spec('closes', 'expected')])),
    ).toEqual({
      passed: 3,
      failures: [{ file: 'e2e/desktop/x.spec.ts', test: 'group › opens', error: 'Test timeout of 50ms exceeded.' }],
    })
  })

  test('counts what went wrong outside every test', () => {
    expect(readPlaywrightReport(playwrightReport([], [{ message: 'Error: no tests found' }])).failures).toEqual([{ error: 'Error: no tests found' }])
  })
})

describe('a stage', () => {
  const read = readVitestReport
  const good = vitestReport(vitestFile({ status: 'passed' }))

  test('without a report is a single check', () => {
    expect(outcomeOf({ error: null })).toEqual({ passed: 1, failures: [] })
    expect(outcomeOf({ error: 'tsc -b ended with code 1' })).toEqual({ passed: 0, failures: [{ error: 'tsc -b ended with code 1' }] })
  })

  test('fails where its tool ended in error though no test failed', () => {
    const { passed, failures } = outcomeOf({ error: 'vitest run ended with code 1', report: good }, read)
    expect(passed).toBe(3)
    expect(failures).toHaveLength(1)
    expect(failures[0]?.error).toContain('vitest run ended with code 1')
  })

  test.each([{ error: null }, { error: null, report: '' }, { error: null, report: '{"numPassedTests":3' }, { error: null, report: '{}' }])(
    'fails where its tool ended well and left no report to read: %j',
    (end) => {
      expect(outcomeOf(end, read)).toMatchObject({ passed: 0, failures: [{ error: expect.stringContaining('left no report that can be read') }] })
    },
  )

  test('is what its report says otherwise', () => {
    expect(outcomeOf({ error: null, report: good }, read)).toEqual({ passed: 3, failures: [] })
    const failed = vitestReport(vitestFile({ assertionResults: [assertion('adds up', 'failed', ['no'])] }))
    expect(outcomeOf({ error: 'vitest run ended with code 1', report: failed }, read).failures).toHaveLength(1)
  })
})

test.each([
  [{ file: 'a.test.ts', test: 'adds up', error: 'no' }, 'FAILED unit: a.test.ts › adds up: no'],
  [{ file: 'a.test.ts', error: 'does not load' }, 'FAILED unit: a.test.ts: does not load'],
  [{ error: 'tsc -b ended with code 1' }, 'FAILED unit: tsc -b ended with code 1'],
])('a failure is one line', (failure, line) => {
  expect(failedLine('unit', failure)).toBe(line)
})
