import type { ShellChange, ShellState } from '../../../shared/contract/shell.ts'
import { messageOf } from '../../../shared/errors.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { useChangeShell } from '../shell-queries.ts'
import { useUndo } from '../use-undo.ts'
import { useWindow } from '../window-state.ts'

/** What the shell does unasked. */
export const UNASKED = {
  startsAtLogin: false,
  onClose: 'keep-running',
  keepsAwake: 'on-mains',
  notifications: ['payout-ready', 'payout-paid', 'payout-failed', 'action-needed', 'update-ready'],
} as const satisfies ShellChange

/** Under which the last change of the window’s own settings is offered to be undone. */
export const SHELL_UNDO = 'shell'

/** Says why something the owner wanted was not done. */
export function useRefusal(): (failure: unknown) => void {
  const { tell } = useWindow()
  return (failure) => tell({ text: t('That did not work, and nothing has changed: {why}', { why: messageOf(failure) }), isProblem: true })
}

export type ChangeShell = (change: ShellChange, text: string) => void

/** Makes a setting of the shell hold, and offers the way back. `before` is what holds now. */
export function useShellSettings(before: ShellState): { readonly change: ChangeShell } {
  const { mutateAsync } = useChangeShell()
  const undo = useUndo()
  const refused = useRefusal()
  const make = async (wanted: ShellChange, text: string) => {
    const back = wayBack(wanted, before)
    await mutateAsync(wanted)
    if (back !== null) undo.make({ about: SHELL_UNDO, text, undo: () => void mutateAsync(back).catch(refused) })
  }
  return { change: (wanted, text) => void make(wanted, text).catch(refused) }
}

/** The change that puts things back; `null` where they cannot be, such as that nobody had been asked yet. */
function wayBack(wanted: ShellChange, before: ShellState): ShellChange | null {
  const entries = Object.keys(wanted).map((name) => [name, before[name as keyof ShellChange]] as const)
  return entries.some(([name, value]) => value === null && name !== 'language') ? null : (Object.fromEntries(entries) as ShellChange)
}
