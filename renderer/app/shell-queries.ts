/** What the window asks the shell around it. Like the agent, the shell says that something changed, and these ask what. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ShellChange, ShellState } from '../../shared/contract/shell.ts'
import { type PreferenceChange, type ShellClient, changePreferences, placeOf, readPreferences, showTheme } from '../lib/shell-link.ts'
import { remember } from '../lib/window-memory.ts'
import { useServices } from './services.ts'

const SHELL = ['shell'] as const
const PREFERENCES = ['preferences'] as const

/** What the shell says; `null` in a browser, which has none. */
export function useShell() {
  const { shell } = useServices()
  return useQuery({ queryKey: SHELL, queryFn: () => (shell === null ? null : shell.call('getShell', {})) })
}

/** Language and theme, which a browser has, too. */
export function usePreferences() {
  const { shell } = useServices()
  return useQuery({ queryKey: PREFERENCES, queryFn: () => readPreferences(placeOf(shell)) })
}

/** Asks again whatever the shell may have changed, and has the page follow the theme. */
export function useShellLive(): void {
  const { shell } = useServices()
  const queries = useQueryClient()
  useEffect(
    () =>
      shell?.on('shellChanged', () => {
        void queries.invalidateQueries({ queryKey: SHELL })
        void queries.invalidateQueries({ queryKey: PREFERENCES })
      }),
    [shell, queries],
  )
  const theme = usePreferences().data?.theme
  useEffect(() => {
    if (theme) showTheme(theme)
  }, [theme])
}

/** Changes what is named. Another language opens the page anew, as its texts are made when it is loaded. */
export function useChangePreferences() {
  const { shell, reload } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (change: PreferenceChange) => changePreferences(change, placeOf(shell)),
    onSuccess: async (preferences, change) => {
      await queries.cancelQueries({ queryKey: PREFERENCES })
      queries.setQueryData(PREFERENCES, preferences)
      if (change.language !== undefined) reload()
    },
  })
}

/** Something asked of the shell that answers with its state. Never called in a browser. */
function useAskShell<T>(ask: (shell: ShellClient, input: T) => Promise<ShellState>) {
  const { shell } = useServices()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (input: T) => (shell === null ? null : ask(shell, input)),
    onSuccess: async (state) => {
      await queries.cancelQueries({ queryKey: SHELL })
      queries.setQueryData(SHELL, state)
    },
  })
}

/** Who chooses here what closing the window does needs no note about it. */
export const useChangeShell = () =>
  useAskShell((shell, change: ShellChange) => {
    if (change.onClose !== undefined) remember({ closingSeen: change.onClose })
    return shell.call('changeShell', change)
  })
export const useCheckForUpdate = () => useAskShell((shell) => shell.call('checkForUpdate', {}))
export const useInstallUpdate = () => useAskShell((shell) => shell.call('installUpdate', {}))
export const useStartAgent = () => useAskShell((shell) => shell.call('startAgent', {}))
