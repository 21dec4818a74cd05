import { expect, onTestFinished, test } from 'vitest'
import { createAcceleratorFinder } from './accelerators.ts'
import { listPciDevices } from './pci.ts'
import { createFakeTree } from './sysfs.fake.ts'

const look = async (files: Readonly<Record<string, string>>) => {
  const sys = createFakeTree(files)
  onTestFinished(() => sys[Symbol.dispose]())
  const pci = listPciDevices(sys.root)
  return { pci, found: await createAcceleratorFinder({ sysRoot: sys.root }).find(pci, new AbortController().signal) }
}
const onPci = (ids: string, pciClass = '0x120000', busId = '0000:05:00.0') => {
  const [vendor, device] = ids.split(':')
  return {
    [`bus/pci/devices/${busId}/vendor`]: `0x${vendor}`,
    [`bus/pci/devices/${busId}/device`]: `0x${device}`,
    [`bus/pci/devices/${busId}/class`]: pciClass,
  }
}

test.each([
  ['10ee:5000', 'Xilinx', 'Alveo U200'],
  ['10ee:5005', 'Xilinx', 'Alveo U250'],
  ['10ee:500c', 'Xilinx', 'Alveo U280'],
  ['10ee:5020', 'Xilinx', 'Alveo U50'],
  ['10ee:505c', 'Xilinx', 'Alveo U55C'],
  ['10ee:d004', 'Xilinx', 'Alveo U250 (golden image)'],
  ['10ee:6987', 'Xilinx', 'SmartSSD'],
  ['10ee:7011', 'Xilinx', '7-series FPGA'],
  ['1172:00a7', 'Altera', 'Stratix V FPGA'],
  ['8086:09c4', 'Intel', 'PAC with Arria 10 GX FPGA'],
  ['8086:0b2b', 'Intel', 'PAC D5005 FPGA'],
  ['1ac1:089a', 'Google Coral', 'Edge TPU'],
  ['1e60:2864', 'Hailo', 'Hailo-8 AI processor'],
  ['1da3:1020', 'Habana Labs', 'Gaudi 2'],
  ['1ae0:abcd', 'Google', 'Pixel Neural Core'],
])('%s is %s %s, whatever class it names', async (ids, vendor, name) => {
  for (const pciClass of ['0x120000', '0x058000']) {
    const { found } = await look(onPci(ids, pciClass))
    expect(found).toMatchObject({
      sources: [],
      seen: [{ kind: 'accelerator', vendor, name, busId: '0000:05:00.0', reason: 'not-used', advice: expect.stringMatching(/^Seen, not used: /) }],
      covered: new Set(['0000:05:00.0']),
    })
  }
})

test.each([
  ['a sound card built around a Xilinx chip', '10ee:3fc0', '0x040100'],
  ['another of them', '10ee:3fc6', '0x040100'],
  ['a telephony board', '10ee:0314', '0x078000'],
  ['a network card', '8086:1572', '0x020000'],
])('%s is not an accelerator', async (_name, ids, pciClass) => {
  expect((await look(onPci(ids, pciClass))).found.seen).toEqual([])
})

test('a chip of the accelerator class that nobody has listed is seen by its ids', async () => {
  expect((await look(onPci('1234:abcd'))).found.seen).toMatchObject([{ vendor: 'PCI vendor 1234', name: 'Processing accelerator 1234:abcd' }])
})

test('a compute card of AMD is a GPU, though it calls itself an accelerator', async () => {
  const { pci, found } = await look(onPci('1002:74a1'))
  expect(pci).toMatchObject([{ kind: 'gpu' }])
  expect(found).toMatchObject({ seen: [], covered: new Set() })
})

test('the two functions of one card are one card', async () => {
  const { found } = await look({ ...onPci('10ee:5000', '0x120000', '0000:05:00.0'), ...onPci('10ee:5001', '0x120000', '0000:05:00.1') })
  expect(found.seen).toHaveLength(1)
  expect(found.covered).toEqual(new Set(['0000:05:00.0', '0000:05:00.1']))
})

test.each([
  ['1a6e', '089a', 'Edge TPU (USB, firmware not loaded)'],
  ['18d1', '9302', 'Edge TPU (USB)'],
])('Coral on USB: %s:%s', async (idVendor, idProduct, name) => {
  const { found } = await look({
    'bus/usb/devices/1-2/idVendor': idVendor,
    'bus/usb/devices/1-2/idProduct': idProduct,
    'bus/usb/devices/usb1/idVendor': '1d6b',
  })
  expect(found.seen).toMatchObject([{ kind: 'accelerator', name, busId: null }])
})
