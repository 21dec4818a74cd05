import { isReady } from './app.ts'
import { strict } from './strict.ts'

const AREA = { x: 0, y: 0, width: 1920, height: 1040 }

export const screen = strict('screen', {
  getAllDisplays: (): { id: number; workArea: typeof AREA }[] => {
    if (!isReady()) throw new Error('screen cannot be used before app is ready')
    return [{ id: 1, workArea: AREA }]
  },
})
