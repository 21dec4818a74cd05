import { join } from 'node:path'
import { listNames, readText } from './sysfs.ts'

/**
 * Whether a screen is lit by this device: one of its connectors (`drm/card1/card1-DP-1` in its sysfs folder) is in use.
 * `null` if no driver lists connectors. The kernel answers from memory, so nothing is woken.
 */
export function drivesDisplay(path: string): boolean | null {
  const cards = listNames(join(path, 'drm')).filter((name) => /^card\d+$/.test(name))
  if (cards.length === 0) return null
  return cards.some((card) => {
    const folder = join(path, 'drm', card)
    const connectors = listNames(folder).filter((name) => name.startsWith(`${card}-`))
    return connectors.some((name) => readText(join(folder, name, 'status')) === 'connected' && readText(join(folder, name, 'enabled')) === 'enabled')
  })
}
