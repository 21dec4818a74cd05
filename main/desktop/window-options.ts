/** Every window spreads these; a test holds the code to it. Electron's defaults are mostly the same, and change between versions. */
export const WEB_PREFERENCES = Object.freeze({
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  plugins: false,
  spellcheck: false,
  safeDialogs: true,
} as const)

export interface Bounds {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
}

export const FIRST_BOUNDS: Bounds = { width: 1080, height: 720 }

/** Painted before the page is: the page's own ground colour, so that opening never flashes. */
export const backgroundColor = (dark: boolean): string => (dark ? '#131714' : '#F6F5EF')
