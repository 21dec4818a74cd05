import { windowSupport } from '../window.ts'
import { type Check, ok } from '../../doctor/check.ts'

export const WINDOW_CHECKS: readonly Check[] = [
  {
    code: 'window',
    look: async ({ environment, platform }) => {
      const { electron, why } = windowSupport(environment, platform)
      return [ok(electron ? `Electron at ${electron}` : `${why}; the window opens in a browser instead`)]
    },
  },
]
