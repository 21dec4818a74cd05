import { BrowserWindow, nativeTheme } from 'electron'
import { EVENT_CHANNEL } from '../../shared/contract/bridge.ts'
import { APP_URL } from './policy.ts'
import { type Bounds, FIRST_BOUNDS, WEB_PREFERENCES, backgroundColor } from './window-options.ts'

export interface Windows {
  /** Opens the window where it was closed last, or brings it forward. */
  readonly open: () => void
  readonly tell: (event: string, payload: unknown) => void
}

interface WindowDeps {
  readonly preload: string
  readonly icon: string
  /** Decides what a click on the close button does; the window is gone unless this prevents it. */
  readonly onClose: (window: BrowserWindow, event: { preventDefault: () => void }) => void
}

/** The one window. Closing destroys it and returns its memory; only its place and page are remembered. */
export function createWindows({ preload, icon, onClose }: WindowDeps): Windows {
  let current: BrowserWindow | null = null
  let last: { bounds: Bounds; page: string } = { bounds: FIRST_BOUNDS, page: '' }

  const create = () => {
    const window = new BrowserWindow({
      ...last.bounds,
      minWidth: 640,
      minHeight: 480,
      show: false,
      title: 'Windfall',
      icon,
      autoHideMenuBar: true,
      backgroundColor: backgroundColor(nativeTheme.shouldUseDarkColors),
      webPreferences: { ...WEB_PREFERENCES, preload },
    })
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      last = { bounds: window.getBounds(), page: new URL(window.webContents.getURL() || APP_URL).hash }
      onClose(window, event)
    })
    window.on('closed', () => {
      current = null
    })
    void window.loadURL(`${APP_URL}${last.page}`)
    return window
  }

  return {
    open: () => {
      if (current) bringForward(current)
      else current = create()
    },
    tell: (event, payload) => {
      if (current && isWanted(current, event)) current.webContents.send(EVENT_CHANNEL, event, payload)
    },
  }
}

/** A live number that nobody sees is work for nothing; what changed must arrive even so. */
const isWanted = (window: BrowserWindow, event: string): boolean => event !== 'power' || (window.isVisible() && !window.isMinimized())

function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
