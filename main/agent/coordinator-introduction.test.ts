import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { type IntroductionDeps, introduce } from './coordinator-introduction.ts'
import { serveFakeCoordinator } from './sync/coordinator-server.fake.ts'
import { createFakeCoordinator } from './sync/coordinator.fake.ts'

const signer = createSigner(generateKeyPem())
const deps = {
  config: { zone: 'GB-13', payoutAddress: null },
  clock: createFakeClock(),
  keys: { nodeId: signer.keyId, signer, history: () => ({ firstKey: signer.publicJwk, rotations: [] }) },
  inventory: { current: () => ({ cpu: { vendor: 't', model: 't', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }, sources: [], seen: [] }) },
  devices: { offered: async () => [] },
  work: { runner: { busyDevices: () => new Set() } },
  stores: { outbox: { proofs: () => [] } },
  probeRuntimes: async () => [],
} as unknown as IntroductionDeps

const never = new AbortController().signal
const TOKEN = 'wfe_secret'
const health = { status: 'ok', version: '1.0.0', time: '2026-03-01T12:00:00.000Z' }

/** A coordinator that is asked for admission once it has said how it is. */
async function serveCoordinator(refusal: string | null) {
  const fake = createFakeCoordinator(signer)
  const tokens: unknown[] = []
  const transport: typeof fake.transport = {
    ...fake.transport,
    async invoke(name, input) {
      if (name === 'health') return health
      if (name === 'enrol') {
        tokens.push((input as { readonly token?: string }).token)
        if (refusal !== null) throw new WindfallError('enrolment.refused', refusal)
      }
      return fake.transport.invoke(name, input)
    },
  }
  return { ...(await serveFakeCoordinator({ transport })), tokens }
}

test('a coordinator that lets this machine in gets the token', async () => {
  await using coordinator = await serveCoordinator(null)
  await introduce(deps, { url: coordinator.url, token: TOKEN }, never)
  expect(coordinator.tokens).toEqual([TOKEN])
})

test.each([
  [null, /without a token.*By token only/],
  [TOKEN, /refused the token.*By token only/],
])('a refusal with the token %s says so, and never repeats it', async (token, message) => {
  await using coordinator = await serveCoordinator(`By token only, not ${TOKEN}.`)
  const problem = await introduce(deps, { url: coordinator.url, token }, never).catch((error: Error) => error)
  expect(problem).toMatchObject({ code: 'enrolment.refused', message: expect.stringMatching(message) })
  if (token !== null) expect(String(problem)).not.toContain(token)
})

test.each([
  [200, '<html>'],
  [200, '{}'],
  [404, 'nothing'],
  [302, ''],
  [502, 'busy'],
])('what answers %i %s is no coordinator', async (status, body) => {
  const server = createServer((_request, response) => response.writeHead(status, { location: 'https://elsewhere.example' }).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asking = introduce(deps, { url, token: TOKEN }, never)
  await expect(asking).rejects.toMatchObject({ code: status === 302 ? 'unavailable' : 'not-found' })
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
  await expect(introduce(deps, { url, token: null }, never)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/cannot be reached/) })
})
