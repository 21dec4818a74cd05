import { expect, test } from 'vitest'
import { toBase58 } from '../../shared/domain/base58.ts'
import { lamports } from '../../shared/units.ts'
import type { ChainAccount } from '../chain/chain.ts'
import { SYSTEM_PROGRAM } from '../chain/instructions.ts'
import { checkPayable, originOf } from './walleting.ts'

const ADDRESS = toBase58(Buffer.alloc(32, 7))
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'
const account = (owner: string, executable = false): ChainAccount => ({ lamports: lamports(1_000_000n), owner, executable })
const chainWith = (found: ChainAccount | null, isOnCurve = true) => ({ isOnCurve: () => isOnCurve, account: async () => found })

test.each([
  ['a wallet that was never used', chainWith(null)],
  ['a wallet', chainWith(account(SYSTEM_PROGRAM))],
])('%s can be linked', async (_, chain) => {
  await expect(checkPayable(chain, ADDRESS)).resolves.toBeUndefined()
})

test.each([
  ['a mint or a token account', chainWith(account(TOKEN_PROGRAM)), 'token account'],
  ['a program', chainWith(account('BPFLoaderUpgradeab1e11111111111111111111111', true)), 'It is a program'],
  ['an address for which nobody can hold a key', chainWith(null, false), 'No key can exist'],
])('%s is refused before anybody is paid there', async (_, chain, why) => {
  await expect(checkPayable(chain, ADDRESS)).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining(why) })
})

test('the place that a wallet is told comes from the operator, or is this machine, and never from a request', () => {
  const url = 'http://127.0.0.1:7465'
  expect(originOf({ publicUrl: 'https://windfall.example/anything', host: '0.0.0.0' }, url)).toBe('https://windfall.example')
  expect(originOf({ publicUrl: null, host: '127.0.0.1' }, url)).toBe(url)
  expect(() => originOf({ publicUrl: null, host: '0.0.0.0' }, url)).toThrow(expect.objectContaining({ code: 'config.invalid' }))
})
