import { createPrivateKey, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { toBase58 } from '../../shared/domain/base58.ts'
import { splitPrice } from '../../shared/domain/pay.ts'
import { lamports, microUsd } from '../../shared/units.ts'
import type { Chain } from '../../main/chain/chain.ts'
import { type Wallet, loadWallet } from '../../main/chain/wallet.ts'
import { book, confirmedBalances, payoutBooks } from '../../main/coordinator/ledger/ledger.ts'
import { requesterDeposit, reserveForJob, settleJob } from '../../main/coordinator/ledger/entries.ts'
import type { Anchored, PayoutDeps, PayoutFact, PayoutSettings } from '../../main/coordinator/payouts/deps.ts'
import type { Payouts } from '../../main/coordinator/payouts/payouts.ts'
import { type Db, openDatabase, transact } from '../../main/coordinator/persistence/database.ts'
import { type FakeClock, createFakeClock } from '../../main/kernel/clock.fake.ts'
import { createIds } from '../../main/kernel/ids.ts'
import { createSigner } from '../../main/kernel/signing.ts'
import type { Chaos } from '../../main/localnet/chaos.ts'
import { type LocalNode, openNode } from '../../main/localnet/localnet.ts'
import { inProcessChain, rpc, ticks } from './in-process.ts'

/** PKCS #8 around the 32 bytes of an Ed25519 seed, RFC 8410 §7. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** As many bytes as asked for, the same for the same seed. */
export const bytesFrom =
  (random: () => number) =>
  (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => Math.floor(random() * 256))

/** A key that is the same for the same bytes, so that an episode can be played again. */
export const keyPemFrom = (bytes: (count: number) => Uint8Array): string =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, bytes(32)]), format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()

export const newAddress = (bytes: (count: number) => Uint8Array = randomBytes): string =>
  toBase58(Buffer.from(createSigner(keyPemFrom(bytes)).publicJwk.x, 'base64url'))

const silentEvents: PayoutDeps['events'] = {
  split: () => {},
  paused: () => {},
  refill: () => {},
  deposited: () => {},
  planned: () => {},
  signed: () => {},
  finished: () => {},
  expired: () => {},
  refused: () => {},
  waiting: () => {},
  sendFailed: () => {},
  failed: () => {},
}

export const GENEROUS: PayoutSettings = {
  threshold: lamports(1_000_000n),
  reserve: lamports(10_000_000n),
  maxPerHour: lamports(1_000_000_000_000n),
  maxPerDay: microUsd(1_000_000_000_000n),
  maxPerRecipient: microUsd(1_000_000_000_000n),
  approvalAbove: null,
  refillBelow: lamports(0n),
  lanes: 0,
}
/** 200 USD: 1 micro-USD is 5 lamports. */
const RATE = { microUsdPerSol: microUsd(200_000_000n), source: 'fixed by the operator', at: 0 }

/** A chain, a database with real books, and nodes that earn: everything payouts touch, driven by hand. */
export interface World {
  readonly node: LocalNode
  readonly clock: FakeClock
  readonly chain: Chain
  readonly wallet: Wallet
  readonly addresses: Map<string, string>
  readonly facts: { readonly nodeId: string; readonly fact: PayoutFact }[]
  readonly anchored: Anchored[]
  readonly decisions: { readonly kind: string; readonly body: object }[]
  readonly refusals: { readonly address: string; readonly reason: string }[]
  db: Db
  readonly reopen: () => Promise<void>
  /** A copy of the database as it is now, for later. */
  readonly copy: () => Promise<string>
  /** Goes on with a copy. */
  readonly replaceBy: (copy: string) => Promise<void>
  /** Lets a node earn through a whole job in the books. Returns its share, micro-USD. */
  readonly earn: (nodeId: string, address: string, price: bigint) => Promise<bigint>
  readonly deps: (changes?: Partial<PayoutDeps>) => PayoutDeps
  readonly balance: (address: string) => Promise<bigint>
  readonly close: () => Promise<void>
}

