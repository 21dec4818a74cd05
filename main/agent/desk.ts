import type { passedOnCalls } from '../../shared/contract/agent-money.ts'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client, Handlers } from '../../shared/contract/define.ts'
import type { firstRunCalls } from '../../shared/contract/first-run.ts'
import { PayoutQuote } from '../../shared/contract/payout.ts'
import { outwardPostcode } from '../../shared/domain/postcode.ts'
import { countersignText } from '../../shared/domain/wallet-link.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Signer } from '../kernel/signing.ts'
import type { SettingsStore } from './settings.store.ts'

export interface DeskDeps {
  /** `null` without a coordinator. */
  readonly client: Client<typeof coordinatorContract> | null
  readonly signer: Pick<Signer, 'sign'>
  readonly settings: SettingsStore
  readonly changed: () => void
}

export type DeskCalls = Handlers<typeof passedOnCalls & Pick<typeof firstRunCalls, 'findZone'>, undefined>

const SHOWN_CLAIMS = 20
const QUOTE = 'payout-quote'

/** What the owner asks about payouts and wallets, passed on to the coordinator that holds the money. Errors: `unavailable`, and what it says. */
export function createDesk({ client, signer, settings, changed }: DeskDeps): DeskCalls {
  const ask: Client<typeof coordinatorContract>['call'] = async (name, input) => {
    if (client) return client.call(name, input)
    throw new WindfallError(
      'unavailable',
      'No coordinator is set, so nobody holds money for this machine. Give its address in the window, under Settings, or start the agent with --coordinator.',
    )
  }
  /** Other windows show the same. */
  const told = async <T>(answer: Promise<T>): Promise<T> => {
    const said = await answer
    changed()
    return said
  }
  /** A quote that was taken is a claim. */
  const claims = async () => {
    const { items } = await ask('listPayoutClaims', { after: null, limit: SHOWN_CLAIMS })
    const quote = settings.get(QUOTE, PayoutQuote)
    return { claims: items, quote: items.some(({ claimId }) => claimId === quote?.quoteId) ? null : quote }
  }
  return {
    getStanding: () => ask('getOwnNode', {}),
    getBalances: () => ask('getOwnBalances', {}),
    getStatement: (page) => ask('getOwnStatement', page),
    getEntries: (about) => ask('getOwnEntries', about),
    redeemCredits: (order) => told(ask('redeemCredits', order)),
    getPayoutTerms: () => ask('getPayoutTerms', {}),
    setPayoutTerms: (terms) => told(ask('setPayoutTerms', terms)),
    async quotePayout(wanted) {
      const quote = await ask('quotePayout', wanted)
      settings.set(QUOTE, quote)
      changed()
      return quote
    },
    claimPayout: ({ quoteId }) => told(ask('claimPayout', { claimId: quoteId, quoteId })),
    getPayoutClaims: claims,
    dropQuote: () => {
      settings.set(QUOTE, null)
      return told(claims())
    },
    getWallet: () => ask('getWallet', {}),
    beginWalletLink: () => told(ask('beginWalletLink', {})),
    async confirmWalletLink({ linkId, address }) {
      const signature = Buffer.from(await signer.sign(countersignText({ linkId, address }))).toString('base64')
      return told(ask('confirmWalletLink', { linkId, address, signature }))
    },
    cancelWalletLink: ({ linkId }) => told(ask('cancelWalletLink', { linkId })),
    cancelWalletChange: () => told(ask('cancelWalletChange', {})),
    findZone: async ({ postcode }) => ask('findZone', { postcode: outwardPostcode(postcode), latitude: null, longitude: null }),
    setPayoutAddress: ({ address }) => told(ask('setPayoutAddress', { address }).then(() => ask('getWallet', {}))),
  }
}
