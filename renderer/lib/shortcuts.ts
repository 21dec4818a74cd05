/** Every shortcut of the window in one table: what listens, the list of them and the hints beside buttons are made from it. */
import { t } from '../../shared/i18n/translate.ts'

export type ShortcutAction =
  | { readonly do: 'palette' | 'pause' | 'undo' | 'read-status' | 'help' }
  /** The page at this place of the menu, from 1. */
  | { readonly do: 'page'; readonly place: number }

interface Shortcut {
  readonly is: ShortcutAction['do']
  readonly label: string
  /** One letter or sign, or `1–9` for any digit. */
  readonly key: string
  /** With Ctrl, or ⌘ on a Mac. Without it the shortcut is a single character. */
  readonly command: boolean
  readonly shift: boolean
  /** Fields know it, too, and it is theirs while somebody types. */
  readonly leftToFields: boolean
}

const shortcut = (is: ShortcutAction['do'], label: string, how: Pick<Shortcut, 'key'> & Partial<Shortcut>): Shortcut => ({
  is,
  label,
  command: true,
  shift: false,
  leftToFields: false,
  ...how,
})

export const SHORTCUTS: readonly Shortcut[] = [
  shortcut('palette', t('Find a command, page or setting'), { key: 'K' }),
  shortcut('page', t('Go to a page of the menu, by its place'), { key: '1–9' }),
  shortcut('pause', t('Pause until I resume, or resume'), { key: 'P', shift: true }),
  shortcut('undo', t('Undo what was just done'), { key: 'Z', leftToFields: true }),
  shortcut('read-status', t('Have the current status read aloud'), { key: 'S', shift: true }),
  shortcut('help', t('Show this list'), { key: '?', command: false, leftToFields: true }),
]

/** A key that went down, as a browser tells it. */
export interface KeyPress {
  /** What the key says in the owner’s layout, such as `?`. */
  readonly key: string
  /** Where the key is, such as `Digit1`. */
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly altGraph: boolean
  /** Part of a character that is put together from several keys. */
  readonly composing: boolean
  /** The key is held down. */
  readonly repeat: boolean
}

/** Where the window is when a key goes down. */
export interface KeyPlace {
  readonly isMac: boolean
  /** The focus is where text goes. */
  readonly typing: boolean
  /** A question waits for its answer. */
  readonly modal: boolean
  /** The owner has switched shortcuts of a single character off (WCAG 2.1.4). */
  readonly singleKeys: boolean
}

/** The letter on a key: as the layout has it, else, where the layout has no Latin letters, as it is printed there on most keyboards. */
function letterOf({ key, code }: KeyPress): string {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase()
  return /^\p{L}$/u.test(key) ? (/^Key([A-Z])$/.exec(code)?.[1] ?? '') : ''
}

const digitOf = ({ code }: KeyPress): number => Number(/^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1] ?? 0)

function isPressed({ key, command, shift }: Shortcut, press: KeyPress, { isMac }: KeyPlace): boolean {
  const [own, other] = isMac ? [press.metaKey, press.ctrlKey] : [press.ctrlKey, press.metaKey]
  if (own !== command || other) return false
  // A sign is what the layout makes of the keys, with Shift or without.
  if (!command) return press.key === key
  if (press.shiftKey !== shift) return false
  return key === '1–9' ? digitOf(press) > 0 : letterOf(press) === key
}

const mayFire = ({ command, leftToFields }: Shortcut, { typing, modal, singleKeys }: KeyPlace): boolean =>
  !modal && !(leftToFields && typing) && (command || singleKeys)

/** What a key asks for; `null` for nothing of ours. Never what AltGr, Option or an input method makes of it, nor a key that is held down. */
export function actionOf(press: KeyPress, place: KeyPlace): ShortcutAction | null {
  if (press.composing || press.altGraph || press.altKey || press.repeat) return null
  const found = SHORTCUTS.find((one) => isPressed(one, press, place) && mayFire(one, place))
  if (!found) return null
  return found.is === 'page' ? { do: 'page', place: digitOf(press) } : { do: found.is }
}

type Keys = Pick<Shortcut, 'key' | 'command' | 'shift'>

/** The keys as they are shown, in the order they are pressed: `['Ctrl', 'Shift', 'P']`. */
export function keysOf({ key, command, shift }: Keys, isMac: boolean): readonly string[] {
  return [...(command ? [isMac ? '⌘' : t('Ctrl')] : []), ...(shift ? [isMac ? '⇧' : t('Shift')] : []), key]
}

/** The keys of a shortcut, as `aria-keyshortcuts` wants them. */
export const ariaKeys = (is: Exclude<ShortcutAction['do'], 'page'>, isMac: boolean): string =>
  ariaOf(
    SHORTCUTS.find((one) => one.is === is),
    isMac,
  )

/** The keys that lead to a place of the menu; `undefined` beyond the ninth. */
export const ariaPageKeys = (place: number, isMac: boolean): string | undefined =>
  place > 9 ? undefined : ariaOf({ key: String(place), command: true, shift: false }, isMac)

function ariaOf(keys: Keys | undefined, isMac: boolean): string {
  if (!keys) return ''
  return [...(keys.command ? [isMac ? 'Meta' : 'Control'] : []), ...(keys.shift ? ['Shift'] : []), keys.key].join('+')
}
