import { join } from 'node:path'
import { acceleratorName } from './pci-ids.ts'
import { linkName, listNames, readNumber, readText } from './sysfs.ts'

export { pciIdText } from './pci-ids.ts'

export interface PciDevice {
  /** `gpu`: display controllers, and AMD's compute cards without one. `accelerator`: everything else that computes and is known as such. */
  readonly kind: 'gpu' | 'accelerator'
  /** Such as `0000:01:00.0`. */
  readonly busId: string
  /** Folder of the device in sysfs. */
  readonly path: string
  readonly vendorId: number
  readonly deviceId: number
  readonly driver: string | null
  /** The device is powered down and would be woken by a question. */
  readonly asleep: boolean
  /** Linux powers the device down by itself when nobody uses it. */
  readonly sleeps: boolean
}

export const NVIDIA = 0x10de
export const AMD = 0x1002
export const INTEL = 0x8086

const VENDORS: Readonly<Record<number, string>> = { [NVIDIA]: 'NVIDIA', [AMD]: 'AMD', [INTEL]: 'Intel' }

export const vendorName = (vendorId: number): string => VENDORS[vendorId] ?? `PCI vendor ${vendorId.toString(16).padStart(4, '0')}`

/** Brings NVML's `00000000:01:00.0` to the form of sysfs. */
export const sysfsBusId = (busId: string): string => busId.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '')

const DISPLAY_CLASS = 0x03
const PROCESSING_CLASS = 0x12

/** Graphics devices and accelerators on the PCI bus, whether or not a driver serves them. Reading these files wakes nothing. */
export function listPciDevices(sysRoot: string): PciDevice[] {
  const root = join(sysRoot, 'bus/pci/devices')
  return listNames(root).flatMap((busId) => {
    const path = join(root, busId)
    const ids = { vendorId: readNumber(join(path, 'vendor')) ?? 0, deviceId: readNumber(join(path, 'device')) ?? 0 }
    const kind = kindOf((readNumber(join(path, 'class')) ?? 0) >> 16, ids)
    return kind ? [{ kind, busId: busId.toLowerCase(), path, ...ids, ...stateOf(path) }] : []
  })
}

/** AMD's largest compute cards name themselves processing accelerators, but amdgpu serves them like any other of its cards. */
function kindOf(baseClass: number, ids: Pick<PciDevice, 'vendorId' | 'deviceId'>): PciDevice['kind'] | null {
  if (acceleratorName(ids) !== null) return 'accelerator'
  if (baseClass === DISPLAY_CLASS || (baseClass === PROCESSING_CLASS && ids.vendorId === AMD)) return 'gpu'
  return baseClass === PROCESSING_CLASS ? 'accelerator' : null
}

const stateOf = (path: string): Pick<PciDevice, 'driver' | 'asleep' | 'sleeps'> => {
  const status = readText(join(path, 'power/runtime_status'))
  return {
    driver: linkName(join(path, 'driver')),
    asleep: isAsleep(status),
    sleeps: readText(join(path, 'power/control')) === 'auto' && status !== null && status !== 'unsupported',
  }
}

const isAsleep = (status: string | null): boolean => status === 'suspended' || status === 'suspending'

/** Asks again whether a device sleeps at this moment. */
export const sleepsNow = (path: string): boolean => isAsleep(readText(join(path, 'power/runtime_status')))
