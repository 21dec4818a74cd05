import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../kernel/paths.ts'
import { createCatalogue, metricsOf } from './catalogue.ts'
import { type Series, askedFor, fires, query } from './promql.fixture.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

const read = (file: string): string => readFileSync(join(packageRoot, 'resources', 'deploy', file), 'utf8')
const rules = (parse(read('prometheus/windfall.rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
const board = JSON.parse(read('grafana/windfall.json')) as { panels: { title: string; targets?: { expr: string }[] }[] }

/** Every series that can be asked for, with its labels; `up` and `instance` are Prometheus's own. */
const known = new Map<string, readonly string[]>([['up', ['job', 'instance']]])
for (const { name, type, labels } of metricsOf(createCatalogue()))
  for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
    known.set(`${name}${suffix}`, [...Object.keys(labels), ...(suffix === '_bucket' ? ['le'] : []), 'instance'])

const panels = board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const))

test.each([...rules.map(({ alert, expr }) => [alert, expr] as const), ...panels])(
  '%s asks for metrics that there are, by labels that they have: %s',
  (_, expr) => {
    const { metrics, labels } = askedFor(expr)
    expect(metrics.length).toBeGreaterThan(0)
    for (const name of metrics) expect([...known.keys()]).toContain(name)
    const has = metrics.flatMap((name) => known.get(name) ?? [])
    for (const label of labels) expect(has, expr).toContain(label)
  },
)

const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')

test('every alert says what it is, how bad it is, and which section says what to do; every section belongs to one', () => {
  const sections = read('OPERATING.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [anchor(section.split('\n')[0] ?? ''), section] as const)
  for (const { alert, labels, annotations } of rules) {
    expect(alert).toMatch(/^Windfall[A-Z]\w+$/)
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(annotations.summary).toMatch(/\.$/)
    const [, section = ''] = sections.find(([name]) => annotations.runbook === `OPERATING.md#${name}`) ?? []
    expect(section, alert).toMatch(/\*\*Means\.\*\*[\s\S]+\*\*Do\.\*\*/)
  }
  expect(new Set(rules.map(({ annotations }) => annotations.runbook)).size).toBe(rules.length)
  expect(sections).toHaveLength(rules.length)
})

const NOW = 10 * 86_400
const always = (name: string, value: number, labels: Record<string, string> = {}): Series => ({ name, labels, at: () => value })
const rising = (name: string, perSecond: number, labels: Record<string, string> = {}): Series => ({ name, labels, at: (seconds) => seconds * perSecond })
/** A histogram of which so many per second end in each bucket, by its upper bound. */
const spread = (name: string, buckets: Readonly<Record<string, number>>, labels: Record<string, string> = {}): Series[] => {
  let sum = 0
  return Object.entries(buckets).map(([le, perSecond]) => {
    sum += perSecond
    return rising(`${name}_bucket`, sum, { ...labels, le })
  })
}
const since = (seconds: number) => NOW - seconds

/** For each alert, series at which it fires and ones at which it does not. */
const played: Readonly<Record<string, readonly [fires: readonly Series[], quiet: readonly Series[]]>> = {
  CoordinatorDown: [[always('up', 0, { job: 'windfall' })], [always('up', 1, { job: 'windfall' }), always('up', 0, { job: 'node' })]],
  NotReady: [
    [always('windfall_ready', 0), always('windfall_draining', 0)],
    [always('windfall_ready', 0), always('windfall_draining', 1)],
  ],
  ShardUnowned: [
    [always('windfall_shard_held', 0, { shard: 'payouts', instance: 'a' }), always('windfall_shard_held', 0, { shard: 'payouts', instance: 'b' })],
    [always('windfall_shard_held', 0, { shard: 'payouts', instance: 'a' }), always('windfall_shard_held', 1, { shard: 'payouts', instance: 'b' })],
  ],
  RequestsFail: [
    [rising('windfall_http_requests_total', 3, { status: '5xx' }), rising('windfall_http_requests_total', 97, { status: '2xx' })],
    [rising('windfall_http_requests_total', 1, { status: '5xx' }), rising('windfall_http_requests_total', 99, { status: '2xx' })],
  ],
  RequestsSlow: [
    spread('windfall_http_request_duration_seconds', { '0.1': 90, '2.5': 10, '+Inf': 0 }, { route: '/v1/jobs' }),
    [
      ...spread('windfall_http_request_duration_seconds', { '0.1': 100, '2.5': 0, '+Inf': 0 }, { route: '/v1/jobs' }),
      ...spread('windfall_http_request_duration_seconds', { '0.1': 0, '2.5': 0, '+Inf': 100 }, { route: '/v1/orders' }),
    ],
  ],
  RequestsLimited: [
    [rising('windfall_rate_limit_refusals_total', 6, { route: '/v1/jobs' })],
    [rising('windfall_rate_limit_refusals_total', 1, { route: '/v1/jobs' })],
  ],
  EventLoopBlocked: [
    [always('windfall_event_loop_lag_seconds', 0.4, { quantile: '0.99' })],
    [always('windfall_event_loop_lag_seconds', 0.1, { quantile: '0.99' }), always('windfall_event_loop_lag_seconds', 2, { quantile: '1' })],
  ],
  DatabaseSlow: [
    spread('windfall_database_write_duration_seconds', { '0.5': 50, '2.5': 50, '+Inf': 0 }),
    spread('windfall_database_write_duration_seconds', { '0.01': 100, '0.5': 0, '+Inf': 0 }),
  ],
  DatabaseFails: [[rising('windfall_database_write_failures_total', 0.1)], [always('windfall_database_write_failures_total', 1_000)]],
  DiskFilling: [
    [always('windfall_disk_free_bytes', 3e9), always('windfall_disk_size_bytes', 40e9)],
    [always('windfall_disk_free_bytes', 60e9), always('windfall_disk_size_bytes', 1_000e9)],
  ],
  IntakeStuck: [
    [always('windfall_intake_messages', 2_000)],
    [{ name: 'windfall_intake_messages', labels: {}, at: (seconds) => (Math.floor(seconds / 300) % 2 === 0 ? 5_000 : 10) }],
  ],
  ProofsRefused: [
    [rising('windfall_proofs_refused_total', 1, { code: 'proof.time' }), rising('windfall_proofs_accepted_total', 2)],
    [rising('windfall_proofs_refused_total', 1, { code: 'proof.time' }), rising('windfall_proofs_accepted_total', 9)],
  ],
  JobsStarve: [
    [always('windfall_jobs', 3, { state: 'queued' }), always('windfall_nodes_online', 0)],
    [always('windfall_jobs', 3, { state: 'queued' }), always('windfall_nodes_online', 1)],
  ],
  DispatchSlow: [
    spread('windfall_dispatch_delay_seconds', { '60': 1, '900': 1, '+Inf': 0 }),
    spread('windfall_dispatch_delay_seconds', { '60': 2, '900': 0, '+Inf': 0 }),
  ],
  NodesLost: [
    [{ name: 'windfall_nodes_online', labels: {}, at: (seconds) => (seconds < since(3_600) ? 100 : 20) }],
    [{ name: 'windfall_nodes_online', labels: {}, at: (seconds) => (seconds < since(3_600) ? 100 : 70) }],
  ],
  ProviderFails: [
    [
      rising('windfall_provider_requests_total', 2, { provider: 'entsoe', outcome: 'failed' }),
      rising('windfall_provider_requests_total', 1, { provider: 'entsoe', outcome: 'answered' }),
    ],
    [
      rising('windfall_provider_requests_total', 1, { provider: 'entsoe', outcome: 'failed' }),
      rising('windfall_provider_requests_total', 2, { provider: 'entsoe', outcome: 'answered' }),
    ],
  ],
  GridStale: [
    [always('windfall_provider_signal_timestamp_seconds', since(15_000), { provider: 'entsoe' })],
    [
      always('windfall_provider_signal_timestamp_seconds', since(15_000), { provider: 'entsoe' }),
      always('windfall_provider_signal_timestamp_seconds', since(900), { provider: 'neso' }),
    ],
  ],
  PayoutStuck: [[always('windfall_payout_oldest_timestamp_seconds', since(7_200))], [always('windfall_payout_oldest_timestamp_seconds', 0)]],
  PayoutsPaused: [[always('windfall_payouts_paused', 1)], [always('windfall_payouts_paused', 0)]],
  HotWalletLow: [[always('windfall_hot_wallet_refill_needed', 1)], [always('windfall_hot_wallet_refill_needed', 0)]],
  LedgerUnbalanced: [[always('windfall_ledger_findings', 1, { instance: 'a' })], [always('windfall_ledger_findings', 0, { instance: 'a' })]],
  LedgerUnchecked: [[always('windfall_ledger_checked_timestamp_seconds', since(60_000))], [always('windfall_ledger_checked_timestamp_seconds', since(20_000))]],
  AnchorsLate: [
    [always('windfall_receipts_unanchored', 5), always('windfall_anchor_timestamp_seconds', since(200_000))],
    [always('windfall_receipts_unanchored', 0), always('windfall_anchor_timestamp_seconds', since(200_000))],
  ],
  MetricsIncomplete: [[rising('windfall_metrics_failures_total', 0.01)], [always('windfall_metrics_failures_total', 9)]],
}

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600 }

test.each(rules.map((rule) => [rule.alert, rule] as const))('%s fires when it should and at no other time', (alert, { expr, for: wait = '0m' }) => {
  const forS = Number.parseInt(wait, 10) * (SECONDS[wait.at(-1) ?? ''] ?? NaN)
  const [bad, good] = played[alert.replace('Windfall', '')] ?? []
  expect(fires({ expr, forS }, bad ?? [], NOW)).toBe(true)
  expect(query(expr, good ?? [], NOW)).toEqual([])
  // Nothing of it is there yet: a coordinator that has just started alarms nobody.
  expect(query(expr, [], NOW)).toEqual([])
})

test('every panel of the board shows something once there is something to show', () => {
  const series = [...known].flatMap(([name, labels]) => {
    const said = Object.fromEntries(labels.map((label) => [label, { quantile: '0.99', le: '+Inf' }[label] ?? 'x']))
    return [rising(name, 1, said), ...(labels.includes('le') ? [rising(name, 0.5, { ...said, le: '1' })] : [])]
  })
  for (const [title, expr] of panels) expect(query(expr, series, NOW).length, `${title}: ${expr}`).toBeGreaterThan(0)
})
