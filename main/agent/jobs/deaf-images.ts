import { z } from 'zod'
import { Digest } from '../../../shared/contract/wire.ts'
import type { SettingsStore } from '../settings.store.ts'

const KEY = 'deaf-images'
/** The latest so many are remembered. */
export const MOST_DEAF = 256
const Known = z.array(Digest).max(MOST_DEAF)

/** Images whose jobs did not end in the time they were given to save their work: nobody has to wait for them again. */
export interface DeafImages {
  readonly has: (image: string) => boolean
  readonly add: (image: string) => void
}

/** Survives restart. */
export function createDeafImages(settings: SettingsStore): DeafImages {
  const known = (): string[] => settings.get(KEY, Known) ?? []
  return {
    has: (image) => known().includes(image),
    add: (image) => settings.set(KEY, [...known().filter((one) => one !== image), image].slice(-MOST_DEAF)),
  }
}
