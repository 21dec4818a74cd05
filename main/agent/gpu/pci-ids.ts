type PciIds = { readonly vendorId: number; readonly deviceId: number }

const ALVEO_U200 = 'Alveo U200'
const ALVEO_U250 = 'Alveo U250'
const ALVEO_U280 = 'Alveo U280'
const ALVEO_U50 = 'Alveo U50'
const ALVEO_U55C = 'Alveo U55C'
const SMART_SSD = 'SmartSSD'

/** The vendors' own names; from the public PCI id list (pci-ids.ucw.cz). */
const ACCELERATOR_VENDORS: Readonly<Record<number, string>> = {
  0x10ee: 'Xilinx',
  0x1172: 'Altera',
  0x8086: 'Intel',
  0x1022: 'AMD',
  0x1ac1: 'Google Coral',
  0x1ae0: 'Google',
  0x1e60: 'Hailo',
  0x1da3: 'Habana Labs',
}

/**
 * Chips that compute but that Windfall does not use, from the public PCI id list. Only listed ids count: vendor 10ee also stands
 * on sound cards (3fc0 to 3fc6) and telephony boards, which were built around a Xilinx chip.
 */
const ACCELERATORS: Readonly<Record<string, string>> = {
  '10ee:5000': ALVEO_U200,
  '10ee:5001': ALVEO_U200,
  '10ee:5004': ALVEO_U250,
  '10ee:5005': ALVEO_U250,
  '10ee:500c': ALVEO_U280,
  '10ee:500d': ALVEO_U280,
  '10ee:5020': ALVEO_U50,
  '10ee:5021': ALVEO_U50,
  '10ee:505c': ALVEO_U55C,
  '10ee:505d': ALVEO_U55C,
  '10ee:d000': `${ALVEO_U200} (golden image)`,
  '10ee:d004': `${ALVEO_U250} (golden image)`,
  '10ee:d00c': `${ALVEO_U280} (golden image)`,
  '10ee:d020': `${ALVEO_U50} (golden image)`,
  '10ee:6987': SMART_SSD,
  '10ee:6988': SMART_SSD,
  '10ee:7011': '7-series FPGA',
  '1172:00a7': 'Stratix V FPGA',
  '1172:0530': 'Stratix IV FPGA',
  '8086:09c4': 'PAC with Arria 10 GX FPGA',
  '8086:0b2b': 'PAC D5005 FPGA',
  '1ac1:089a': 'Edge TPU',
  '1e60:2864': 'Hailo-8 AI processor',
  '1da3:0001': 'Goya HL-1000',
  '1da3:1000': 'Gaudi HL-2000',
  '1da3:1010': 'Gaudi HL-2000 (secured)',
  '1da3:1020': 'Gaudi 2',
  '1ae0:abcd': 'Pixel Neural Core',
}

const hex = (id: number): string => id.toString(16).padStart(4, '0')

/** `10de:2684`, the pair under which a device is found in the public PCI id list. */
export const pciIdText = ({ vendorId, deviceId }: PciIds): string => `${hex(vendorId)}:${hex(deviceId)}`

/** Name of a known accelerator without its vendor's, or `null` if the pair of ids is not one. */
export const acceleratorName = (ids: PciIds): string | null => ACCELERATORS[pciIdText(ids)] ?? null

export const acceleratorVendor = ({ vendorId }: Pick<PciIds, 'vendorId'>): string => ACCELERATOR_VENDORS[vendorId] ?? `PCI vendor ${hex(vendorId)}`
