/** What the window asks about an owner's first steps. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CONSENT_TEXT, type FirstRun, type SetupStep } from '../../../shared/contract/first-run.ts'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'

// The agent says “jobs” when a job, a receipt or the owner has come further.
const FIRST_RUN = [...keys.jobs, 'first-run'] as const

export function useFirstRun() {
  const { client } = useServices()
  return useQuery({ queryKey: FIRST_RUN, queryFn: () => client.call('getFirstRun', {}) })
}

export type SetupOrder = { readonly do: 'go'; readonly step: SetupStep } | { readonly do: 'later' | 'agree' | 'end' }

/** Orders go to the agent one after the other; its answer is what is known then. */
export function useSetupOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    scope: { id: 'setup' },
    mutationFn: (order: SetupOrder): Promise<FirstRun> => {
      switch (order.do) {
        case 'go':
          return client.call('goToStep', { step: order.step })
        case 'agree':
          return client.call('giveConsent', { text: CONSENT_TEXT })
        case 'later':
          return client.call('setUpLater', {})
        case 'end':
          return client.call('endFirstRun', {})
      }
    },
    onSuccess: async (said) => {
      await queries.cancelQueries({ queryKey: FIRST_RUN, exact: true })
      queries.setQueryData(FIRST_RUN, said)
    },
  })
}

/** Container engine and sandbox are tried for this, so it is asked for where it is shown only. */
export function useMachineFacts() {
  const { client } = useServices()
  return useQuery({ queryKey: ['machine-facts'], queryFn: () => client.call('getMachineFacts', {}), staleTime: 0 })
}

export function useMonth(hoursPerDay: number) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...keys.money, 'month', hoursPerDay],
    queryFn: () => client.call('estimateMonth', { hoursPerDay }),
    placeholderData: (known) => known,
  })
}

const ZONE = [...keys.grid, 'zone'] as const

export function useZone() {
  const { client } = useServices()
  return useQuery({ queryKey: ZONE, queryFn: () => client.call('getZone', {}) })
}

export function useZoneOrder() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (zone: string) => client.call('setZone', { zone }),
    onSuccess: (said) => queries.setQueryData(ZONE, said),
  })
}

/** The zone of a postcode; it is set at once, since that is what it was asked for. */
export function usePostcode() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (postcode: string) => {
      const place = await client.call('findZone', { postcode })
      queries.setQueryData(ZONE, await client.call('setZone', { zone: place.zone }))
      return place
    },
  })
}
