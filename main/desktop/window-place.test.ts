import { expect, test } from 'vitest'
import { placeWindow } from './window-place.ts'

const LEFT = { x: 0, y: 0, width: 1920, height: 1040 }
const RIGHT = { x: 1920, y: 0, width: 2560, height: 1400 }
const SIZE = { width: 1080, height: 720 }

test.each([
  ['where it was', { ...SIZE, x: 100, y: 50 }, [LEFT], { ...SIZE, x: 100, y: 50 }],
  ['where it was, on the second display', { ...SIZE, x: 2500, y: 400 }, [LEFT, RIGHT], { ...SIZE, x: 2500, y: 400 }],
  ['in the middle when its display is gone', { ...SIZE, x: 2500, y: 400 }, [LEFT], SIZE],
  ['in the middle the first time', SIZE, [LEFT], SIZE],
  ['no larger than the display', { width: 2500, height: 1400, x: 0, y: 0 }, [LEFT], { width: 1920, height: 1040, x: 0, y: 0 }],
  ['pulled back from behind the edge', { ...SIZE, x: 1800, y: -30 }, [LEFT], { ...SIZE, x: 840, y: 0 }],
  ['not where only its last pixels would show', { ...SIZE, x: 1900, y: 50 }, [LEFT], SIZE],
  ['not below the display', { ...SIZE, x: 100, y: 1030 }, [LEFT], SIZE],
  ['as it was where nobody knows the displays', { ...SIZE, x: 1, y: 2 }, [], { ...SIZE, x: 1, y: 2 }],
] as const)('a window opens %s', (_where, kept, areas, expected) => expect(placeWindow(kept, areas)).toEqual(expected))
