import { BrowserWindow, nativeTheme, screen } from 'electron'
import { EVENT_CHANNEL } from '../../shared/contract/bridge.ts'
import { APP_URL } from './policy.ts'
import type { WindowPlace } from './shell-settings.ts'
import { type Bounds, FIRST_BOUNDS, WEB_PREFERENCES, backgroundColor } from './window-options.ts'
import { type WindowNews, createWindowNews } from './window-news.ts'
import { placeWindow } from './window-place.ts'

export interface Windows {
  /** Opens the window where it was closed last, or brings it forward. */
  readonly open: () => void
  readonly tell: (event: string, payload: unknown) => void
  /** Does the owner look at it? */
  readonly isWatched: () => boolean
}

interface WindowDeps {
  readonly preload: string
  readonly icon: string
  /** Where the window was closed last, kept beyond this process. */
  readonly place: { readonly get: () => WindowPlace | null; readonly set: (place: WindowPlace) => void }
  /** Decides what a click on the close button does; the window is gone unless this prevents it. */
  readonly onClose: (window: BrowserWindow, event: { preventDefault: () => void }) => void
}

/** The one window. Closing destroys it and returns its memory; only its place and page are remembered. */
export function createWindows(deps: WindowDeps): Windows {
  let current: { readonly window: BrowserWindow; readonly news: WindowNews } | null = null
  return {
    open: () => {
      if (current) return bringForward(current.window)
      const window = create(deps)
      const news = createWindowNews({
        isSeen: () => window.isVisible() && !window.isMinimized(),
        send: (...said) => window.webContents.send(EVENT_CHANNEL, ...said),
      })
      current = { window, news }
      window.on('show', news.seen)
      window.on('restore', news.seen)
      window.on('closed', () => {
        current = null
      })
    },
    tell: (event, payload) => current?.news.tell(event, payload),
    isWatched: () => current !== null && current.window.isVisible() && current.window.isFocused(),
  }
}

function create({ preload, icon, place, onClose }: WindowDeps): BrowserWindow {
  const { bounds, page, maximized }: WindowPlace = place.get() ?? { bounds: FIRST_BOUNDS, page: '', maximized: false }
  const window = new BrowserWindow({
    ...placed(bounds),
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: 'Windfall',
    icon,
    autoHideMenuBar: true,
    backgroundColor: backgroundColor(nativeTheme.shouldUseDarkColors),
    webPreferences: { ...WEB_PREFERENCES, preload },
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    place.set(placeOf(window))
    onClose(window, event)
  })
  void window.loadURL(`${APP_URL}${page}`)
  return window
}

const placed = (bounds: Bounds): Bounds =>
  placeWindow(
    bounds,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )

const MAX_PAGE = 512

function placeOf(window: BrowserWindow): WindowPlace {
  const { hash } = new URL(window.webContents.getURL() || APP_URL)
  return { bounds: window.getNormalBounds(), maximized: window.isMaximized(), page: hash.length > MAX_PAGE ? '' : hash }
}

function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
