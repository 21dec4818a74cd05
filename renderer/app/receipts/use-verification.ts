import { useQuery } from '@tanstack/react-query'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { agentContract } from '../../../shared/contract/agent.ts'
import type { Verification } from '../../../shared/domain/verification.ts'
import { useServices } from '../services.ts'

export interface Check {
  /** `null` while it runs. */
  readonly result: Verification | null
  /** Epoch milliseconds of the result. */
  readonly at: number | null
  /** The check itself could not be made; says nothing about the receipt. */
  readonly error: Error | null
  readonly again: () => void
}

/** Checks a receipt as soon as it is here, and again when asked. `answeredAt` tells one answer of the agent from the next. */
export function useVerification({ bundle, pinnedKeys }: OutputOf<(typeof agentContract)['getReceipt']>, answeredAt: number): Check {
  const { verify } = useServices()
  const { data, error, isFetching, dataUpdatedAt, refetch } = useQuery({
    queryKey: ['check', bundle.receipt.signatures[0]?.sig, answeredAt],
    queryFn: () => verify(bundle, pinnedKeys),
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const result = isFetching ? null : (data ?? null)
  return { result, at: result === null ? null : dataUpdatedAt, error: isFetching ? null : error, again: () => void refetch() }
}
