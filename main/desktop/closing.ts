import { type App, type BrowserWindow, dialog } from 'electron'
import { t } from '../../shared/i18n/translate.ts'
import { type CloseChoice, onClose } from './close-rule.ts'

interface Closing {
  readonly app: Pick<App, 'quit' | 'on'>
  readonly hasTray: boolean
  readonly choice: () => CloseChoice
  readonly choose: (choice: Exclude<CloseChoice, null>) => void
}

/** What closing the window means: the tray keeps Windfall in reach, and the owner is told so the first time. */
export function createClosing({ app, hasTray, choice, choose }: Closing): (window: BrowserWindow, event: { preventDefault: () => void }) => void {
  let quitting = false
  app.on('before-quit', () => {
    quitting = true
  })
  const settle = async (window: BrowserWindow) => {
    const chosen = await askOwner(window)
    choose(chosen)
    if (!window.isDestroyed()) window.close()
  }
  return (window, event) => {
    const what = onClose({ quitting, hasTray, choice: choice() })
    if (what === 'close') return
    event.preventDefault()
    if (what === 'quit') app.quit()
    else void settle(window)
  }
}

async function askOwner(window: BrowserWindow): Promise<Exclude<CloseChoice, null>> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'info',
    message: t('Windfall keeps earning in the tray.'),
    detail: t('Closing the window stops nothing. Click the tray icon to open it again; its menu can change this.'),
    buttons: [t('Keep running'), t('Quit instead')],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1 ? 'quit' : 'keep-running'
}
