import { expect, test } from 'vitest'
import { assemble } from '../../main/chain/chain.ts'
import { MINT_BYTES, issueTestTokenInstructions, testMintOf } from '../../main/chain/test-token.ts'
import { readTokenAccount, tokenAddress } from '../../main/chain/tokens.ts'
import { ticks } from './in-process.ts'
import { createWorld, newAddress } from './payout-world.ts'

test('test USDC is issued once, to whom it is meant for', async () => {
  const world = await createWorld()
  const { chain, wallet } = world
  try {
    const [issuer, owner] = [wallet.address, newAddress()]
    const mint = testMintOf(issuer)
    const account = tokenAddress(owner, mint, chain.isOnCurve)
    const issue = async () => {
      const instructions = issueTestTokenInstructions({ issuer, owner, account, amount: 10_000_000_000n, rent: await chain.minRent(MINT_BYTES) })
      const message = chain.compile(issuer, instructions, (await chain.latestBlockhash()).blockhash)
      const signature = await chain.send(assemble(message, await wallet.sign(message)))
      ticks(world.node, 12)
      return (await chain.statuses([signature]))[0]?.err ?? null
    }
    expect(await issue()).toBeNull()
    const held = await chain.accountData(account, 'finalized')
    expect(held && readTokenAccount(held)).toMatchObject({ mint, owner, amount: 10_000_000_000n, isFrozen: false })
    // The mint is there: nothing of a second one happens.
    expect(await issue()).not.toBeNull()
    const after = await chain.accountData(account, 'finalized')
    expect(after && readTokenAccount(after)?.amount).toBe(10_000_000_000n)
  } finally {
    await world.close()
  }
})
