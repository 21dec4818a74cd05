/**
 * What a payout costs, in batches by the payout machine with its books, and one by one as most scripts send: payouts per second and lamports
 * per recipient, in SOL and in USDC, side by side in one process over the local chain. Prints a table, then one line of JSON; with `--json`
 * that line alone. Exits with 1 if a recipient costs more than its share of a full batch.
 */
import { parseArgs } from 'node:util'
import { lamports } from '../../shared/units.ts'
import { toBase58 } from '../../shared/domain/base58.ts'
import { assemble } from '../../main/chain/chain.ts'
import { type Instruction, transferInstruction } from '../../main/chain/instructions.ts'
import { tokenTransferInstruction } from '../../main/chain/tokens.ts'
import { createPayouts } from '../../main/coordinator/payouts/payouts.ts'
import { createTermsStore } from '../../main/coordinator/payouts/terms.store.ts'
import { ticks } from './in-process.ts'
import { type World, createWorld, newAddress } from './payout-world.ts'
import { type Usdc, issueUsdc } from './usdc.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, recipients: { type: 'string', default: '306' } } })
const RECIPIENTS = Number(values.recipients)
if (!Number.isInteger(RECIPIENTS) || RECIPIENTS < 18) {
  console.error('Give a whole number of recipients, 18 or more: --recipients 306')
  process.exit(2)
}
/** Shares of 5,000 lamports in a full batch: 18 recipients in SOL, 17 in USDC. The last batch is not always full. */
const MOST_LAMPORTS = { sol: 290, usdc: 305 }

type Asset = keyof typeof MOST_LAMPORTS
interface Figures {
  readonly perSecond: number
  readonly lamportsEach: number
}

const PRICE = 1_000_000n
const PAID = 850_000n

async function inWorld<T>(act: (world: World, usdc: Usdc) => Promise<T>): Promise<T> {
  const world = await createWorld()
  try {
    const usdc = await issueUsdc(world.node, world.chain)
    await usdc.give(world.wallet.address, PRICE * BigInt(RECIPIENTS))
    return await act(world, usdc)
  } finally {
    await world.close()
  }
}

/** Wallets that are on chain, with an account for USDC where they are paid in it. */
async function recipientsIn(usdc: Usdc, asset: Asset): Promise<string[]> {
  const addresses = Array.from({ length: RECIPIENTS }, newAddress)
  if (asset === 'usdc') for (const address of addresses) await usdc.give(address, 1n)
  return addresses
}

const since = (start: number): number => RECIPIENTS / ((performance.now() - start) / 1_000)

/** Everything that happens to a payout from the plan to the last booking. */
const inBatches = (asset: Asset): Promise<Figures> =>
  inWorld(async (world, usdc) => {
    for (const [index, address] of (await recipientsIn(usdc, asset)).entries()) {
      await world.earn(`node-${index}`, address, PRICE)
      if (asset === 'usdc') await createTermsStore(world.db).save(`node-${index}`, { asset: 'micro-usdc', automatic: true, minimum: null }, 0)
    }
    const payouts = createPayouts(world.deps({ usdc: usdc.token }))
    const isPaid = async () => {
      const final = await world.db.selectFrom('payout_batch').select('id').where('state', '=', 'finalized').execute()
      const planned = await world.db.selectFrom('payout_batch').select('id').execute()
      return planned.length > 0 && final.length === planned.length
    }
    const start = performance.now()
    while (!(await isPaid())) {
      await payouts.step()
      ticks(world.node, 3)
    }
    const perSecond = since(start)
    const attempts = await world.db.selectFrom('payout_attempt').select('fee_lamports').execute()
    return { perSecond, lamportsEach: Number(attempts.reduce((sum, one) => sum + one.fee_lamports, 0n)) / RECIPIENTS }
  })

/** A transaction for each: block hash, signature, send, and its status until it is final. No books. */
const oneByOne = (asset: Asset): Promise<Figures> =>
  inWorld(async (world, usdc) => {
    const { chain, wallet } = world
    const addresses = await recipientsIn(usdc, asset)
    const payment = (to: string): Instruction =>
      asset === 'sol'
        ? transferInstruction(wallet.address, to, lamports(PAID * 5n))
        : tokenTransferInstruction({ from: usdc.accountOf(wallet.address), to: usdc.accountOf(to), authority: wallet.address, amount: PAID }, usdc.token)
    const before = await world.balance(wallet.address)
    const start = performance.now()
    for (const address of addresses) {
      const { blockhash } = await chain.latestBlockhash()
      const message = chain.compile(wallet.address, [payment(address)], blockhash)
      const signature = await wallet.sign(message)
      await chain.send(assemble(message, signature))
      for (let isFinal = false; !isFinal; ) {
        ticks(world.node, 3)
        const [status] = await chain.statuses([toBase58(signature)])
        isFinal = status?.level === 'finalized'
      }
    }
    const spent = before - (await world.balance(wallet.address)) - (asset === 'sol' ? PAID * 5n * BigInt(RECIPIENTS) : 0n)
    return { perSecond: since(start), lamportsEach: Number(spent) / RECIPIENTS }
  })

const rows: { asset: Asset; batches: Figures; single: Figures }[] = []
for (const asset of ['sol', 'usdc'] as const) rows.push({ asset, single: await oneByOne(asset), batches: await inBatches(asset) })

if (!values.json) {
  console.log(`${RECIPIENTS} recipients each, local chain, one process\n`)
  console.log('asset   way          payouts/s   lamports each')
  for (const { asset, batches, single } of rows)
    for (const [way, figures] of [
      ['one by one', single],
      ['in batches', batches],
    ] as const)
      console.log(`${asset.padEnd(7)} ${way.padEnd(12)} ${figures.perSecond.toFixed(0).padStart(9)}   ${figures.lamportsEach.toFixed(0).padStart(13)}`)
}
console.log(JSON.stringify({ recipients: RECIPIENTS, assets: rows }))
process.exitCode = rows.some(({ asset, batches }) => batches.lamportsEach > MOST_LAMPORTS[asset]) ? 1 : 0
