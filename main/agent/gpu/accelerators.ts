import { join } from 'node:path'
import type { SeenDevice } from '../../../shared/contract/device.ts'
import type { Finder } from './found.ts'
import type { PciDevice } from './pci.ts'
import { acceleratorName, acceleratorVendor, pciIdText } from './pci-ids.ts'
import { listNames, readText } from './sysfs.ts'

const NOT_USED = 'Seen, not used: Windfall runs no jobs on this kind of hardware, and it has no power meter of its own that can be read.'

/** Coral's USB stick names its bootloader's maker until its firmware is loaded, then Google. */
const USB_ACCELERATORS: Readonly<Record<string, string>> = { '1a6e:089a': 'Edge TPU (USB, firmware not loaded)', '18d1:9302': 'Edge TPU (USB)' }

/** FPGAs, TPUs and NPUs on the PCI bus and on USB. They are listed for the owner, and nothing else is done with them. */
export const createAcceleratorFinder = ({ sysRoot }: { readonly sysRoot: string }): Finder => ({
  find: async (pci) => {
    const onPci = pci.filter(({ kind }) => kind === 'accelerator')
    return {
      sources: [],
      seen: [...firstFunctions(onPci).map(seenOnPci), ...listUsb(sysRoot)],
      covered: new Set(onPci.map(({ busId }) => busId)),
    }
  },
})

/** A card shows several functions, one for its management and one for its user; it is still one card. */
const firstFunctions = (devices: readonly PciDevice[]): PciDevice[] => {
  const slots = Map.groupBy(devices, ({ busId }) => busId.replace(/\.[^.]*$/, ''))
  return [...slots.values()].flatMap(([first]) => (first ? [first] : []))
}

const seenOnPci = (device: PciDevice): SeenDevice => ({
  kind: 'accelerator',
  vendor: acceleratorVendor(device),
  name: acceleratorName(device) ?? `Processing accelerator ${pciIdText(device)}`,
  busId: device.busId,
  reason: 'not-used',
  advice: NOT_USED,
})

function listUsb(sysRoot: string): SeenDevice[] {
  const root = join(sysRoot, 'bus/usb/devices')
  return listNames(root).flatMap((folder) => {
    const ids = `${readText(join(root, folder, 'idVendor'))}:${readText(join(root, folder, 'idProduct'))}`
    const name = USB_ACCELERATORS[ids.toLowerCase()]
    return name ? [{ kind: 'accelerator', vendor: 'Google Coral', name, busId: null, reason: 'not-used', advice: NOT_USED }] : []
  })
}
