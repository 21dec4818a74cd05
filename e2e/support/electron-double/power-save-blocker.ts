import { record } from './effects.ts'
import { strict } from './strict.ts'

const held = new Set<number>()
let last = 0

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start: (type: 'prevent-app-suspension' | 'prevent-display-sleep'): number => {
    held.add(++last)
    record('powerSaveBlocker.start', type)
    return last
  },
  stop: (id: number): boolean => {
    record('powerSaveBlocker.stop', id)
    return held.delete(id)
  },
  isStarted: (id: number): boolean => held.has(id),
})
