import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { SMALL_ORDER_KEYS, SMALL_ORDER_SIGNATURES } from '../../../shared/domain/weak-keys.fake.ts'
import { countersignText } from '../../../shared/domain/wallet-link.ts'
import type { Signer } from '../../kernel/signing.ts'
import { type TestCore, type TestNode, startTestCore } from '../core.fake.ts'
import { LINK_TTL_MS } from './link.ts'
import { createFakeWallet } from './wallet.fake.ts'

let core: TestCore
let node: TestNode
let other: TestNode
beforeAll(async () => {
  core = await startTestCore()
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(async () => {
  node = await core.enrol()
  other = await core.enrol()
})

const wallets = () => core.parts.wallets
const secretOf = ({ url }: { readonly url: string }) => url.slice(url.lastIndexOf('/') + 1)
const countersigned = async (signer: Signer, pair: { readonly linkId: string; readonly address: string }) => ({
  ...pair,
  signature: Buffer.from(await signer.sign(countersignText(pair))).toString('base64'),
})

/** A page that waits, and a wallet that has not signed yet. */
async function begun(of = node) {
  const link = await wallets().begin(of.nodeId)
  const secret = secretOf(link)
  const wallet = createFakeWallet()
  return { link, secret, wallet, opened: await wallets().open(secret) }
}

test('a wallet is linked by its signature and by the word of the node, and by neither alone', async () => {
  const { link, secret, wallet, opened } = await begun()
  expect(link).toMatchObject({ state: 'waiting', url: `https://coordinator.example/link/${secret}`, reachable: true, address: null })
  expect(link.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(opened).toMatchObject({ code: link.code, current: null, signIn: { domain: 'coordinator.example', chainId: 'localnet', requestId: link.linkId } })
  expect(await wallets().answer({ secret, ...(await wallet.answer(opened)) })).toMatchObject({ state: 'signed', address: wallet.address })
  expect(await wallets().show(node.nodeId)).toMatchObject({ address: null, link: { state: 'signed', address: wallet.address } })
  const word = await countersigned(node.signer, { linkId: link.linkId, address: wallet.address })
  const linked = { address: wallet.address, source: 'wallet', pending: null, link: null }
  expect(await wallets().confirm(node.nodeId, word)).toMatchObject(linked)
  expect(await wallets().confirm(node.nodeId, word)).toMatchObject({ ...linked, history: [{ address: wallet.address }] })
  expect(await wallets().open(secret)).toMatchObject({ state: 'linked' })
  const told = await core.parts.agents.events(node.nodeId, { after: 0, limit: 10 })
  expect(told.map(({ fact }) => fact)).toEqual([{ kind: 'payout-address', address: wallet.address, pending: null }])
  expect(await core.decided('node.wallet-linked')).toContainEqual({ nodeId: node.nodeId, linkId: link.linkId, address: wallet.address })
})

test.each([
  ['another site', (text: string) => text.replaceAll('coordinator.example', 'evil.example')],
  ['another device', (text: string) => text.replace(/device:.*$/, `device:${toBase58(Buffer.alloc(32, 7))}`)],
  ['another nonce', (text: string) => text.replace(/Nonce: \w+/, 'Nonce: 0123456789abcdef01234567')],
  ['another chain', (text: string) => text.replace('localnet', 'mainnet')],
  ['a longer life', (text: string) => text.replace(/Expiration Time: \d{4}/, 'Expiration Time: 2099')],
  ['a line more', (text: string) => `${text}\n- https://evil.example`],
])('a signature over a text that names %s is refused, and the page still waits', async (_, changed) => {
  const { secret, wallet, opened } = await begun()
  await expect(wallets().answer({ secret, ...(await wallet.answer(opened, changed)) })).rejects.toMatchObject({ code: 'input.invalid' })
  expect(await wallets().open(secret)).toMatchObject({ state: 'waiting' })
})

test('the right text with a signature of another wallet is refused', async () => {
  const { secret, wallet, opened } = await begun()
  const { signature } = await createFakeWallet().answer(opened)
  const answer = { ...(await wallet.answer(opened)), signature }
  await expect(wallets().answer({ secret, ...answer })).rejects.toThrow('not of that wallet')
})

test('keys with which anyone can sign anything are refused before their signature is looked at', async () => {
  const { secret, opened } = await begun()
  for (const { x } of SMALL_ORDER_KEYS) {
    const address = toBase58(Buffer.from(x, 'base64url'))
    const signedMessage = Buffer.from(`${opened.text.head}${address}${opened.text.tail}`).toString('base64')
    for (const signature of SMALL_ORDER_SIGNATURES.slice(0, 3))
      await expect(wallets().answer({ secret, address, signedMessage, signature: Buffer.from(signature).toString('base64') })).rejects.toThrow(
        'cannot be linked',
      )
  }
})

test('a page is answered once, in its ten minutes, and not after its owner has begun anew', async () => {
  const first = await begun()
  const answer = await first.wallet.answer(first.opened)
  await wallets().answer({ secret: first.secret, ...answer })
  await expect(wallets().answer({ secret: first.secret, ...answer })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('already answered'),
  })
  const second = await begun()
  await expect(wallets().answer({ secret: second.secret, ...answer })).rejects.toThrow('another text')
  await expect(wallets().open(first.secret)).rejects.toMatchObject({ code: 'not-found' })
  await core.clock.advance(LINK_TTL_MS)
  await expect(wallets().answer({ secret: second.secret, ...(await second.wallet.answer(second.opened)) })).rejects.toThrow('older than ten minutes')
  expect(await wallets().open(second.secret)).toMatchObject({ state: 'expired' })
  expect((await wallets().show(node.nodeId)).link).toBeNull()
})

test('a signature that is not confirmed in time links nothing', async () => {
  const { link, secret, wallet, opened } = await begun()
  await wallets().answer({ secret, ...(await wallet.answer(opened)) })
  await core.clock.advance(LINK_TTL_MS)
  const word = await countersigned(node.signer, { linkId: link.linkId, address: wallet.address })
  await expect(wallets().confirm(node.nodeId, word)).rejects.toMatchObject({ code: 'conflict' })
  expect(await wallets().show(node.nodeId)).toMatchObject({ address: null })
})

test('only the node that asked confirms, with the key it asked with, the wallet that signed', async () => {
  const { link, secret, wallet, opened } = await begun()
  const word = { linkId: link.linkId, address: wallet.address }
  await expect(wallets().confirm(node.nodeId, await countersigned(node.signer, word))).rejects.toThrow('No wallet has signed')
  await wallets().answer({ secret, ...(await wallet.answer(opened)) })
  await expect(wallets().confirm(other.nodeId, await countersigned(other.signer, word))).rejects.toMatchObject({ code: 'not-found' })
  await expect(wallets().confirm(node.nodeId, await countersigned(other.signer, word))).rejects.toMatchObject({ code: 'auth.refused' })
  const another = { ...word, address: createFakeWallet().address }
  await expect(wallets().confirm(node.nodeId, await countersigned(node.signer, another))).rejects.toThrow('Another wallet has signed')
  expect(await wallets().show(node.nodeId)).toMatchObject({ address: null, link: { state: 'signed' } })
})

test('whoever says no, on the page or on the machine, ends it', async () => {
  const first = await begun()
  expect(await wallets().decline(first.secret)).toMatchObject({ state: 'declined' })
  const second = await begun()
  await wallets().answer({ secret: second.secret, ...(await second.wallet.answer(second.opened)) })
  expect(await wallets().cancel(node.nodeId, second.link.linkId)).toMatchObject({ address: null, link: null })
  const word = await countersigned(node.signer, { linkId: second.link.linkId, address: second.wallet.address })
  await expect(wallets().confirm(node.nodeId, word)).rejects.toMatchObject({ code: 'conflict' })
  expect(await wallets().decline(second.secret)).toMatchObject({ state: 'cancelled' })
})

test('a link that is under way is shown, whatever was linked in the same millisecond', async () => {
  for (let times = 0; times < 5; times++) {
    const { link, secret, wallet, opened } = await begun()
    expect((await wallets().show(node.nodeId)).link?.linkId).toBe(link.linkId)
    await wallets().answer({ secret, ...(await wallet.answer(opened)) })
    await wallets().confirm(node.nodeId, await countersigned(node.signer, { linkId: link.linkId, address: wallet.address }))
  }
})
