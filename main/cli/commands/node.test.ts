import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { OPERATOR } from '../../coordinator/core.fake.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { generateApiKey, grantApiKey } from '../../coordinator/registry/api-keys.ts'
import { createSignalsStore } from '../../coordinator/registry/signals.store.ts'
import { newStanding } from '../../coordinator/registry/standing.ts'
import { createStandingStore } from '../../coordinator/registry/standing.store.ts'
import { systemClock } from '../../kernel/clock.ts'
import { openDeviceKeys } from '../../kernel/device-key.ts'
import { createFileVault } from '../../kernel/secret-vault.ts'
import { createTpm } from '../../kernel/tpm.ts'
import { run } from '../run.fixture.ts'

let root: string
let server: TestServer
let url: string
let key: string
beforeAll(() => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
})
afterAll(() => vi.unstubAllEnvs())
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windfall-node-'))
  server = await startTestServer()
  // The command line signs with the time of this machine.
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  key = generateApiKey(randomBytes)
  await grantApiKey(server.core.db, { requesterId: OPERATOR, name: 'Operator', apiKey: key, at: 1 })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

/** A machine whose agent has enrolled once. */
async function machine(name: string) {
  const directory = join(root, name)
  const { nodeId, signer } = await openDeviceKeys({ vault: createFileVault(directory), directory, tpm: createTpm({}), clock: systemClock })
  await server.core.enrol(signer)
  return { nodeId, ask: (...words: string[]) => run(...words, '--data', directory, '--coordinator', url) }
}

const operator = (...words: string[]) => run('node', ...words, '--data', root, '--coordinator', url, '--key', key)
const asJson = async (ran: Promise<{ out: string }>) => JSON.parse((await ran).out) as Record<string, unknown>

test('an operator makes a token, sees it without its secret, and ends it', async () => {
  const made = await operator('token', 'create', '--uses', '3', '--expires', '2h', '--owner', 'Studio Nine')
  const [token = ''] = /^wfe_\S{43}/.exec(made.out) ?? []
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining(`--enrolment-token ${token}`) })
  const listed = await operator('token', 'list')
  expect(listed.out).toMatch(/open +0 of 3 +Studio Nine/)
  expect(listed.out).not.toContain(token)
  const { items } = (await asJson(operator('token', 'list', '--json'))) as { items: { tokenId: string }[] }
  expect((await operator('token', 'revoke', items[0]?.tokenId ?? '')).out).toMatch(/lets nobody in any more\. 0 of 3/)
  expect((await operator('token', 'list')).out).toMatch(/revoked/)
})

test.each([
  [['--expires', '10s'], /a minute to a year/],
  [['--owner', '<b>'], /letters, digits, spaces/],
  [['--uses', '0'], /from 1 to 10000/],
])('a token with %j is refused with a reason', async (words, why) => {
  expect(await operator('token', 'create', ...words)).toMatchObject({ code: 2, err: expect.stringMatching(why) })
})

test('an owner sees why its machine is out of service, and when it is back', async () => {
  const { nodeId, ask } = await machine('first')
  expect((await operator('list')).out).toMatch(new RegExp(`${nodeId.slice(0, 12)}….*GB-13 +unknown +0 +0\\.50`))
  const stopped = await operator('quarantine', nodeId.slice(0, 10), '--reason', 'it gets too hot')
  expect(stopped.out).toMatch(/state +quarantined/)
  expect((await ask('node', 'show')).out).toMatch(/because +it gets too hot/)
  expect((await operator('list', '--state', 'quarantined', '--json')).out).toContain(nodeId)
  expect((await operator('release', nodeId, '--reason', 'cooled')).out).toMatch(/state +probation/)
  expect(await operator('release', nodeId, '--reason', 'cooled', '--trusted')).toMatchObject({ code: 0 })
  const shown = await ask('node', 'show')
  expect(shown.out).toMatch(/reputation +0\.50 of 1/)
  expect(shown.out).toMatch(/eco score +not yet/)
  expect(shown.out).toMatch(/quota +0 of 100 results today/)
  expect((await ask('node', 'show', '--history')).out).toMatch(/^version 1, .*\n {2}machine {5}linux x64/)
})

