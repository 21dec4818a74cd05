import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anchorMemo } from '../../../shared/domain/anchor-memo.ts'
import { type ReceiptBundle, TreeHead } from '../../../shared/domain/carbon-receipt.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { serializeBundle } from '../../../shared/domain/open-bundle.ts'
import { testBundle, testLogKey, testNode, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { assemble } from '../../chain/chain.ts'
import { memoInstruction } from '../../chain/instructions.ts'
import { createSolanaChain, requestAirdrop } from '../../chain/solana.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createLogger } from '../../kernel/log.ts'
import { type Localnet, startLocalnet } from '../../localnet/localnet.ts'
import { verifyFile } from './receipt-verify.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-receipt-'))
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, content: Uint8Array | object): string {
  const file = join(directory, name)
  writeFileSync(file, content instanceof Uint8Array ? content : JSON.stringify(content))
  return file
}

let bundle: ReceiptBundle
let file: string
beforeAll(async () => {
  bundle = await testBundle()
  file = write('good.wfreceipt', serializeBundle(bundle))
})

const published = {
  receiptKey: testReceiptKey.publicJwk,
  logKey: testLogKey.publicJwk,
  logId: testLogKey.keyId,
  cluster: 'localnet',
  hotWallet: '1'.repeat(32),
}
const answering =
  (body: unknown, status = 200): typeof fetch =>
  async () =>
    new Response(JSON.stringify(body), { status })
const noNetwork: typeof fetch = async () => expect.fail('the network was used')

test('a receipt is checked without the network, one line per step and a verdict', async () => {
  const { exitCode, lines, verification } = await verifyFile({ file, fetch: noNetwork })
  expect(exitCode).toBe(0)
  expect(lines).toHaveLength(12)
  expect(lines[0]).toMatch(/^✓ envelope {9}The receipt is signed by/)
  expect(lines[1]).toMatch(/^– coordinator-key {2}Not pinned/)
  expect(lines.at(-1)).toMatch(/^Valid in itself\. .*--pin or --coordinator/)
  expect(verification.valid).toBe(true)
})

test('a changed byte is exit code 1 and names the step', async () => {
  const bytes = serializeBundle(bundle)
  const { exitCode, lines } = await verifyFile({ file: write('bad.wfreceipt', bytes.with(300, (bytes[300] ?? 0) ^ 1)) })
  expect(exitCode).toBe(1)
  expect(lines[0]).toMatch(/^✗ envelope/)
  expect(lines.at(-1)).toBe('Invalid: the step “envelope” failed.')
})

test.each([
  ['cut.wfreceipt', '{"bundle":"windfall.receipt-bundle/v1"'],
  ['text.wfreceipt', 'Dear auditor'],
  ['empty.wfreceipt', ''],
])('%s is exit code 2', async (name, text) => {
  const { exitCode, lines, verification } = await verifyFile({ file: write(name, new TextEncoder().encode(text)) })
  expect({ exitCode, failedStep: verification.failedStep, verdict: lines.at(-1) }).toEqual({ exitCode: 2, failedStep: 'envelope', verdict: 'Unreadable.' })
})

test('a file that is not there is exit code 2, and its name is in the message', async () => {
  const { exitCode, lines } = await verifyFile({ file: join(directory, 'missing.wfreceipt') })
  expect(exitCode).toBe(2)
  expect(lines[0]).toContain('missing.wfreceipt')
})

test('--key takes a JWK with the usual extra members, or both keys at once', async () => {
  const single = await verifyFile({ file, key: write('key.json', { ...testReceiptKey.publicJwk, use: 'sig', kid: 'x' }) })
  expect(single.lines.at(-1)).toBe('Valid.')
  expect(single.lines[1]).toContain('is not pinned')
  const both = await verifyFile({ file, key: write('keys.json', published) })
  expect(both.lines[1]).toMatch(/^✓ coordinator-key {2}The receipt and its log/)
  const other = await verifyFile({ file, key: write('other.json', testNode.publicJwk) })
  expect(other).toMatchObject({ exitCode: 1, verification: { failedStep: 'coordinator-key' } })
})

