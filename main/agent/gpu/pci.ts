import { join } from 'node:path'
import { linkName, listNames, readNumber, readText } from './sysfs.ts'

export interface PciDevice {
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

export const vendorName = (vendorId: number): string => VENDORS[vendorId] ?? `PCI vendor ${hex(vendorId)}`

const hex = (id: number): string => id.toString(16).padStart(4, '0')

/** `10de:2684`, the pair under which a device is found in the public PCI id list. */
export const pciIdText = ({ vendorId, deviceId }: Pick<PciDevice, 'vendorId' | 'deviceId'>): string => `${hex(vendorId)}:${hex(deviceId)}`

/** Brings NVML's `00000000:01:00.0` to the form of sysfs. */
export const sysfsBusId = (busId: string): string => busId.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '')

const DISPLAY_CLASS = 0x03

/** Graphics devices on the PCI bus (class 0x03), whether or not a driver serves them. Reading these files wakes nothing. */
export function listDisplayDevices(sysRoot: string): PciDevice[] {
  const root = join(sysRoot, 'bus/pci/devices')
  return listNames(root).flatMap((busId) => {
    const path = join(root, busId)
    const pciClass = readNumber(join(path, 'class'))
    if (pciClass === null || pciClass >> 16 !== DISPLAY_CLASS) return []
    return [describe(busId, path)]
  })
}

const describe = (busId: string, path: string): PciDevice => {
  const status = readText(join(path, 'power/runtime_status'))
  return {
    busId: busId.toLowerCase(),
    path,
    vendorId: readNumber(join(path, 'vendor')) ?? 0,
    deviceId: readNumber(join(path, 'device')) ?? 0,
    driver: linkName(join(path, 'driver')),
    asleep: isAsleep(status),
    sleeps: readText(join(path, 'power/control')) === 'auto' && status !== null && status !== 'unsupported',
  }
}

const isAsleep = (status: string | null): boolean => status === 'suspended' || status === 'suspending'

/** Asks again whether a device sleeps at this moment. */
export const sleepsNow = (path: string): boolean => isAsleep(readText(join(path, 'power/runtime_status')))
