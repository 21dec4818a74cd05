import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { moneyAt, OTHER_WALLET } from '../../shared/contract/money.fake.ts'
import { countersignText } from '../../shared/domain/wallet-link.ts'
import { WindfallError } from '../../shared/errors.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import { type DeskDeps, createDesk } from './desk.ts'
import * as initial from './migrations/0001-initial.ts'
import { createSettingsStore } from './settings.store.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const facts = moneyAt(NOW)
const { privateKey } = generateKeyPairSync('ed25519')
const signer = { sign: async (bytes: Uint8Array) => new Uint8Array(sign(null, bytes, privateKey)) }

/** A coordinator that remembers claims; a window that opens again is another desk on the same settings. */
function setUp() {
  const settings = createSettingsStore(openSqlite(':memory:', [initial]))
  const claims = new Map<string, string>()
  const asked: { name: string; input: unknown }[] = []
  let quotes = 0
  let isLost = false
  const answers: Record<string, (input: never) => unknown> = {
    quotePayout: () => facts.aQuote({ quoteId: `quote-${++quotes}` }),
    claimPayout: ({ claimId, quoteId }: { claimId: string; quoteId: string }) => {
      claims.set(claimId, quoteId)
      if (isLost) throw new WindfallError('unavailable', 'The answer was lost.')
      return facts.aClaim({ claimId })
    },
    listPayoutClaims: () => ({ items: [...claims.keys()].map((claimId) => facts.aClaim({ claimId })), next: null }),
    redeemCredits: () => facts.someBalances(),
    getOwnStatement: ({ month }: { month: string }) => facts.aStatement({ month }),
    getOwnEntries: () => ({ transactions: facts.someEntries() }),
    getWallet: () => facts.aWallet(),
    setPayoutAddress: () => undefined,
    confirmWalletLink: () => facts.aWallet(),
  }
  const client = {
    call: async (name: string, input: unknown) => {
      asked.push({ name, input })
      return answers[name]?.(input as never)
    },
  } as unknown as NonNullable<DeskDeps['client']>
  let told = 0
  const desk = () => createDesk({ client, signer, settings, changed: () => told++ })
  return { desk, claims, asked, told: () => told, loseAnswers: (lost: boolean) => void (isLost = lost) }
}

test('a quote is still there when the window is opened again, until it is taken or dropped', async () => {
  const { desk } = setUp()
  const quote = await desk().quotePayout({ microUsd: null }, undefined)
  expect(await desk().getPayoutClaims({}, undefined)).toEqual({ claims: [], quote })
  expect(await desk().dropQuote({}, undefined)).toEqual({ claims: [], quote: null })
  const { quoteId } = await desk().quotePayout({ microUsd: null }, undefined)
  await desk().claimPayout({ quoteId }, undefined)
  expect(await desk().getPayoutClaims({}, undefined)).toMatchObject({ claims: [{ claimId: quoteId }], quote: null })
})

test('an answer that is lost leaves one claim, however often the owner asks again and from however many windows', async () => {
  const { desk, claims, loseAnswers } = setUp()
  const { quoteId } = await desk().quotePayout({ microUsd: null }, undefined)
  loseAnswers(true)
  for (const window of [desk(), desk()]) await expect(window.claimPayout({ quoteId }, undefined)).rejects.toMatchObject({ code: 'unavailable' })
  loseAnswers(false)
  await desk().claimPayout({ quoteId }, undefined)
  expect([...claims]).toEqual([[quoteId, quoteId]])
  expect(await desk().getPayoutClaims({}, undefined)).toMatchObject({ claims: [{ claimId: quoteId }], quote: null })
})

test('a linked wallet is confirmed by the device key over link and address; a pasted address answers with where payouts go', async () => {
  const { desk, asked, told } = setUp()
  await desk().confirmWalletLink({ linkId: 'link-1', address: OTHER_WALLET }, undefined)
  const signature = Buffer.from(await signer.sign(countersignText({ linkId: 'link-1', address: OTHER_WALLET }))).toString('base64')
  expect(asked).toEqual([{ name: 'confirmWalletLink', input: { linkId: 'link-1', address: OTHER_WALLET, signature } }])
  expect(await desk().setPayoutAddress({ address: OTHER_WALLET }, undefined)).toEqual(facts.aWallet())
  expect(told()).toBe(2)
})

test('without a coordinator it says that nobody holds money, and what to do', async () => {
  const desk = createDesk({ client: null, signer, settings: createSettingsStore(openSqlite(':memory:', [initial])), changed: () => undefined })
  for (const ask of [desk.getBalances, desk.getPayoutTerms, desk.getPayoutClaims, desk.getWallet, desk.beginWalletLink])
    await expect(ask({}, undefined)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('--coordinator') })
})

test('statements and entries are asked of the coordinator as they are, and a redemption tells the other windows', async () => {
  const { desk, asked, told } = setUp()
  const page = { month: '2026-02', after: null, limit: 50 }
  expect(await desk().getStatement(page, undefined)).toMatchObject({ month: '2026-02' })
  expect(await desk().getEntries({ about: 'job:j' }, undefined)).toEqual({ transactions: facts.someEntries() })
  expect(told()).toBe(0)
  await desk().redeemCredits({ redemptionId: 'after-0', microEur: '5' }, undefined)
  expect(told()).toBe(1)
  expect(asked).toEqual([
    { name: 'getOwnStatement', input: page },
    { name: 'getOwnEntries', input: { about: 'job:j' } },
    { name: 'redeemCredits', input: { redemptionId: 'after-0', microEur: '5' } },
  ])
})
