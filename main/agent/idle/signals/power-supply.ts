import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** `none`: there is no battery, as in a desktop. `unknown`: nobody can say, which counts as running on battery. */
export type PowerSupply = 'mains' | 'battery' | 'none' | 'unknown'

/** Where the machine's power comes from, by `/sys/class/power_supply` (kernel ABI `sysfs-class-power`). */
export function readPowerSupply(sysRoot: string): PowerSupply {
  const root = join(sysRoot, 'class/power_supply')
  const names = tolerant(() => readdirSync(root))
  if (!names) return 'unknown'
  const supplies = names.map((name) => describe(join(root, name)))
  // The battery of a mouse or a headset says nothing about the machine.
  const batteries = supplies.filter(({ type, scope }) => type === 'Battery' && scope !== 'Device')
  if (batteries.length === 0) return 'none'
  if (supplies.some(({ type, online }) => type !== 'Battery' && online === '1')) return 'mains'
  if (batteries.some(({ status }) => status === 'Discharging')) return 'battery'
  return batteries.every(({ status }) => status === 'Charging' || status === 'Full' || status === 'Not charging') ? 'mains' : 'unknown'
}

const describe = (path: string) => ({
  type: text(join(path, 'type')),
  scope: text(join(path, 'scope')),
  online: text(join(path, 'online')),
  status: text(join(path, 'status')),
})

const text = (path: string): string | null => tolerant(() => readFileSync(path, 'utf8').trim())

function tolerant<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
