/** What the window asks about the examination of this machine, its log, and what may be shown to others. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { LogLevel } from '../../../shared/contract/diagnosis.ts'
import { keys } from '../queries.ts'
import { useServices } from '../services.ts'

export function useDiagnosis() {
  const { client } = useServices()
  return useQuery({ queryKey: keys.diagnosis, queryFn: () => client.call('getDiagnosis', {}) })
}

export function useVersions() {
  const { client } = useServices()
  return useQuery({ queryKey: ['versions'], queryFn: () => client.call('getVersions', {}) })
}

export function useExamination() {
  const { client } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => client.call('runDiagnosis', {}),
    onSuccess: (said) => queries.setQueryData(keys.diagnosis, said),
  })
}

const MOST_LINES = 200

/** As the log is at this moment: nothing tells of new lines, so the page asks when its reader does. */
export function useLogs(query: { readonly level: LogLevel; readonly search: string }) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['logs', query],
    queryFn: () => client.call('listLogs', { ...query, limit: MOST_LINES }),
    placeholderData: (known) => known,
    staleTime: 0,
  })
}

/** Made when it is asked for, and only then. */
export function useReport() {
  const { client } = useServices()
  return useMutation({ mutationFn: () => client.call('getProblemReport', {}) })
}
