import { afterEach, expect, test } from 'vitest'
import { lamports, microUsd } from '../../shared/units.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { assemble } from '../../main/chain/chain.ts'
import { transferInstruction } from '../../main/chain/instructions.ts'
import { createTokenAccountInstruction, tokenTransferInstruction } from '../../main/chain/tokens.ts'
import { laneAddress } from '../../main/chain/lanes.ts'
import { payoutBooks } from '../../main/coordinator/ledger/ledger.ts'
import { createPayoutAdmin } from '../../main/coordinator/payouts/admin.ts'
import { createClaims } from '../../main/coordinator/payouts/claims.ts'
import { createPauseStore } from '../../main/coordinator/payouts/control.store.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { createQuotes } from '../../main/coordinator/payouts/quotes.ts'
import { transact } from '../../main/coordinator/persistence/database.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'
import { rpc, ticks } from './in-process.ts'
import { GENEROUS, type World, createWorld, newAddress } from './payout-world.ts'
import { type Usdc, issueUsdc } from './usdc.ts'

const faults = { dropping: false }
let world: World
let usdc: Usdc
const begin = async (funding = 1_000_000_000_000) => {
  faults.dropping = false
  world = await createWorld({ funding, chaos: { drop: () => faults.dropping } })
  usdc = await issueUsdc(world.node, world.chain)
  await usdc.give(world.wallet.address, 300_000_000n)
}
afterEach(() => world.close())

const ON_DEMAND = { ...GENEROUS, threshold: lamports(10n ** 15n) }
const deps = (changes = {}) => world.deps({ usdc: usdc.token, settings: ON_DEMAND, ...changes })
const settle = async (payouts = createPayouts(deps()), passes = 8, slots = 3) => {
  for (let pass = 0; pass < passes; pass++) {
    await payouts.step().catch(() => undefined)
    ticks(world.node, slots)
  }
}
const fund = async (address: string, amount: number) => {
  await rpc(world.node, 'requestAirdrop', address, amount)
  ticks(world.node, 3)
}
const claim = async (nodeId: string, asset: 'sol' | 'usdc', amount: bigint, changes = {}) => {
  const { quoteId } = await createQuotes(deps(changes)).quote(nodeId, { asset, microUsd: String(amount) })
  return createClaims(deps(changes)).claim(nodeId, { claimId: `claim-${nodeId}`, quoteId })
}
const stateOf = async (nodeId: string) => (await createClaims(deps()).show(nodeId, `claim-${nodeId}`)).state
async function earner(nodeId: string, address = newAddress()): Promise<string> {
  await fund(address, 1_000_000)
  await world.earn(nodeId, address, 10_000_000n)
  return address
}

test('two nodes of one wallet bear the rent of the one account that is opened once', async () => {
  await begin()
  const address = await earner('node-a')
  await world.earn('node-b', address, 10_000_000n)
  await claim('node-a', 'usdc', 500_000n)
  await claim('node-b', 'usdc', 500_000n)
  await settle()
  // Half a fee each, and one rent.
  expect(usdc.balance(address)).toBe(1_000_000n - 1_000n - 297_688n)
})

test('a hot wallet that is short of SOL lets claims in USDC wait, and blames nobody for it', async () => {
  await begin(11_000_000)
  for (let n = 0; n < 8; n++) await earner(`node-${n}`)
  for (let n = 0; n < 8; n++) await claim(`node-${n}`, 'usdc', 5_000_000n)
  await settle()
  expect(world.refusals).toEqual([])
  expect(await Promise.all([...Array(8).keys()].map((n) => stateOf(`node-${n}`)))).toEqual(Array(8).fill('planned'))
})

test('what a payment costs may come out of a refill that is booked only now', async () => {
  await begin(1_000_000_000)
  const payouts = createPayouts(deps({ settings: { ...ON_DEMAND, reserve: lamports(0n) } }))
  await settle(payouts, 2)
  const all = await transact(world.db, (tx) => payoutBooks.treasury(tx))
  await transact(world.db, (tx) => payoutBooks.loss(tx, { signature: 'spent', lamports: lamports(all - 1_000_000n), at: 0 }))
  await earner('node-a')
  await claim('node-a', 'usdc', 5_000_000n)
  await fund(world.wallet.address, 50_000_000)
  await settle(payouts, 12)
  expect(await stateOf('node-a')).toBe('finalized')
})

test('nobody is paid to the hot wallet itself', async () => {
  await begin()
  await world.earn('node-a', world.wallet.address, 10_000_000n)
  await expect(claim('node-a', 'sol', 5_000_000n)).rejects.toMatchObject({ code: 'payout.refused' })
})

