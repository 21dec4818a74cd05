import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { openDeviceKeys } from '../../kernel/device-key.ts'
import { announce } from '../../kernel/instance-file.ts'
import { createFileVault } from '../../kernel/secret-vault.ts'
import { createTpm } from '../../kernel/tpm.ts'
import { run } from '../run.fixture.ts'

let root: string
let server: TestServer
let url: string
beforeAll(() => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
})
afterAll(() => vi.unstubAllEnvs())
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windfall-fleet-'))
  server = await startTestServer()
  // The command line signs with the time of this machine.
  server.core.clock.jump(systemClock.now() - server.core.clock.now())
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
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
  const ask = (...words: string[]) => run(...words, '--data', directory, '--coordinator', url)
  return { directory, nodeId, ask, json: async (...words: string[]) => JSON.parse((await ask(...words, '--json')).out) as Record<string, unknown> }
}

test('two machines of one owner pair by a code, are listed together, and part', async () => {
  const [first, second] = [await machine('first'), await machine('second')]
  const shown = await first.ask('fleet', 'invite')
  expect(shown.out).toContain('A code lets one machine in; ask for another one for each.')
  const [, code = ''] = /windfall pair (\S{4}-\S{4})/.exec(shown.out) ?? []
  expect(await second.ask('pair', code.toLowerCase())).toMatchObject({ code: 0, out: 'This machine is in the fleet now, with 1 other.\n' })
  const listed = await second.ask('fleet', 'list')
  expect(listed.out).toMatch(/^node +zone +state +heard/)
  expect(listed.out).toContain(`${second.nodeId.slice(0, 12)}… (this)`)
  expect(listed.out).toMatch(/GB-13 +unknown +not since the coordinator started/)
  expect(listed.out).toMatch(/2 machines, 0 online; today 0\.0 J, \$0\.000000/)
  expect(await second.json('fleet', 'list')).toMatchObject({ self: second.nodeId, nodes: [{ gpus: ['RTX 4080'] }, {}] })
  expect(await first.ask('fleet', 'remove', 'nobody')).toMatchObject({ code: 2, err: expect.stringContaining('begins with “nobody”') })
  expect(await first.json('fleet', 'remove', second.nodeId.slice(0, 10))).toEqual({ removed: second.nodeId })
  expect(await second.ask('fleet', 'list')).toMatchObject({ code: 2, err: expect.stringContaining('in no fleet') })
  expect((await first.ask('fleet', 'list')).out).toContain(': 1 machine, 0 online;')
  expect((await first.ask('fleet', 'leave')).code).toBe(0)
})

test('a wrong code says what to do; a machine on which no agent has run, or that has no coordinator, says so', async () => {
  const { ask, nodeId } = await machine('third')
  expect(await ask('pair', 'ABCD-EFGH')).toMatchObject({ code: 2, err: expect.stringContaining('windfall fleet invite') })
  expect(await run('fleet', 'invite', '--data', join(root, 'empty'))).toMatchObject({ code: 3, err: expect.stringContaining('No agent has run') })
  expect(await run('fleet', 'invite', '--data', join(root, 'third'))).toMatchObject({ code: 2, err: expect.stringContaining('--coordinator') })
  expect(nodeId).toHaveLength(43)
})

test('where only an agent runs, a statement is that machine’s own without saying so', async () => {
  const { directory, nodeId } = await machine('fourth')
  writeFileSync(join(directory, 'settings.json'), JSON.stringify({ agent: { coordinatorUrl: url } }))
  announce(directory, { agent: { url: 'http://127.0.0.1:1', token: 'a'.repeat(32) } })
  expect(await run('ledger', 'statement', '--data', directory)).toMatchObject({ code: 0, out: expect.stringContaining(`node:${nodeId}`) })
})
