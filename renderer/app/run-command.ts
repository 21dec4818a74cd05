import { messageOf } from '../../shared/errors.ts'
import type { OwnerVerb } from '../../shared/domain/owner-commands.ts'
import { isPaused } from '../../shared/domain/owner-commands.ts'
import { t } from '../../shared/i18n/translate.ts'
import { hrefOf } from '../lib/router.ts'
import type { ShortcutAction } from '../lib/shortcuts.ts'
import { statusText } from '../lib/status-text.ts'
import { useGiveOrder } from './give-order.ts'
import type { CommandRun } from './palette/commands.ts'
import { useStatus } from './queries.ts'
import { useServices } from './services.ts'
import { showSetting } from './settings/show-setting.ts'
import { useChangePreferences, useCheckForUpdate } from './shell-queries.ts'
import { MENU } from './shell/menu.ts'
import { useUndo } from './use-undo.ts'
import { useWindow } from './window-state.ts'

/** Goes to an address of the window; one that it is at already is shown again. */
export function goTo(href: string): void {
  if (location.hash === href) showSetting(href)
  else location.hash = href
}

/** What every command and every shortcut does. `false`: there was nothing to do, so the key is still free. */
export function useRun(): (run: CommandRun) => boolean {
  const { tell } = useWindow()
  const preferences = useChangePreferences()
  const updates = useCheckForUpdate()
  const give = useGiven()
  const copyStatus = useCopyStatus()
  const act = useShortcutAction(give)
  const refused = (failure: unknown) => tell({ text: t('That did not work: {why}', { why: messageOf(failure) }), isProblem: true })
  return (run) => {
    tell(null)
    if (run.do === 'shortcut') return act(run.action)
    if (run.do === 'verb') give(run.verb)
    if (run.do === 'go') goTo(run.href)
    if (run.do === 'prefer') preferences.mutate(run.change, { onError: refused })
    if (run.do === 'copy-status') void copyStatus()
    if (run.do === 'check-update') updates.mutate(undefined, { onSuccess: () => goTo('#/settings?rule=updates'), onError: refused })
    return true
  }
}

/** An order of the owner's; what is against it is said by the window, as the command has no place of its own. */
function useGiven() {
  const { tell } = useWindow()
  const { give } = useGiveOrder()
  return (verb: OwnerVerb): void =>
    void give(verb).catch((failure: unknown) => tell({ text: t('That did not work: {why}', { why: messageOf(failure) }), isProblem: true }))
}

function useShortcutAction(give: (verb: OwnerVerb) => void): (action: ShortcutAction) => boolean {
  const { overlay, setOverlay, askAloud } = useWindow()
  const { data: status } = useStatus()
  const undo = useUndo()
  return (action) => {
    if (action.do === 'undo' && undo.offer === null) return false
    if (action.do === 'palette' || action.do === 'help') {
      const wanted = action.do === 'palette' ? 'palette' : 'shortcuts'
      setOverlay(overlay === wanted ? null : wanted)
      return true
    }
    setOverlay(null)
    if (action.do === 'undo') undo.take()
    if (action.do === 'read-status') askAloud()
    if (action.do === 'pause') give(status && isPaused(status) ? { do: 'resume' } : { do: 'pause', until: 'until-resumed' })
    const item = action.do === 'page' ? MENU[action.place - 1] : undefined
    if (item) goTo(hrefOf(item.route))
    return true
  }
}

function useCopyStatus() {
  const { clock } = useServices()
  const { tell } = useWindow()
  const { data: status } = useStatus()
  return async () => {
    if (!status) return
    try {
      await navigator.clipboard.writeText(statusText(status, clock.now()))
      tell({ text: t('The status is on the clipboard.'), isProblem: false })
    } catch {
      tell({ text: t('This browser does not let Windfall write to the clipboard.'), isProblem: true })
    }
  }
}
