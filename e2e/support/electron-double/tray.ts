import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { isReady } from './app.ts'
import { type TrayRecord, trays } from './effects.ts'
import type { Menu } from './menu.ts'
import { strict } from './strict.ts'

const paths = new WeakMap<NativeImage, string>()

class NativeImage {
  readonly #path: string
  constructor(path: string) {
    this.#path = path
  }
  isEmpty(): boolean {
    return !existsSync(this.#path)
  }
}

export const nativeImage = strict('nativeImage', { createFromPath: load })

function load(path: string): NativeImage {
  const image = strict('NativeImage', new NativeImage(path))
  paths.set(image, path)
  return image
}

export class Tray extends EventEmitter {
  readonly #record: TrayRecord

  constructor(image: NativeImage) {
    super()
    if (!isReady()) throw new Error('Cannot create Tray before app is ready')
    this.#record = { image: nameOf(image), toolTip: '', menu: null }
    trays.push(this.#record)
    return strict('Tray', this)
  }
  setImage(image: NativeImage): void {
    this.#record.image = nameOf(image)
  }
  setToolTip(text: string): void {
    this.#record.toolTip = text
  }
  setContextMenu(menu: Menu | null): void {
    this.#record.menu = menu
  }
  setIgnoreDoubleClickEvents(): void {}
}

/** Electron refuses an image that it could not load. */
function nameOf(image: NativeImage): string {
  const path = paths.get(image) ?? ''
  if (image.isEmpty()) throw new Error(`Failed to load image from path '${path}'`)
  return basename(path)
}
