import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { PowerSource } from '../power-source.ts'
import { amdSource } from './amd.ts'
import { createDrmClients } from './drm-clients.ts'
import type { Finder } from './found.ts'
import { intelSource } from './intel.ts'
import { AMD, INTEL, type PciDevice, vendorName } from './pci.ts'
import { pciIdText } from './pci-ids.ts'
import { hwmonOf } from './sysfs.ts'

export interface SysfsDeps {
  readonly clock: Clock
  readonly sysRoot: string
  readonly procRoot: string
}

const ASLEEP = 'It sleeps to save power and is not woken to be looked at. Use it once, then look again.'
const NO_DRIVER = 'No graphics driver serves it. Install the driver of its vendor.'
const NO_METER = 'Its driver has no power meter that Windfall can read.'

/** AMD and Intel GPUs through the files of the Linux kernel, and a word on every other GPU on the list it is given. */
export function createSysfsFinder({ clock, sysRoot, procRoot }: SysfsDeps): Finder {
  const known = new Map<string, PowerSource>()
  const deps = { clock, clients: createDrmClients({ procRoot, sysRoot, clock }) }
  const sourceOf = (device: PciDevice): PowerSource | null => {
    const key = keyOf(device)
    const source = known.get(key) ?? (device.asleep ? null : (BY_VENDOR[device.vendorId]?.(device, deps) ?? null))
    if (source) known.set(key, source)
    return source
  }
  return {
    find: async (pci) => {
      const gpus = pci.filter(({ kind }) => kind === 'gpu')
      const present = new Set(gpus.map(keyOf))
      for (const key of known.keys()) if (!present.has(key)) known.delete(key)
      const found = gpus.map((device) => (isServed(device) ? sourceOf(device) : null) ?? seen(device))
      return {
        sources: found.filter((one) => 'sample' in one),
        seen: found.filter((one) => 'advice' in one),
        covered: new Set(gpus.map(({ busId }) => busId)),
      }
    },
  }
}

const BY_VENDOR: Readonly<Record<number, typeof amdSource>> = { [AMD]: amdSource, [INTEL]: intelSource }

/** A card handed to a virtual machine belongs to that machine. */
const isServed = ({ driver }: PciDevice): boolean => driver !== null && driver !== 'vfio-pci'

/** Another driver, or the same one loaded anew, has other files. */
const keyOf = (device: PciDevice): string => [device.busId, pciIdText(device), device.driver, hwmonOf(device.path)].join(' ')

function seen(device: PciDevice): SeenDevice {
  const [reason, advice] = !isServed(device)
    ? (['no-driver', NO_DRIVER] as const)
    : device.asleep
      ? (['asleep', ASLEEP] as const)
      : (['no-meter', NO_METER] as const)
  const vendor = vendorName(device.vendorId)
  return { kind: 'gpu', vendor, name: `${vendor} GPU ${pciIdText(device)}`, busId: device.busId, reason, advice }
}
