import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { type AcceptedAdvisories, judgeAdvisories, readAudit } from './advisories.ts'
import type { ShippedPackage } from './shipped.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const advisory = (severity: string, id = 'GHSA-aaaa-bbbb-cccc') => ({
  source: 1_099_001,
  name: 'ws',
  dependency: 'ws',
  title: 'A frame can stop the server',
  url: `https://github.com/advisories/${id}`,
  severity,
  cwe: ['CWE-400'],
  cvss: { score: 7.5, vectorString: null },
  range: '<8.24.0',
})
/** As npm 11 prints it. */
const report = (severity: string, nodes = ['node_modules/ws']) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      ws: { name: 'ws', severity, isDirect: true, via: [advisory(severity)], effects: ['jayson'], range: '<8.24.0', nodes, fixAvailable: true },
      jayson: { name: 'jayson', severity, isDirect: false, via: ['ws'], effects: [], range: '*', nodes: ['node_modules/jayson'], fixAvailable: false },
    },
    metadata: { vulnerabilities: { high: 2, total: 2 } },
  })

const shipped = [{ folder: 'node_modules/ws' }] as unknown as readonly ShippedPackage[]
const judge = (text: string, accepted: AcceptedAdvisories = []) => judgeAdvisories(readAudit(text), { shipped, accepted, at: NOW })
const reason = (until: string) => ({ id: 'GHSA-aaaa-bbbb-cccc', package: 'ws', because: 'only our own agent opens that socket', until })

test('what is weak and leaves the house stands in the way, once for each advisory, with what to do', () => {
  const { problems, notes } = judge(report('high'))
  expect(problems).toEqual([
    expect.stringMatching(/^ws <8\.24\.0 \(high\): A frame can stop the server\. GHSA-aaaa-bbbb-cccc, https:.*Update it, or write into/),
  ])
  expect(notes).toEqual([])
  expect(judge(report('critical')).problems).toHaveLength(1)
})

test('what is less, or only builds and tests, is noted', () => {
  for (const severity of ['moderate', 'low', 'info'])
    expect(judge(report(severity))).toMatchObject({ problems: [], notes: [expect.stringContaining(severity)] })
  expect(judge(report('critical', ['node_modules/tool/node_modules/ws']))).toMatchObject({
    problems: [],
    notes: [expect.stringContaining('only builds or tests')],
  })
})

test('an accepted one passes until its last day, and is named', () => {
  expect(judge(report('high'), [reason('2026-11-22')])).toMatchObject({
    problems: [],
    notes: [expect.stringContaining('Accepted until 2026-11-22: only our own')],
  })
  expect(judge(report('high'), [reason('2026-11-21')]).problems).toEqual([expect.stringContaining('accepted until 2026-11-21: update it, or look at it again')])
  expect(judge(report('high'), [{ ...reason('2027-01-01'), package: 'other' }]).problems).toHaveLength(1)
  expect(judge(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }), [reason('2027-01-01')]).notes).toEqual([
    expect.stringContaining('take it out of the list'),
  ])
})

test.each<[what: string, text: string, says: string]>([
  ['a registry that refuses', JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '', detail: '' } }), '405 Method Not Allowed'],
  ['no network', JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request failed' } }), 'request failed'],
  ['a page in its place', '<html>', 'it printed no JSON'],
  ['a report of another form', JSON.stringify({ auditReportVersion: 3 }), 'of a form that is not known here'],
  ['a report with an address that is none', report('high').replace('https://', 'javascript:'), 'of a form that is not known here'],
  ['a severity that nobody knows', report('terrible'), 'of a form that is not known here'],
])('%s is no clean bill: it is said, and how to go on without', (_, text, says) => {
  expect(() => readAudit(text)).toThrow(WindfallError)
  expect(() => readAudit(text)).toThrow(says)
  expect(() => readAudit(text)).toThrow('--no-audit')
})
