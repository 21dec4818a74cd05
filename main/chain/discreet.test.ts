import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { discreet } from './discreet.ts'
import { createSolanaChain } from './solana.ts'

test('an endpoint that says back its address with the key in it says it to nobody else', async () => {
  const url = 'https://rpc.example/v2/aBcDeFgHiJkLmNoPq?api-key=s3cret-of-rpc'
  const fetch = async () => new Response(`no: ${url}`, { status: 400 })
  const error = await createSolanaChain({ url, fetch, tries: 1 })
    .genesisHash()
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'chain.unavailable', message: expect.stringContaining('https://rpc.example/v2/[redacted]?api-key=[redacted]') })
})

test('what a chain answers is passed on as it is, and so is what is no error of ours', async () => {
  const chain = createSolanaChain({ url: 'http://127.0.0.1:1', fetch: () => Promise.reject(new Error('never')), tries: 1 })
  const told = { ...chain, blockHeight: async () => 7, fee: () => Promise.reject(new TypeError('a defect')) }
  const quiet = discreet(told, 'http://127.0.0.1:1')
  expect([await quiet.blockHeight('finalized'), quiet.isOnCurve('1'.repeat(32))]).toEqual([7, chain.isOnCurve('1'.repeat(32))])
  await expect(quiet.fee(new Uint8Array())).rejects.toThrow(TypeError)
  await expect(quiet.genesisHash()).rejects.toThrow(WindfallError)
})
