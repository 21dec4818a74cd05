/** Protected jobs from the command line, against a real coordinator whose chain nobody reaches. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { VaultView } from '../../../shared/contract/vault.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { run } from '../run.fixture.ts'
import { reachTestServer } from '../test-server.fixture.ts'
import { readKeypair } from '../vault-key.ts'

/** Of RFC 8032, 7.1, test 1. */
const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
const PUBLIC = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
const OWN_WALLET = toBase58(Buffer.from(createSigner(generateKeyPem()).publicJwk.x, 'base64url'))

const reached = reachTestServer()
const vault = (...words: readonly string[]) => run('vault', ...words, ...reached().access)

test('a vault is agreed on, shown with what to do next, and once however often', async () => {
  const opened = await vault('open', 'render', '--usd', '5', '--wallet', OWN_WALLET)
  expect(opened).toMatchObject({ code: 0, out: expect.stringContaining('Sign for it: windfall vault sign render') })
  const again = JSON.parse((await vault('open', 'render', '--usd', '5', '--wallet', OWN_WALLET, '--json')).out) as VaultView
  expect(again).toMatchObject({ jobId: 'render', state: 'waiting', wallet: OWN_WALLET, dueMicroUsdc: '5000000', heldMicroUsdc: '0', release: null })
  expect(opened.out).toContain(again.account)
  expect(await vault('show', 'render')).toMatchObject({ code: 0, out: opened.out })
})

test('vaults are listed, and one that waits is given up', async () => {
  await vault('open', 'given-up', '--usd', '2', '--wallet', OWN_WALLET)
  expect((await vault('list')).out).toMatch(/given-up +waiting +0\.000000 USDC +2\.000000 USDC/)
  const { next } = JSON.parse((await vault('list', '--limit', '1', '--json')).out) as { next: string | null }
  expect(next).not.toBeNull()
  expect(await vault('cancel', 'given-up')).toMatchObject({ code: 0, out: expect.stringContaining('It was given up before its money came.') })
})

test.each([
  [['cancel', 'nowhere'], 'You have no vault'],
  [['write-off', 'render', '--reason', 'gone'], 'Only the operator'],
  [['open', 'render', '--usd', '6', '--wallet', OWN_WALLET], 'already another job render'],
  [['open', 'other', '--usd', '0.5', '--wallet', OWN_WALLET], '$1 to $1,000,000'],
  [['open', 'other', '--usd', '5', '--wallet', '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofLRda4'], 'expected a base58'],
  [['show', 'nowhere'], 'You have no vault'],
  [['sign', 'nowhere', '--message', 'AAAA'], 'go together'],
  [['sign', 'render', '--keypair', '/nowhere'], 'There is no file'],
  [['sign', 'render'], 'The Solana endpoint'],
])('windfall vault %j says what is wrong', async (words, why) => {
  const { code, err } = await vault(...words)
  expect([code === 0, err]).toEqual([false, expect.stringContaining(why)])
})

test('a keypair of the Solana command line signs; anything else is refused with its name', async () => {
  const file = join(reached().directory, 'id.json')
  const write = (content: string) => writeFileSync(file, content, { mode: 0o600 })
  write(JSON.stringify([...SEED, ...PUBLIC]))
  const { address, sign } = readKeypair(file)
  expect(address).toBe(toBase58(PUBLIC))
  expect(Buffer.from(await sign(new Uint8Array())).toString('hex')).toMatch(/^e5564300c360ac72/)
  write('[1,2]')
  expect(() => readKeypair(file)).toThrow(file)
  write('secret words')
  expect(() => readKeypair(file)).toThrow('is no Solana keypair')
  if (process.platform === 'win32') return
  chmodSync(file, 0o644)
  expect(() => readKeypair(file)).toThrow('other users')
})