test('claims, too, go no further in a day than the cap', async () => {
  await begin()
  const settings = { ...ON_DEMAND, maxPerDay: microUsd(10_000_000n), maxPerRecipient: microUsd(9_000_000n) }
  for (let n = 0; n < 3; n++) {
    await earner(`node-${n}`)
    await claim(`node-${n}`, 'sol', 4_500_000n, { settings })
  }
  await settle(createPayouts(deps({ settings })))
  expect((await Promise.all(['node-0', 'node-1', 'node-2'].map(stateOf))).toSorted()).toEqual(['finalized', 'finalized', 'planned'])
})

test('books from before a claim was planned are brought up to date without paying it again', async () => {
  await begin()
  const address = await earner('node-a')
  await claim('node-a', 'sol', 8_500_000n)
  const copy = await world.copy()
  await settle()
  const once = await world.balance(address)
  await world.replaceBy(copy)
  const admin = createPayoutAdmin(deps(), () => null)
  const { found } = await admin.rebuild('operator', { apply: true, writeOff: [] })
  await admin.rebuild('operator', { apply: true, writeOff: found.map(({ signature }) => signature) })
  await settle()
  expect(await world.balance(address)).toBe(once)
})

test('nothing is signed any more once payouts are paused, in the middle of a pass', async () => {
  await begin()
  const addresses = Array.from({ length: 20 }, () => newAddress())
  for (const [n, address] of addresses.entries()) await world.earn(`node-${n}`, address, 10_000_000n)
  const chain = {
    ...world.chain,
    send: async (bytes: Uint8Array) => {
      await transact(world.db, (tx) => createPauseStore(tx).set({ reason: 'now', by: 'operator', since: 0 }))
      return world.chain.send(bytes)
    },
  }
  await createPayouts(deps({ chain, settings: GENEROUS })).step()
  expect(await world.db.selectFrom('payout_attempt').select('id').execute()).toHaveLength(1)
})

test('a transaction that brings SOL and USDC is booked once, whether USDC was configured then or not', async () => {
  await begin()
  const donor = createSigner(generateKeyPem())
  const [from, hot] = [toBase58(Buffer.from(donor.publicJwk.x, 'base64url')), world.wallet.address]
  await fund(from, 1_000_000_000)
  await usdc.give(from, 5_000_000n)
  const accounts = { from: usdc.accountOf(from), to: usdc.accountOf(hot), authority: from, amount: 1n }
  const open = createTokenAccountInstruction(from, { owner: hot, account: accounts.to, mint: usdc.token.mint })
  const { blockhash } = await world.chain.latestBlockhash()
  const message = world.chain.compile(from, [transferInstruction(from, hot, lamports(1n)), open, tokenTransferInstruction(accounts, usdc.token)], blockhash)
  await world.chain.send(assemble(message, await donor.sign(message)))
  ticks(world.node, 10)
  await createPayouts(deps({ usdc: null })).step()
  await createPayouts(deps()).step()
})

test('a node that is behind and shows an older nonce proves no death', async () => {
  await begin()
  const settings = { ...GENEROUS, lanes: 1 }
  let [stale, behind]: [Awaited<ReturnType<typeof world.chain.accountData>>, number] = [null, 0]
  const chain = {
    ...world.chain,
    accountData: async (address: string, commitment: 'processed' | 'confirmed' | 'finalized') =>
      commitment === 'finalized' && behind-- > 0 ? stale : world.chain.accountData(address, commitment),
  }
  const payouts = createPayouts(deps({ settings, chain, usdc: null }))
  const attemptsOf = async (nodeId: string) => {
    const item = await world.db.selectFrom('payout_item').select('batch_id').where('node_id', '=', nodeId).executeTakeFirst()
    return world.db
      .selectFrom('payout_attempt')
      .selectAll()
      .where('batch_id', '=', item?.batch_id ?? '')
      .orderBy('n')
      .execute()
  }
  const untilOnLane = async (nodeId: string) => {
    for (let pass = 0; pass < 40 && !(await attemptsOf(nodeId)).some(({ lane }) => lane !== null); pass++) await settle(payouts, 1, 40)
  }
  await settle(payouts, 6, 4)
  stale = await world.chain.accountData(laneAddress(world.wallet.address, 0), 'finalized')
  faults.dropping = true
  await world.earn('node-a', newAddress(), 1_000_000n)
  await untilOnLane('node-a')
  faults.dropping = false
  await settle(payouts, 12, 4)
  faults.dropping = true
  const address = newAddress()
  await world.earn('node-b', address, 1_000_000n)
  await untilOnLane('node-b')
  const first = (await attemptsOf('node-b')).find(({ lane }) => lane !== null)
  behind = 3
  await settle(payouts, 5, 1)
  faults.dropping = false
  await world.chain.send(new Uint8Array(Buffer.from(first?.raw ?? '', 'base64')))
  await settle(payouts, 30, 40)
  expect(await world.balance(address)).toBe(4_250_000n)
})