export async function createWorld({
  chaos = {},
  finalSlots = 6,
  funding = 1_000_000_000_000,
  rentPerByte = 5_080n,
  bytes = randomBytes,
}: {
  chaos?: Chaos
  finalSlots?: number
  funding?: number
  rentPerByte?: bigint
  /** Where its keys and ids come from. */
  bytes?: (count: number) => Uint8Array
} = {}): Promise<World> {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-payouts-'))
  const file = join(directory, 'coordinator.db')
  const clock = createFakeClock()
  const node = openNode({ file: ':memory:', clock, chaos, finalSlots, rentPerByte })
  const walletFile = join(directory, 'hot-wallet.pem')
  writeFileSync(walletFile, keyPemFrom(bytes), { mode: 0o600 })
  const wallet = loadWallet(walletFile)
  const addresses = new Map<string, string>()
  const [facts, anchored, refusals]: [World['facts'], Anchored[], World['refusals']] = [[], [], []]
  const ids = createIds(clock, bytes)
  const decisions: World['decisions'] = []
  let [jobs, copies] = [0, 0]
  if (funding > 0) await rpc(node, 'requestAirdrop', wallet.address, funding)
  ticks(node, finalSlots + 2)
  const chain = inProcessChain(node, clock)
  const world: World = {
    node,
    clock,
    chain,
    wallet,
    addresses,
    facts,
    anchored,
    decisions,
    refusals,
    db: await openDatabase(file),
    async reopen() {
      await world.db.destroy()
      world.db = await openDatabase(file)
    },
    async copy() {
      const to = `${file}-${copies++}`
      await sql`VACUUM INTO ${to}`.execute(world.db)
      return to
    },
    async replaceBy(copy) {
      await world.db.destroy()
      world.db = await openDatabase(copy)
    },
    async earn(nodeId, address, price) {
      addresses.set(nodeId, address)
      const [jobId, requesterId, at] = [`job-${jobs++}`, 'requester', clock.now()]
      await transact(world.db, async (tx) => {
        await book(tx, requesterDeposit({ id: 'prepaid', requesterId, amount: microUsd(1_000_000_000n), at }))
        await book(tx, reserveForJob({ jobId, requesterId, amount: microUsd(price), at }))
        await book(tx, settleJob({ jobId, requesterId, reserved: microUsd(price), parts: [{ nodeId, price: microUsd(price) }], at }))
      })
      return splitPrice(microUsd(price)).node
    },
    deps: (changes = {}) => ({
      db: world.db,
      chain,
      wallet,
      clock,
      ids,
      cluster: 'localnet',
      settings: GENEROUS,
      rate: async () => RATE,
      books: payoutBooks,
      payableNodes: async (tx) =>
        (await confirmedBalances(tx)).flatMap(({ nodeId, confirmedMicroUsd }) =>
          addresses.has(nodeId) ? [{ nodeId, confirmedMicroUsd, address: addresses.get(nodeId) ?? '' }] : [],
        ),
      recordEvent: async (_tx, nodeId, fact) => void facts.push({ nodeId, fact }),
      usdc: null,
      addressOf: async (_tx, nodeId) => addresses.get(nodeId) ?? null,
      decide: async (_tx, kind, body) => void decisions.push({ kind, body }),
      isStopped: () => false,
      onAnchored: async (_tx, one) => void anchored.push(one),
      events: { ...silentEvents, refused: (address, reason) => void refusals.push({ address, reason }) },
      ...changes,
    }),
    balance: async (address) => BigInt((await rpc<{ value: bigint | number }>(node, 'getBalance', address, { commitment: 'processed' })).value),
    async close() {
      await world.db.destroy()
      node[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return world
}

/** So many passes that everything that can be paid is, and final. */
export async function settleIn({ node }: Pick<World, 'node'>, payouts: Pick<Payouts, 'step'>): Promise<void> {
  for (let pass = 0; pass < 8; pass++) {
    await payouts.step()
    ticks(node, 3)
  }
}
