import { expect, test } from 'vitest'
import { counter, exposition, gauge, histogram } from './metric.ts'

test('counters, gauges and histograms are told in the text format, buckets adding up', () => {
  const requests = counter({ name: 'requests_total', help: 'Requests.', labels: { status: ['2xx', '5xx'] } })
  requests.add({ status: '2xx' })
  requests.add({ status: '2xx' }, 2)
  const load = gauge({ name: 'load', help: 'Load.', labels: {} })
  load.set({}, 1.5)
  load.add({}, -0.5)
  const took = histogram({ name: 'took_seconds', help: 'How long.', labels: { route: 2 }, buckets: [0.1, 1] })
  for (const seconds of [0.05, 0.1, 0.5, 7]) took.observe({ route: '/a' }, seconds)
  expect(exposition([requests, load, took])).toBe(
    [
      '# HELP requests_total Requests.',
      '# TYPE requests_total counter',
      'requests_total{status="2xx"} 3',
      'requests_total{status="5xx"} 0',
      '# HELP load Load.',
      '# TYPE load gauge',
      'load 1',
      '# HELP took_seconds How long.',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{route="/a",le="0.1"} 2',
      'took_seconds_bucket{route="/a",le="1"} 3',
      'took_seconds_bucket{route="/a",le="+Inf"} 4',
      'took_seconds_sum{route="/a"} 7.65',
      'took_seconds_count{route="/a"} 4',
      '',
    ].join('\n'),
  )
})

test('whatever comes from outside, there are never more series than were planned for', () => {
  const asked = counter({ name: 'asked_total', help: 'Asked.', labels: { route: 3, method: ['GET', 'other'] } })
  for (let i = 0; i < 1_000; i++) asked.add({ route: `/node-${i}`, method: `M${i}` })
  expect(asked.lines().filter((line) => line.includes('/node-'))).toHaveLength(3)
  expect(asked.lines()).toContain('asked_total{route="other",method="other"} 997')
  expect(asked.lines()).toHaveLength(4)
})

test('a value that would break the format is escaped, and one that is gone is not told any more', () => {
  const version = gauge({ name: 'build_info', help: 'Version.', labels: { version: 1 } })
  version.set({ version: 'a"b\\c\nd' }, 1)
  expect(version.lines()).toEqual(['build_info{version="a\\"b\\\\c\\nd"} 1'])
  const jobs = gauge({ name: 'jobs', help: 'Jobs.', labels: { state: ['queued', 'running'] } })
  jobs.set({ state: 'queued' }, 5)
  jobs.reset()
  expect(jobs.lines()).toEqual(['jobs{state="queued"} 0', 'jobs{state="running"} 0'])
})

test('what is counted elsewhere never goes back, as a counter must not', () => {
  const receipts = counter({ name: 'receipts_total', help: 'Receipts.', labels: {} })
  receipts.reach({}, 10)
  receipts.reach({}, 7)
  expect(receipts.lines()).toEqual(['receipts_total 10'])
})
