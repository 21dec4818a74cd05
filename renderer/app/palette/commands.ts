/** Everything that can be asked of the window, in one list: what the tray offers, and the pages and settings of the window. */
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type OwnerCommand, type OwnerVerb, ownerCommands } from '../../../shared/domain/owner-commands.ts'
import { LANGUAGE_NAMES, Language } from '../../../shared/i18n/languages.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { fuzzyScore } from '../../lib/fuzzy.ts'
import { hrefOf } from '../../lib/router.ts'
import { RULE_GROUPS, keysOf as settingsOf, textOf } from '../../lib/rules.ts'
import type { PreferenceChange, Preferences } from '../../lib/shell-link.ts'
import { SHORTCUTS, type ShortcutAction, keysOf } from '../../lib/shortcuts.ts'
import { THEMES } from '../../lib/themes.ts'
import { NEEDS_SHELL, SHELL_SECTIONS, settingHref } from '../settings/shell-sections.ts'
import { MENU } from '../shell/menu.ts'

export type CommandRun =
  | { readonly do: 'verb'; readonly verb: OwnerVerb }
  | { readonly do: 'go'; readonly href: string }
  | { readonly do: 'shortcut'; readonly action: ShortcutAction }
  | { readonly do: 'prefer'; readonly change: PreferenceChange }
  | { readonly do: 'copy-status' | 'check-update' }

export interface PaletteCommand {
  /** The same from one time to the next. */
  readonly id: string
  readonly label: string
  /** What sort of thing it is. */
  readonly kind: string
  /** The keys that do the same. */
  readonly keys: readonly string[]
  /** Why it cannot be given now; `null` if it can. */
  readonly unavailable: string | null
  readonly run: CommandRun
}

export interface PaletteView {
  /** `null` until the agent has said. */
  readonly status: AgentStatus | null
  /** The agent is out of reach. */
  readonly closed: boolean
  readonly preferences: Pick<Preferences, 'language' | 'theme'> | null
  /** A browser has no shell, and so none of its settings. */
  readonly hasShell: boolean
  /** Whether there is a shell that updates itself. */
  readonly updates: boolean
  readonly isMac: boolean
}

type Draft = Pick<PaletteCommand, 'id' | 'label' | 'run'> & Partial<PaletteCommand>

const listed = (kind: string, drafts: readonly Draft[]): readonly PaletteCommand[] => drafts.map((draft) => ({ kind, keys: [], unavailable: null, ...draft }))

/** All commands, the likelier ones first. */
export function paletteCommands(view: PaletteView): readonly PaletteCommand[] {
  return [
    ...listed(t('Jobs'), view.status === null ? [] : ownerCommands(view.status).flatMap((command) => ofOwner(command, view))),
    ...listed(
      t('Page'),
      MENU.map((item, index) => ofPage(item, index, view)),
    ),
    ...listed(t('Receipts'), [
      { id: 'check-receipts', label: t('Check receipts'), run: { do: 'go', href: hrefOf({ page: 'receipts' }) } },
      { id: 'check-receipt-file', label: t('Check a receipt file'), run: { do: 'go', href: hrefOf({ page: 'opened-receipt' }) } },
    ]),
    ...listed(t('Status'), ofStatus(view)),
    ...listed(t('Appearance'), [...ofTheme(view), ...ofLanguage(view)]),
    ...listed(t('Help'), ofHelp(view)),
    ...listed(t('Setting'), [
      ...SHELL_SECTIONS.filter(({ id }) => view.hasShell || !NEEDS_SHELL.includes(id)).map(
        ({ id, title }): Draft => ({ id: `setting-${id}`, label: title, run: { do: 'go', href: settingHref(id) } }),
      ),
      ...RULE_GROUPS.flatMap(({ rules }) => rules).map((rule): Draft => {
        const [setting] = settingsOf(rule)
        return { id: `setting-${setting}`, label: textOf(rule), run: { do: 'go', href: settingHref(String(setting)) } }
      }),
    ]),
  ]
}

