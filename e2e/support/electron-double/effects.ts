import type { Menu } from './menu.ts'

/** Everything the application did to the outside world, for specs to look at. */
export interface Effect {
  readonly what: string
  readonly detail: unknown
}

export interface TrayRecord {
  image: string
  toolTip: string
  menu: Menu | null
}

export const effects: Effect[] = []
export const trays: TrayRecord[] = []
export const record = (what: string, detail: unknown = null): void => void effects.push({ what, detail })

export interface Preventable {
  defaultPrevented: boolean
  preventDefault: () => void
}

export function preventable<E extends object>(extra?: E): Preventable & E {
  const event = { ...extra, defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) } as Preventable & E
  return event
}