test('a key file without a key says what was expected', async () => {
  for (const [name, content] of [
    ['none.json', { kty: 'RSA' }],
    ['short.json', { kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
  ] as const)
    await expect(verifyFile({ file, key: write(name, content) })).rejects.toMatchObject({ code: 'input.invalid' })
  await expect(verifyFile({ file, key: join(directory, 'nowhere.json') })).rejects.toThrow(/Expected a JWK/)
})

test('--coordinator pins what the coordinator publishes', async () => {
  const seen: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    seen.push(url instanceof Request ? url.url : String(url))
    return Response.json(published)
  }
  expect((await verifyFile({ file, coordinatorUrl: 'http://coordinator.example/', fetch })).lines.at(-1)).toBe('Valid.')
  expect(seen).toEqual(['http://coordinator.example/v1/keys'])
  const stranger = { ...published, receiptKey: testNode.publicJwk }
  expect(await verifyFile({ file, coordinatorUrl: 'http://coordinator.example', fetch: answering(stranger) })).toMatchObject({
    exitCode: 1,
    verification: { failedStep: 'coordinator-key' },
  })
})

const at = (fetch: typeof globalThis.fetch, coordinatorUrl = 'http://coordinator.example') => verifyFile({ file, coordinatorUrl, fetch })

test('a coordinator that does not answer is neither valid nor invalid', async () => {
  await expect(at(answering({}, 503))).rejects.toMatchObject({ code: 'unavailable' })
  await expect(at(async () => Promise.reject(new TypeError('fetch failed')))).rejects.toMatchObject({ code: 'unavailable' })
  await expect(at(async () => new Response('x'.repeat(5_000_000)))).rejects.toThrow(/too long/)
  await expect(at(noNetwork, 'coordinator')).rejects.toMatchObject({ code: 'input.invalid' })
})

async function sendMemo(localnet: Localnet, text: string): Promise<string> {
  const chain = createSolanaChain({ url: localnet.url })
  const signer = createSigner(generateKeyPem())
  const address = toBase58(Buffer.from(signer.publicJwk.x, 'base64url'))
  const finalize = () => {
    for (let slot = 0; slot < 40; slot++) localnet.tick()
  }
  await requestAirdrop({ url: localnet.url }, address, 1_000_000_000n)
  finalize()
  const { blockhash } = await chain.latestBlockhash()
  const message = chain.compile(address, [memoInstruction(text, address)], blockhash)
  const signature = await chain.send(assemble(message, await signer.sign(message)))
  finalize()
  return signature
}

const headOf = ({ inclusion }: ReceiptBundle) => TreeHead.parse(JSON.parse(Buffer.from(inclusion.treeHead.payload, 'base64').toString()))

test('--rpc finds the anchor on chain, and refuses one that is not there', async () => {
  await using localnet = await startLocalnet({ file: ':memory:', port: 0, slotMs: 10, clock: createFakeClock(), log: createLogger('test', 'silent') })
  const memo = anchorMemo(headOf(bundle))
  const signatures = { right: await sendMemo(localnet, memo), wrong: await sendMemo(localnet, `${memo}x`), absent: '5'.repeat(88) }
  const check = (signature: string, fetch = globalThis.fetch) => {
    const anchored = write('anchored.wfreceipt', serializeBundle({ ...bundle, anchor: { cluster: 'localnet', signature, memo } }))
    return verifyFile({ file: anchored, rpcUrl: localnet.url, fetch })
  }
  expect((await check(signatures.right)).lines[9]).toMatch(/^✓ anchor .*holds this tree head/)
  expect(await check(signatures.wrong)).toMatchObject({ exitCode: 1, verification: { failedStep: 'anchor' } })
  expect(await check(signatures.absent)).toMatchObject({ exitCode: 1, verification: { failedStep: 'anchor' } })
  await expect(check(signatures.right, answering({ jsonrpc: '2.0', error: { code: -32_005, message: 'behind' } }))).rejects.toMatchObject({
    code: 'chain.unavailable',
  })
  // The genesis hash of devnet.
  await expect(check(signatures.right, answering({ jsonrpc: '2.0', result: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG' }))).rejects.toThrow(/serves devnet/)
})
