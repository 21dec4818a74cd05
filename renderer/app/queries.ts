/** What the window asks the agent. Nothing is polled: the agent says that something changed, and these ask what. */
import { QueryClient, keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { AgentJob, RunningJob } from '../../shared/contract/agent-job.ts'
import type { AgentStatus, agentContract } from '../../shared/contract/agent.ts'
import type { InputOf } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { useServices } from './services.ts'

export const keys = {
  status: ['status'],
  grid: ['grid'],
  power: ['power'],
  jobs: ['jobs'],
  receipts: ['receipts'],
  payouts: ['payouts'],
  money: ['money'],
  diagnosis: ['diagnosis'],
} as const

const PAGE_SIZE = 50
const MAX_PAGES_TO_A_JOB = 20

/** Retries twice what trying again can help. The agent is on this computer, so what the browser thinks of the network does not matter. */
export const createQueryClient = (retryDelay = 500): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        networkMode: 'always',
        refetchOnWindowFocus: 'always',
        retryDelay,
        retry: (count, error) => count < 2 && error instanceof WindfallError && error.retry,
      },
      mutations: { networkMode: 'always' },
    },
  })

export function useStatus() {
  const { client } = useServices()
  return useQuery({ queryKey: keys.status, queryFn: () => client.call('getStatus', {}) })
}

/** Jobs that run, by their lease: what the agent says of them from moment to moment. */
export function useRunning(): ReadonlyMap<string, RunningJob> {
  const { data } = useStatus()
  return useMemo(() => new Map(data?.running.map((job) => [job.leaseId, job])), [data])
}

/** What a UTC day such as `2026-11-21` went to. Asked again whenever the status has changed; that the day goes on, the page says. */
export function useDayReport(day: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.status, 'day', day], queryFn: () => client.call('getDayReport', { day }) })
}

export function useGrid() {
  const { client } = useServices()
  return useQuery({ queryKey: keys.grid, queryFn: () => client.call('getGrid', {}) })
}

/** How power is read. What was read goes into the window's own ring; only what it lacks is asked for. */
export function usePower() {
  const { client, power } = useServices()
  return useQuery({
    queryKey: keys.power,
    queryFn: async () => {
      const { method, readings } = await client.call('getPower', { since: power.knownUntil() })
      power.complete(readings)
      return { method }
    },
  })
}

export const FIRST_PAGE: string | null = null
export const request = (after: string | null) => ({ after, limit: PAGE_SIZE })
export const allItems = <T>({ pages }: { readonly pages: readonly { readonly items: readonly T[] }[] }): readonly T[] => pages.flatMap(({ items }) => items)

/** This machine as its coordinator sees it. Asked again whenever something has become of a job. */
export function useStanding() {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.jobs, 'standing'], queryFn: () => client.call('getStanding', {}) })
}

export function useJobs() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: keys.jobs,
    queryFn: ({ pageParam }) => client.call('listJobs', request(pageParam)),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    select: (data) => allItems(data),
  })
}

export type ReceiptSearch = Omit<InputOf<(typeof agentContract)['listReceipts']>, 'after' | 'limit'>

/** Those that are looked for; what was found before stays while it is looked again. */
export function useReceipts(search: ReceiptSearch = {}) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...keys.receipts, search],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => client.call('listReceipts', { ...search, ...request(pageParam) }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    select: (data) => allItems(data),
  })
}

export function usePayouts() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: keys.payouts,
    queryFn: ({ pageParam }) => client.call('listPayouts', request(pageParam)),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (last) => last.next,
    select: (data) => allItems(data),
  })
}

/** One attempt, by its lease, or the newest attempt at a job, by the job's id; `null` if this computer never had it. */
export function useJob(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...keys.jobs, id],
    queryFn: async (): Promise<AgentJob | null> => {
      let after: string | null = null
      for (let page = 0; page < MAX_PAGES_TO_A_JOB; page++) {
        const { items, next }: { items: AgentJob[]; next: string | null } = await client.call('listJobs', request(after))
        const found = items.find((job) => job.leaseId === id) ?? items.find((job) => job.jobId === id)
        if (found) return found
        if (next === null) return null
        after = next
      }
      return null
    },
  })
}

export function useReceipt(receiptId: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.receipts, receiptId], queryFn: () => client.call('getReceipt', { receiptId }) })
}

/** What the owner asks for; a pause until a time in ISO 8601, or `null` until the owner resumes. */
export type OwnerOrder =
  | { readonly do: 'resume' | 'finish' }
  | { readonly do: 'pause'; readonly until: string | null }
  | { readonly do: 'run-anyway'; readonly until: string }

export function useOwnerOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (order: OwnerOrder): Promise<AgentStatus> => {
      if (order.do === 'pause') return client.call('pause', { until: order.until })
      return order.do === 'run-anyway' ? client.call('runAnyway', { until: order.until }) : client.call(order.do, {})
    },
    onSuccess: (status) => queries.setQueryData(keys.status, status),
  })
}
