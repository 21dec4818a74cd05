/** The commands of a machine's owner about their wallet, against a real coordinator, with a wallet that signs what the page gives it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { OpenedLink, WalletView } from '../../../shared/contract/wallet.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { type TestServer, startTestServer } from '../../coordinator/http/http.fake.ts'
import { createFakeWallet } from '../../coordinator/wallets/wallet.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { openDeviceKeys } from '../../kernel/device-key.ts'
import { createFileVault } from '../../kernel/secret-vault.ts'
import { createTpm } from '../../kernel/tpm.ts'
import { run } from '../run.fixture.ts'

let directory: string
let server: TestServer
let url: string
let nodeId: string
beforeAll(async () => {
  for (const name of ['WINDFALL_DATA', 'WINDFALL_COORDINATOR', 'WINDFALL_API_KEY']) vi.stubEnv(name, undefined)
  directory = mkdtempSync(join(tmpdir(), 'windfall-wallet-'))
  server = await startTestServer()
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  const keys = await openDeviceKeys({ vault: createFileVault(directory), directory, tpm: createTpm({}), clock: systemClock })
  nodeId = keys.nodeId
  await server.core.enrol(keys.signer)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

/** The command line signs with the time of this machine. */
const keepTime = () => server.core.clock.jump(systemClock.now() - server.core.clock.now())
beforeEach(keepTime)

const wallet = (...words: readonly string[]) => run('wallet', ...words, '--data', directory, '--coordinator', url)

/** Waits until the machine has asked for a page, and returns its secret and what it shows. */
async function openPage(): Promise<{ readonly secret: string; readonly opened: OpenedLink }> {
  const link = await vi.waitUntil(
    async () => {
      keepTime()
      return (await server.core.parts.wallets.show(nodeId)).link
    },
    { timeout: 60_000 },
  )
  const secret = link.url.slice(link.url.lastIndexOf('/') + 1)
  return { secret, opened: await server.core.parts.wallets.open(secret) }
}

test('a wallet is linked: the page, its code and a QR code while it waits, and where the machine is paid at the end', async () => {
  expect((await wallet('show')).out).toMatch(/no address to be paid to yet.*windfall wallet link/)
  const [own, linking] = [createFakeWallet(), wallet('link', '--yes')]
  const { secret, opened } = await openPage()
  await server.core.parts.wallets.answer({ secret, ...(await own.answer(opened)) })
  const { code, out, err } = await linking
  expect(code, err).toBe(0)
  expect(out).toContain(`paid to     ${own.address}, signed for by its wallet`)
  expect(err).toContain(`https://coordinator.example/link/${secret}`)
  expect(err).toContain(`It shows the code ${opened.code}.`)
  expect(err.slice(err.indexOf('On a phone, scan this:')).split('\n').length).toBeGreaterThan(20)
  expect(err).toContain(`${own.address} has signed, for code ${opened.code}.`)
})

test('somebody who says no in the wallet is told that nothing was linked, and what to do', async () => {
  const linking = wallet('link', '--yes', '--no-qr', '--json')
  const { secret } = await openPage()
  await server.core.parts.wallets.decline(secret)
  const { code, out } = await linking
  expect([code, JSON.parse(out)]).toMatchObject([4, { error: { code: 'conflict', detail: expect.stringContaining('declined; nothing was linked') } }])
})

test('nobody is asked where nobody sits, before anything has begun', async () => {
  expect(await wallet('link')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect((await server.core.parts.wallets.show(nodeId)).link).toBeNull()
})

test('another address waits, and its owner takes it back', async () => {
  const address = toBase58(Buffer.alloc(32, 9))
  const changed = await wallet('set', address)
  expect(changed.out).toMatch(new RegExp(`changes to {2}${address}, typed in, at .*\\n.*Nothing is paid out by itself until then.*windfall wallet cancel`))
  expect(JSON.parse((await wallet('show', '--json')).out) as WalletView).toMatchObject({ pending: { address, source: 'pasted' } })
  expect(JSON.parse((await wallet('cancel', '--json')).out) as WalletView).toMatchObject({ pending: null })
  expect(await wallet('cancel')).toMatchObject({ code: 0, err: expect.stringContaining('Nothing waits') })
  expect(await wallet('set', `${'1'.repeat(30)}2345`)).toMatchObject({ code: 2, err: expect.stringContaining('not a Solana address') })
})
