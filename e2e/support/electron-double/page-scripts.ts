import { createCrossing, installPageWorld, installPreloadWorld } from './page-world.ts'

export const PRELOAD_WORLD = 'electron-preload'
export const BINDING = '__electronDoubleIpc'
const DELIVER = '__electronDoubleDeliver'
const NAMES = JSON.stringify({ toPage: '__electronDoubleToPage', toPreload: '__electronDoubleToPreload', binding: BINDING, deliver: DELIVER })

/** Run in every new document of a window, in the page's world. */
export const pageScript = `if (window.top === window) (${installPageWorld.toString()})(${createCrossing.toString()}, ${NAMES})`

/** Run in every new document of a window, in the preload's world: the real preload bundle inside a CommonJS wrapper. */
export const preloadScript = (preload: string): string =>
  `if (window.top === window && location.protocol !== 'about:') (${installPreloadWorld.toString()})(${createCrossing.toString()}, ${NAMES}, (require, module, exports) => { ${preload}\n})`

export const deliver = (message: object): string => `globalThis.${DELIVER}?.(${JSON.stringify(message)})`
