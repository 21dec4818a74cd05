import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import type { Chain, SignatureStatus } from './chain.ts'
import { joinProviders } from './providers.ts'
import { createSolanaChain } from './solana.ts'

const down = async () => {
  throw new WindfallError('chain.unavailable', 'down')
}
const base = createSolanaChain({ url: 'http://127.0.0.1:1' })
const provider = (answers: Partial<Chain>): Chain => ({ ...base, ...answers })
const status = (level: SignatureStatus['level']): SignatureStatus => ({ slot: 1, level, err: null })

const item = (signature: string, slot: number) => ({ signature, slot, err: null, memo: null })

test('the lowest height counts, so that nobody is declared dead on the word of the fastest', async () => {
  const joined = joinProviders([provider({ blockHeight: async () => 120 }), provider({ blockHeight: async () => 90 })])
  expect(await joined.blockHeight('finalized')).toBe(90)
})

test('a status that one provider knows is known', async () => {
  const joined = joinProviders([
    provider({ statuses: async () => [null, status('processed')] }),
    provider({ statuses: async () => [status('finalized'), status('confirmed')] }),
  ])
  expect(await joined.statuses(['a', 'b'])).toEqual([status('finalized'), status('confirmed')])
})

test('silence needs two witnesses', async () => {
  const joined = joinProviders([provider({ statuses: async () => [null], blockHeight: async () => 5 }), provider({ statuses: down, blockHeight: down })])
  await expect(joined.statuses(['a'])).rejects.toMatchObject({ code: 'chain.unavailable' })
  await expect(joined.blockHeight('finalized')).rejects.toMatchObject({ code: 'chain.unavailable' })
})

test('a transaction goes to all, and one that takes it is enough', async () => {
  const sent: string[] = []
  const taking = (name: string) => provider({ send: async () => (sent.push(name), 'signature') })
  expect(await joinProviders([provider({ send: down }), taking('b'), taking('c')]).send(new Uint8Array(1))).toBe('signature')
  expect(sent).toEqual(['b', 'c'])
  await expect(joinProviders([provider({ send: down }), provider({ send: down })]).send(new Uint8Array(1))).rejects.toMatchObject({ code: 'chain.unavailable' })
})

test('history is what either has, newest first, each once', async () => {
  const joined = joinProviders([
    provider({ historyOf: async () => [item('c', 3), item('a', 1)] }),
    provider({ historyOf: async () => [item('b', 2), item('a', 1)] }),
  ])
  expect((await joined.historyOf('x', { limit: 10 })).map((one) => one.signature)).toEqual(['c', 'b', 'a'])
})

test('pages of two providers that miss different things skip nothing when they are read on', async () => {
  const whole = [6, 5, 4, 3, 2, 1].map((slot) => item(`t${slot}`, slot))
  const paging = (missing: readonly number[]) =>
    provider({
      historyOf: async (_, { limit, before }) =>
        whole.filter(({ slot }) => !missing.includes(slot) && slot < Number(before?.slice(1) ?? Infinity)).slice(0, limit),
    })
  const joined = joinProviders([paging([2]), paging([5, 3])])
  const read: string[] = []
  for (let page; page === undefined || page.length >= 2; read.push(...page.map(({ signature }) => signature))) {
    const before = read.at(-1)
    page = await joined.historyOf('x', { limit: 2, ...(before === undefined ? {} : { before }) })
  }
  expect(read).toEqual(whole.map(({ signature }) => signature))
})

test('endpoints of two clusters are refused', async () => {
  const joined = joinProviders([provider({ genesisHash: async () => 'a' }), provider({ genesisHash: async () => 'b' })])
  await expect(joined.genesisHash()).rejects.toMatchObject({ code: 'config.invalid' })
})

test('other reads fall over to the next provider; a single provider is used as it is', async () => {
  const joined = joinProviders([provider({ account: down }), provider({ account: async () => null })])
  expect(await joined.account('x')).toBeNull()
  expect(joinProviders([base])).toBe(base)
})
