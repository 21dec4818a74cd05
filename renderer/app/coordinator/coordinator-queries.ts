/** What the window asks about whom this computer works for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CoordinatorWish } from '../../../shared/contract/first-run.ts'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'

// The agent says “status” when it is another one.
const COORDINATOR = [...keys.status, 'coordinator'] as const

export function useCoordinator() {
  const { client } = useServices()
  return useQuery({ queryKey: COORDINATOR, queryFn: () => client.call('getCoordinator', {}) })
}

export function useCoordinatorOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (wish: CoordinatorWish) => client.call('setCoordinator', wish),
    // A token is not kept in the window either.
    gcTime: 0,
    onSuccess: (said) => queries.setQueryData(COORDINATOR, said),
  })
}