function ofOwner({ id, label, verb, unavailable }: OwnerCommand, { closed }: PaletteView): readonly Draft[] {
  const why = closed ? t('Needs the agent, which does not answer.') : unavailable
  if ('do' in verb) return [{ id: `owner-${id}`, label, unavailable: why, run: { do: 'verb', verb } }]
  return verb.map((choice) => ({
    id: `owner-${id}-${choice.id}`,
    label: t('{command}: {choice}', { command: label, choice: choice.label }),
    unavailable: why,
    run: { do: 'verb', verb: choice.verb },
  }))
}

const ofPage = ({ route, label }: (typeof MENU)[number], index: number, { isMac }: PaletteView): Draft => ({
  id: `page-${route.page}`,
  label,
  keys: index < 9 ? keysOf({ key: String(index + 1), command: true, shift: false }, isMac) : [],
  run: { do: 'go', href: hrefOf(route) },
})

function byShortcut(is: 'read-status' | 'help', label: string, isMac: boolean): Draft {
  const found = SHORTCUTS.find((one) => one.is === is)
  return { id: is, label, keys: found ? keysOf(found, isMac) : [], run: { do: 'shortcut', action: { do: is } } }
}

function ofStatus({ status, isMac }: PaletteView): readonly Draft[] {
  const unavailable = status === null ? t('The agent has not said yet what it does.') : null
  return [
    { id: 'copy-status', label: t('Copy status'), unavailable, run: { do: 'copy-status' } },
    { ...byShortcut('read-status', t('Have the status read aloud'), isMac), unavailable },
  ]
}

const ofHelp = ({ isMac, updates }: PaletteView): readonly Draft[] => [
  byShortcut('help', t('Keyboard shortcuts'), isMac),
  { id: 'diagnostics', label: t('Open diagnostics'), run: { do: 'go', href: hrefOf({ page: 'diagnostics' }) } },
  { id: 'welcome', label: t('Go through the first steps again'), run: { do: 'go', href: hrefOf({ page: 'welcome' }) } },
  ...(updates ? [{ id: 'check-update', label: t('Check for updates'), run: { do: 'check-update' } } as const] : []),
]

/** Those that would change something. */
const ofTheme = ({ preferences }: PaletteView): readonly Draft[] =>
  THEMES.filter(({ theme }) => preferences !== null && theme !== preferences.theme).map(({ theme, label }) => ({
    id: `theme-${theme}`,
    label,
    run: { do: 'prefer', change: { theme } },
  }))

function ofLanguage({ preferences }: PaletteView): readonly Draft[] {
  if (preferences === null) return []
  const named = Language.options.map((language) => ({ language, label: t('Language: {name}', { name: LANGUAGE_NAMES[language] }) }))
  return [{ language: null, label: t('Language: like the system') }, ...named]
    .filter(({ language }) => language !== preferences.language)
    .map(({ language, label }) => ({ id: `language-${language ?? 'system'}`, label, run: { do: 'prefer', change: { language } } }))
}

/** What its sort adds to a command that its own words do not say. */
const BY_KIND_ONLY = -50

function scoreOf({ label, kind }: PaletteCommand, typed: string): number | null {
  const own = fuzzyScore(typed, label)
  if (own !== null) return own
  const wider = fuzzyScore(typed, `${label} ${kind}`)
  return wider === null ? null : wider + BY_KIND_ONLY
}

/** Beside one that fits well, what fits so much worse is only in the way. */
const FAR_BEHIND = 50

/** The commands that answer what was typed, best first; those given last come first among equals, and before all where nothing was typed. */
export function findCommands(commands: readonly PaletteCommand[], typed: string, recent: readonly string[]): readonly PaletteCommand[] {
  const age = ({ id }: PaletteCommand): number => (recent.includes(id) ? recent.indexOf(id) : recent.length)
  const found = commands.flatMap((command) => {
    const score = scoreOf(command, typed)
    return score === null ? [] : [{ command, score }]
  })
  const best = Math.max(...found.map(({ score }) => score))
  return found
    .filter(({ score }) => score >= best - FAR_BEHIND)
    .toSorted((a, b) => b.score - a.score || age(a.command) - age(b.command))
    .map(({ command }) => command)
}
