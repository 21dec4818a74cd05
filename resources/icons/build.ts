import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packIcns } from './icns.ts'
import { packIco } from './ico.ts'
import { type Colour, type Layer, paint } from './png.ts'
import { APP_SIGN, APP_TILE, TRAY_SHAPES } from './shapes.ts'

const BLACK: Colour = [0, 0, 0]
const BARK: Colour = [29, 35, 30]
const PAPER: Colour = [246, 245, 239]
const LEAF: Colour = [31, 107, 69]

/** macOS wants black templates of 16 pt; the bars of Linux get a dark or a light sign of 22 px. Both take the double size where pixels are small. */
const PNG_VARIANTS = [
  { suffix: 'Template', colour: BLACK, size: 16 },
  { suffix: '-dark', colour: BARK, size: 22 },
  { suffix: '-light', colour: PAPER, size: 22 },
] as const

/** Windows chooses by the scale of the display. */
const ICO_SIZES = [16, 20, 24, 32, 40, 48]
/** Programs for Windows and macOS bear their icon inside themselves. */
const PROGRAM_ICO_SIZES = [16, 24, 32, 48, 64, 128, 256]
const ICNS_SIZES = [128, 256, 512, 1_024]
const ICO_VARIANTS = [
  { suffix: '-dark', colour: BARK },
  { suffix: '-light', colour: PAPER },
] as const

const APP: readonly Layer[] = [
  { shape: APP_TILE, colour: LEAF },
  { shape: APP_SIGN, colour: PAPER },
]

/** Writes the application icon (512 px, and as Windows and macOS want it) and every tray sign, as each system wants it, into `directory`. */
export function buildIcons(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, shape] of Object.entries(TRAY_SHAPES)) {
    for (const { suffix, colour, size } of PNG_VARIANTS) {
      writeFileSync(join(directory, `${name}${suffix}.png`), paint(size, [{ shape, colour }]))
      writeFileSync(join(directory, `${name}${suffix}@2x.png`), paint(size * 2, [{ shape, colour }]))
    }
    for (const { suffix, colour } of ICO_VARIANTS) writeFileSync(join(directory, `${name}${suffix}.ico`), packIco(painted(ICO_SIZES, [{ shape, colour }])))
  }
  writeFileSync(join(directory, 'app.png'), paint(512, APP))
  writeFileSync(join(directory, 'app.ico'), packIco(painted(PROGRAM_ICO_SIZES, APP)))
  writeFileSync(join(directory, 'app.icns'), packIcns(painted(ICNS_SIZES, APP)))
}

const painted = (sizes: readonly number[], layers: readonly Layer[]) => sizes.map((size) => ({ size, png: paint(size, layers) }))