test('what was unlikely about its proofs, and that it has had its results of the day, is shown to the owner; the operator sees it of all', async () => {
  const [first, second] = [await machine('first'), await machine('second')]
  expect((await first.ask('node', 'signals')).out).toMatch(/Nothing about the energy proofs was unlikely/)
  const { db, clock } = server.core
  for (const [at, { nodeId }] of [first, first, second].entries())
    await createSignalsStore(db).add({
      id: `s${at}`,
      nodeId,
      proofId: `proof-${at}`,
      jobId: 'job',
      kind: 'below-idle',
      message: 'A mean of 5.0 W.',
      at: clock.now(),
    })
  await createStandingStore(db).save(first.nodeId, { ...newStanding(clock.now()), quota: 3, today: 3 })
  const shown = await first.ask('node', 'show')
  expect(shown.out).toMatch(/quota +3 of 3 results today.*It gets no more jobs until \d{4}-/)
  expect(shown.out).toMatch(/unlikely +about its latest proofs; they count and are paid.*\n.*A mean of 5\.0 W\./)
  expect((await first.ask('node', 'signals')).out.match(/below-idle/g)).toHaveLength(2)
  expect((await operator('signals', '--all')).out.match(/below-idle/g)).toHaveLength(3)
  expect((await operator('signals', second.nodeId)).out).toMatch(/proof-2/)
  const { items, next } = (await asJson(operator('signals', '--all', '--limit', '2', '--json'))) as { items: { proofId: string }[]; next: string }
  expect(items.map(({ proofId }) => proofId)).toEqual(['proof-2', 'proof-1'])
  expect((await operator('signals', '--all', '--limit', '2', '--after', next)).out).toMatch(/proof-0/)
})

test('an owner takes its machine out; an operator any; what is not there is said', async () => {
  const [first, second] = [await machine('first'), await machine('second')]
  expect(await first.ask('node', 'remove')).toMatchObject({ code: 0, out: expect.stringContaining('What it has earned is paid') })
  expect((await first.ask('node', 'show')).out).toMatch(/state +removed/)
  const address = toBase58(randomBytes(32))
  expect(await first.ask('wallet', 'set', address)).toMatchObject({ code: 0 })
  expect(await server.core.registry.node(first.nodeId)).toMatchObject({ state: 'removed', payoutAddress: address })
  expect(await first.ask('wallet', 'set', `${'1'.repeat(30)}2345`)).toMatchObject({ code: 2, err: expect.stringContaining('not a Solana address') })
  expect(await asJson(operator('remove', second.nodeId, '--json'))).toMatchObject({ nodeId: second.nodeId, state: 'removed' })
  expect(await operator('show', 'nobody')).toMatchObject({ code: 2, err: expect.stringContaining('windfall node list') })
  expect(await run('node', 'list', '--data', root, '--coordinator', url, '--key', server.core.apiKey)).toMatchObject({
    code: 4,
    err: expect.stringContaining('operator'),
  })
})

test('an owner takes out another machine of its fleet, and no other', async () => {
  const [first, second, third] = [await machine('first'), await machine('second'), await machine('third')]
  const { code } = await server.core.parts.fleets.invite(first.nodeId)
  await server.core.parts.fleets.join(second.nodeId, code)
  expect(await first.ask('node', 'remove', third.nodeId, '--of-fleet')).toMatchObject({ code: 2, err: expect.stringContaining('fleet') })
  expect(await first.ask('node', 'remove', second.nodeId.slice(0, 9), '--of-fleet')).toMatchObject({ code: 0 })
  expect((await server.core.registry.list()).map(({ nodeId }) => nodeId).toSorted()).toEqual([first.nodeId, third.nodeId].toSorted())
})
