import { expect, test } from 'vitest'
import { openMetricsServer } from './metrics-server.ts'
import type { Readiness } from './probe-routes.ts'

const metrics = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'windfall_ready 1\n' }
const NOT_READY: Readiness = { isReady: false, parts: { database: 'secret of the inside', shards: null, draining: null } }

test('metrics and probes are offered at an address of their own, without a key, until the coordinator ends', async () => {
  const stop = new AbortController()
  let isBroken = false
  const { port, run } = await openMetricsServer(
    { host: '127.0.0.1', port: 0 },
    {
      readiness: async () => NOT_READY,
      metrics: { ...metrics, text: async () => (isBroken ? Promise.reject(new Error('secret of the inside')) : metrics.text()) },
    },
  )
  const ended = run(stop.signal)
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    return [answer.status, await answer.text()]
  }
  expect(await ask('/metrics')).toEqual([200, 'windfall_ready 1\n'])
  expect(await ask('/healthz')).toEqual([200, '{"status":"alive"}'])
  expect(await ask('/readyz?verbose')).toEqual([503, '{"status":"not-ready"}'])
  expect(await ask('/v1/nodes')).toEqual([404, expect.stringContaining('/metrics')])
  expect(await ask('/metrics', 'POST')).toEqual([405, expect.anything()])
  isBroken = true
  expect(await ask('/metrics')).toEqual([500, '{"status":"something went wrong on our side"}'])
  const taken = openMetricsServer({ host: '127.0.0.1', port }, { readiness: async () => NOT_READY, metrics })
  await expect(taken).rejects.toMatchObject({ code: 'config.invalid', message: expect.stringContaining('WINDFALL_METRICS_PORT') })
  stop.abort()
  await ended
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
})
