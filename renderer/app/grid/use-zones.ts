import { useQuery } from '@tanstack/react-query'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'

/** Asked again whenever the own grid has changed. */
export function useZones() {
  const { client } = useServices()
  return useQuery({ queryKey: [...keys.grid, 'zones'], queryFn: () => client.call('getZones', {}) })
}
