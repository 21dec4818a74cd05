/** The shell around the window, where there is one, and what the owner of the window prefers. No texts in here: it is asked before the language is known. */
import { z } from 'zod'
import type { Bridge } from '../../shared/contract/bridge.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import { ShellState, shellContract } from '../../shared/contract/shell.ts'
import { fromProblem } from '../../shared/errors.ts'
import { Language } from '../../shared/i18n/languages.ts'

export type ShellClient = Client<typeof shellContract>

/** Asks the shell over the bridge that also carries the agent's calls; `null` where there is no bridge, as in a browser. */
export function connectToShell(bridge: Bridge | undefined): ShellClient | null {
  if (!bridge) return null
  return connect(shellContract, {
    async invoke(name, input) {
      const answer = await bridge.invoke(name, input)
      if (answer.ok) return answer.value
      throw fromProblem(answer.problem.status, answer.problem)
    },
    subscribe: bridge.subscribe,
  })
}

/** The shell of this window; `null` in a browser. */
export const windowShell: ShellClient | null = connectToShell(typeof window === 'undefined' ? undefined : window.windfall)

export interface Preferences {
  /** `null` follows the system. */
  readonly language: Language | null
  /** BCP 47 tags as the system or browser tells them, best first. */
  readonly preferred: readonly string[]
  readonly theme: ShellState['theme']
}
export type PreferenceChange = Partial<Pick<Preferences, 'language' | 'theme'>>

/** Where preferences are kept: by the shell, or by a browser for this address. */
export interface PreferencePlace {
  readonly shell: ShellClient | null
  readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>
  readonly languages: readonly string[]
}

/** This page, with its shell or without one. */
export const placeOf = (shell: ShellClient | null): PreferencePlace => ({ shell, storage: () => localStorage, languages: navigator.languages })

const KEPT_AT = 'windfall.preferences'
const Kept = z.object({ language: Language.nullable().catch(null), theme: ShellState.shape.theme.catch('system') })
const UNKNOWN: z.infer<typeof Kept> = { language: null, theme: 'system' }

/** What a browser kept; it may keep nothing, or refuse to say. */
function kept({ storage }: PreferencePlace): z.infer<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(storage().getItem(KEPT_AT) ?? '{}'))
  } catch {
    return UNKNOWN
  }
}

const shellPreferences = ({ language, systemLanguages, theme }: ShellState): Preferences => ({ language, preferred: systemLanguages, theme })

/** What the owner prefers. Never fails: a shell that cannot say leaves the browser's own languages and the system's theme. */
export async function readPreferences(place = placeOf(windowShell)): Promise<Preferences> {
  if (place.shell === null) return { ...kept(place), preferred: place.languages }
  try {
    return shellPreferences(await place.shell.call('getShell', {}))
  } catch {
    return { ...UNKNOWN, preferred: place.languages }
  }
}

/** Changes what is named, and says what holds then. Errors: what the shell says, or the browser when it may keep nothing. */
export async function changePreferences(change: PreferenceChange, place = placeOf(windowShell)): Promise<Preferences> {
  if (place.shell !== null) return shellPreferences(await place.shell.call('changeShell', change))
  const next = { ...kept(place), ...change }
  place.storage().setItem(KEPT_AT, JSON.stringify(next))
  return { ...next, preferred: place.languages }
}

/** Has the page follow a theme, or the system's. */
export function showTheme(theme: Preferences['theme'], root: HTMLElement = document.documentElement): void {
  if (theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme
}
