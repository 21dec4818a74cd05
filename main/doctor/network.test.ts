import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { announce } from '../kernel/instance-file.ts'
import { packageVersion } from '../kernel/paths.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'
import { judgeCertificate, judgePlain, judgeProxy, judgeWebSocket, NETWORK_PATH_CHECKS } from './network-path.ts'
import { judgeReach, judgeSkew, NETWORK_CHECKS, withoutSecrets } from './network.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-21T12:00:00.000Z')

test.each([
  [0, 100, 'ok', '0.0 s ahead of'],
  [-4_000, 100, 'ok', '4.0 s behind'],
  [9_000, 100, 'warn', '9.0 s ahead of'],
  [-70_000, 100, 'fail', '70.0 s behind'],
  // Half the way there and back could be all of it.
  [6_000, 4_000, 'ok', '±2.0 s'],
] as const)('a clock that is %i ms ahead, told over %i ms, is %s', (aheadMs, roundTripMs, verdict, evidence) => {
  const finding = judgeSkew(aheadMs, roundTripMs)
  expect(finding.verdict).toBe(verdict)
  expect(finding.evidence).toContain(evidence)
})

test.each([
  [{ status: 'ok', version: packageVersion }, 'ok'],
  [{ status: 'degraded', version: packageVersion }, 'warn'],
  [{ status: 'ok', version: '99.0.0' }, 'warn'],
] as const)('a coordinator that says %j is %s', (health, verdict) => {
  expect(judgeReach('https://u:p@c.example', { ...health, time: '' }, 42)).toMatchObject({
    verdict,
    evidence: expect.stringContaining('https://c.example answers in 42 ms'),
  })
})

test.each([
  [{ validTo: NOW + 90 * DAY, distrust: null }, 'ok', 'valid for 90 days'],
  [{ validTo: NOW + 5 * DAY, distrust: null }, 'warn', 'valid for 5 days'],
  [{ validTo: NOW - DAY, distrust: 'CERT_HAS_EXPIRED' }, 'fail', 'expired; not trusted: CERT_HAS_EXPIRED'],
  [{ validTo: NOW + 90 * DAY, distrust: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'fail', 'SELF_SIGNED'],
] as const)('certificate %j is %s', (certificate, verdict, evidence) => {
  expect(judgeCertificate({ protocol: 'TLSv1.3', issuer: 'Example CA', ...certificate }, NOW)).toMatchObject({
    verdict,
    evidence: expect.stringContaining(evidence),
  })
})

test('plain HTTP is fine within the machine and nowhere else', () => {
  expect(['localhost', '127.0.0.1', '[::1]'].map((host) => judgePlain(host).verdict)).toEqual(['ok', 'ok', 'ok'])
  expect(judgePlain('192.168.1.5').verdict).toBe('warn')
})

test.each([
  [{}, 'ok', 'no proxy'],
  [{ NO_PROXY: 'localhost' }, 'ok', 'no proxy'],
  [{ https_proxy: 'http://bob:secret@proxy:3128', NO_PROXY: '.lan' }, 'ok', 'HTTPS_PROXY=http://proxy:3128, NO_PROXY=.lan'],
  [{ HTTPS_PROXY: 'proxy:3128' }, 'fail', 'no address'],
  [{ ALL_PROXY: 'socks5://me:pw@p:1080' }, 'warn', 'ALL_PROXY=socks5://p:1080 is not heeded'],
] as const)('environment %j', (environment, verdict, evidence) => {
  const finding = judgeProxy(environment)
  expect(finding).toMatchObject({ verdict, evidence: expect.stringContaining(evidence) })
  expect(JSON.stringify(finding)).not.toMatch(/secret|pw@|bob/)
})

test('no WebSocket is no drama', () => {
  expect([judgeWebSocket(null).verdict, judgeWebSocket('it is closed').verdict]).toEqual(['ok', 'warn'])
  expect(withoutSecrets('wss://a:b@c/d')).toBe('wss://c/d')
})

const serve = async (time: () => string) => {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.writeHead(request.url === '/v1/health' ? 200 : 404).end(JSON.stringify({ status: 'ok', version: packageVersion, time: time() }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const machine = (clock = createFakeClock()) =>
    fakeMachine({ clock, facts: { settings: () => ({ coordinatorUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }) as never } })
  return { machine, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

describe('over a real connection', () => {
  test('a coordinator that answers, its clock, and a WebSocket it refuses', async () => {
    const clock = createFakeClock()
    await using coordinator = await serve(() => new Date(clock.now() + 20_000).toISOString())
    const machine = coordinator.machine(clock)
    expect(await examineOne(NETWORK_CHECKS, 'coordinator-reach', machine)).toMatchObject({ verdict: 'ok' })
    expect(await examineOne(NETWORK_CHECKS, 'clock-skew', machine)).toMatchObject({ verdict: 'warn', evidence: expect.stringContaining('20.0 s behind') })
    expect(await examineOne(NETWORK_PATH_CHECKS, 'coordinator-tls', machine)).toMatchObject({ verdict: 'ok', evidence: 'plain HTTP, within this machine' })
    expect(await examineOne(NETWORK_PATH_CHECKS, 'coordinator-websocket', machine)).toMatchObject({ verdict: 'warn' })
  })

  test('one that ran here and was ended is no defect', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'doctor-ended-'))
    try {
      announce(dataDirectory, { coordinator: { url: 'http://127.0.0.1:1', apiKey: 'k' } })
      const ended = fakeMachine({ dataDirectory, facts: { settings: () => ({ coordinatorUrl: null }) as never } })
      expect(await examineOne(NETWORK_CHECKS, 'coordinator-reach', ended)).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('windfall up') })
    } finally {
      rmSync(dataDirectory, { recursive: true })
    }
  })

  test('one that is not there is broken; none at all is skipped', async () => {
    const gone = fakeMachine({ facts: { settings: () => ({ coordinatorUrl: 'http://127.0.0.1:1' }) as never } })
    expect(await examineOne(NETWORK_CHECKS, 'coordinator-reach', gone)).toMatchObject({ verdict: 'fail' })
    expect(await examineOne(NETWORK_CHECKS, 'clock-skew', gone)).toMatchObject({ verdict: 'skipped' })
    const none = fakeMachine({ facts: { settings: () => ({ problem: 'damaged' }) } })
    expect(await examineOne(NETWORK_CHECKS, 'coordinator-reach', none)).toMatchObject({ verdict: 'skipped' })
  })
})
