import { PublicKey, SystemProgram } from '@solana/web3.js'
import { expect, test } from 'vitest'
import { fromBase58, toBase58 } from '../../shared/domain/base58.ts'
import { lamports } from '../../shared/units.ts'
import { MULTISIG_BYTES, closeTokenAccountInstruction, multisigAddress, openMultisigInstructions, readMultisig } from './multisig.ts'
import { TOKEN_PROGRAM } from './tokens.ts'

const [wallet = '', second = '', third = '', account = ''] = [1, 2, 3, 4].map((byte) => toBase58(new Uint8Array(32).fill(byte)))
const seed = 'a'.repeat(32)
const members = [wallet, second, third]

test('a multisig lies where the system program derives it, and is made as its library makes it', async () => {
  const [create, initialise] = openMultisigInstructions({ wallet, seed, members, required: 2, rent: lamports(2_000_000n) })
  const [key, owner] = [new PublicKey(wallet), new PublicKey(TOKEN_PROGRAM)]
  const address = await PublicKey.createWithSeed(key, seed, owner)
  expect(multisigAddress(wallet, seed)).toBe(address.toBase58())
  const made = { fromPubkey: key, newAccountPubkey: address, basePubkey: key, seed, lamports: 2_000_000, space: MULTISIG_BYTES, programId: owner }
  const expected = SystemProgram.createAccountWithSeed(made)
  expect(Buffer.from(create?.data ?? [])).toEqual(expected.data)
  expect(create?.accounts.slice(0, 2)).toEqual(
    expected.keys.slice(0, 2).map((one) => ({ address: one.pubkey.toBase58(), signer: one.isSigner, writable: one.isWritable })),
  )
  expect(initialise).toMatchObject({ program: TOKEN_PROGRAM, data: Uint8Array.of(19, 2) })
  expect(initialise?.accounts.map((one) => [one.address, one.signer, one.writable])).toEqual([
    [address.toBase58(), false, true],
    ...members.map((member) => [member, false, false]),
  ])
})

test('who signs for a multisig is named after it, and it signs nothing itself', () => {
  const { accounts, data } = closeTokenAccountInstruction({ account, rentTo: wallet, authority: third, signers: [wallet, second] })
  expect(data).toEqual(Uint8Array.of(9))
  expect(accounts.map((one) => [one.address, one.signer, one.writable])).toEqual([
    [account, false, true],
    [wallet, false, true],
    [third, false, false],
    [wallet, true, false],
    [second, true, false],
  ])
})

test('a multisig is read back, and nothing else is taken for one', () => {
  const data = new Uint8Array(MULTISIG_BYTES)
  data.set([2, 3, 1, ...members.flatMap((member) => [...fromBase58(member)])])
  expect(readMultisig({ owner: TOKEN_PROGRAM, data })).toEqual({ required: 2, members })
  expect(readMultisig({ owner: wallet, data })).toBeNull()
  expect(readMultisig({ owner: TOKEN_PROGRAM, data: data.subarray(1) })).toBeNull()
  expect(readMultisig({ owner: TOKEN_PROGRAM, data: new Uint8Array(MULTISIG_BYTES) })).toBeNull()
})
