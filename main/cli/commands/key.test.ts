import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeStatus } from '../../../shared/contract/agent-status.fake.ts'
import type { DeviceKey } from '../../../shared/contract/device.ts'
import { announce } from '../../kernel/instance-file.ts'
import { run } from '../run.fixture.ts'
import { describeKey } from './key.ts'

const NODE_ID = 'n'.repeat(43)
const KEY: DeviceKey = {
  keyId: 'k'.repeat(43),
  alg: 'ES256',
  evidence: 'tpm',
  keptIn: 'the TPM of this machine',
  sealed: true,
  rotations: 2,
  next: null,
}
const NEXT = { keyId: 'm'.repeat(43), alg: 'EdDSA', evidence: 'software', message: 'The coordinator cannot be reached.' } as const

let directory: string
let agent: Server
let key: DeviceKey
const calls: [string, unknown][] = []
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-key-cli-'))
  key = KEY
  calls.length = 0
  agent = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    calls.push([request.url ?? '', JSON.parse(Buffer.concat(chunks).toString())])
    response.setHeader('content-type', 'application/json').end(JSON.stringify(fakeStatus({ node: { ...fakeStatus().node, key } })))
  })
  await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve))
  announce(directory, { agent: { url: `http://127.0.0.1:${(agent.address() as AddressInfo).port}`, token: 't'.repeat(32) } })
})
afterEach(async () => {
  agent.closeAllConnections()
  await new Promise((resolve) => agent.close(resolve))
  rmSync(directory, { recursive: true, force: true })
})

test('the key is shown with where it is kept, and as one JSON object', async () => {
  const { code, out, err } = await run('key', 'show', '--data', directory)
  expect([code, err]).toEqual([0, ''])
  for (const said of [NODE_ID, KEY.keyId, 'ES256', 'the TPM of this machine', 'replaced 2 times']) expect(out).toContain(said)
  expect(JSON.parse((await run('key', 'show', '--data', directory, '--json')).out)).toEqual({ nodeId: NODE_ID, ...KEY })
})

test('a new key is asked for in software, or in the TPM; one that has to wait says so', async () => {
  key = { ...KEY, next: NEXT }
  const { code, out, err } = await run('key', 'rotate', '--data', directory)
  expect([code, err]).toEqual([0, expect.stringContaining('The new key waits')])
  expect(out).toContain(NEXT.message)
  await run('key', 'rotate', '--tpm', '--data', directory)
  expect(calls).toEqual([
    ['/api/rotateKey', { evidence: 'software' }],
    ['/api/rotateKey', { evidence: 'tpm' }],
  ])
})

test('without an agent the command says how to start one', async () => {
  const { code, err } = await run('key', 'show', '--data', join(directory, 'nothing'))
  expect([code, err]).toEqual([3, expect.stringContaining('No agent is running')])
})

test('a key in a plain file is not called safe, and a first key is called what it is', () => {
  const lines = describeKey({ nodeId: NODE_ID, key: { ...KEY, keyId: NODE_ID, sealed: false, keptIn: 'a file', rotations: 0 } }).join('\n')
  for (const said of ['may copy it', 'named after', 'never replaced']) expect(lines).toContain(said)
})
