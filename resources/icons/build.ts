import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Colour, paint } from './png.ts'
import { APP_SIGN, APP_TILE, TRAY_SHAPES } from './shapes.ts'

const BLACK: Colour = [0, 0, 0]
const BARK: Colour = [29, 35, 30]
const PAPER: Colour = [246, 245, 239]
const LEAF: Colour = [31, 107, 69]

/** macOS wants black templates of 16 pt; other bars get a dark or a light sign of 22 px and its double. */
const TRAY_VARIANTS = [
  { suffix: 'Template', colour: BLACK, size: 16 },
  { suffix: '-dark', colour: BARK, size: 22 },
  { suffix: '-light', colour: PAPER, size: 22 },
] as const

/** Writes the application icon (512 px) and every tray sign, at single and double density, into `directory`. */
export function buildIcons(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, shape] of Object.entries(TRAY_SHAPES)) {
    for (const { suffix, colour, size } of TRAY_VARIANTS) {
      writeFileSync(join(directory, `${name}${suffix}.png`), paint(size, [{ shape, colour }]))
      writeFileSync(join(directory, `${name}${suffix}@2x.png`), paint(size * 2, [{ shape, colour }]))
    }
  }
  const sign = [
    { shape: APP_TILE, colour: LEAF },
    { shape: APP_SIGN, colour: PAPER },
  ]
  writeFileSync(join(directory, 'app.png'), paint(512, sign))
}
