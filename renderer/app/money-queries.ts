/** What the window asks about money. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Tariff } from '../../shared/domain/tariff.ts'
import type { NodeBalances } from '../../shared/contract/ledger.ts'
import type { MoneyView } from '../../shared/contract/money.ts'
import type { WalletView } from '../../shared/contract/wallet.ts'
import { FIRST_PAGE, allItems, keys, request } from './queries.ts'
import { useServices } from './services.ts'

export function useMoney() {
  const { client } = useServices()
  return useQuery({ queryKey: keys.money, queryFn: () => client.call('getMoney', {}) })
}

/** One by one, newest first; of one payout, or all. */
export function useEarnings(payoutId: string | null = null) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...keys.money, 'earnings', payoutId],
    queryFn: ({ pageParam }) => client.call('listEarnings', { ...request(pageParam), payoutId }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    select: (data) => allItems(data),
  })
}

export function useEarning(earningId: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.money, 'earning', earningId], queryFn: () => client.call('getEarning', { earningId }) })
}

export function usePayout(payoutId: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.payouts, payoutId], queryFn: () => client.call('getPayout', { payoutId }) })
}

export function useTariffOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (tariff: Tariff | null): Promise<MoneyView> => client.call('setTariff', { tariff }),
    onSuccess: (money) => queries.setQueryData(keys.money, money),
  })
}

/** What the coordinator holds for this machine, by its own books. */
export function useBalances() {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.money, 'balances'], queryFn: () => client.call('getBalances', {}) })
}

/** Turns verified credits into confirmed money. It is named after what was redeemed before it: however often it is asked for, it happens once. */
export function useRedemption() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ verified, redeemed }: NodeBalances['credits']) => client.call('redeemCredits', { redemptionId: `after-${redeemed}`, microEur: verified }),
    onSettled: () => Promise.all([keys.money, keys.payouts].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
}

export function useTerms() {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.payouts, 'terms'], queryFn: () => client.call('getPayoutTerms', {}) })
}

export function useClaims() {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.payouts, 'claims'], queryFn: () => client.call('getPayoutClaims', {}) })
}

export type PayoutOrder =
  | { readonly do: 'quote' | 'drop' }
  | { readonly do: 'claim'; readonly quoteId: string }
  | { readonly do: 'terms'; readonly asset?: 'sol' | 'usdc'; readonly automatic?: boolean }

/** What the owner asks of payouts. Where it led is asked again: the coordinator knows, the window does not. */
export function usePayoutOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (order: PayoutOrder): Promise<unknown> => {
      if (order.do === 'quote') return client.call('quotePayout', { microUsd: null })
      if (order.do === 'drop') return client.call('dropQuote', {})
      if (order.do === 'claim') return client.call('claimPayout', { quoteId: order.quoteId })
      const { do: _, ...terms } = order
      return client.call('setPayoutTerms', terms)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.payouts }),
  })
}

/** The coordinator tells nobody that a wallet has signed; it is asked while the owner looks. */
const LINK_EVERY_MS = 2_000
export const isOpenLink = ({ link }: Pick<WalletView, 'link'>): boolean => link?.state === 'waiting' || link?.state === 'signed'

export function useWallet() {
  const { client } = useServices()
  return useQuery({
    queryKey: [...keys.payouts, 'wallet'],
    queryFn: () => client.call('getWallet', {}),
    refetchInterval: ({ state }) => (state.data && isOpenLink(state.data) ? LINK_EVERY_MS : false),
  })
}

export type WalletOrder =
  | { readonly do: 'begin' }
  | { readonly do: 'keep' }
  | { readonly do: 'cancel'; readonly linkId: string }
  | { readonly do: 'confirm'; readonly linkId: string; readonly address: string }
  | { readonly do: 'paste'; readonly address: string }

export function useWalletOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (order: WalletOrder): Promise<unknown> => {
      if (order.do === 'begin') return client.call('beginWalletLink', {})
      if (order.do === 'keep') return client.call('cancelWalletChange', {})
      if (order.do === 'cancel') return client.call('cancelWalletLink', { linkId: order.linkId })
      if (order.do === 'confirm') return client.call('confirmWalletLink', { linkId: order.linkId, address: order.address })
      return client.call('setPayoutAddress', { address: order.address })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.payouts }),
  })
}
