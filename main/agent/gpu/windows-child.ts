/** Entry of the process that asks Windows. A test names one library that stands in for all of Windows' own. */
import { type EnergyMeters, openEnergyMeters } from './emi.ts'
import { type Pdh, openPdh } from './pdh.ts'
import { serveReader } from './reader-child.ts'
import { type AdapterPlace, openAdapters } from './windows-adapters.ts'
import { type WindowsReply, WindowsRequest } from './windows-protocol.ts'
import { adapterUses } from './windows-usage.ts'

const library = process.argv[2]
let pdh: Pdh | null = null
let placeOf: ((luid: string) => AdapterPlace) | null = null
let meters: EnergyMeters | null = null

function adapters(): WindowsReply {
  pdh ??= openPdh(library)
  const find = (placeOf ??= openAdapters(library))
  return { adapters: adapterUses(pdh.look()).map((use) => ({ ...use, ...find(use.luid) })) }
}

const openMeters = (): EnergyMeters => (meters ??= openEnergyMeters(library === undefined ? {} : { config: library, kernel: library }))

function answer(request: WindowsRequest): WindowsReply {
  if (request.ask === 'adapters') return adapters()
  if (request.ask === 'meters') return { meters: openMeters().channels.map((channel, id) => ({ id, channel })) }
  return { energyMj: openMeters().energyMj(request.id) }
}

serveReader({
  request: WindowsRequest,
  answer,
  close: () => {
    pdh?.close()
    meters?.close()
  },
})
