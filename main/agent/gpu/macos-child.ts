/** Entry of the process that holds Apple's library. A test names one library that stands in for it and for CoreFoundation. */
import { appleEnergy } from './ioreport-energy.ts'
import { type IoReport, openIoReport } from './ioreport.ts'
import { MacosRequest } from './macos-protocol.ts'
import { serveReader } from './reader-child.ts'

const library = process.argv[2]
let report: IoReport | null = null

serveReader({
  request: MacosRequest,
  answer: () => {
    report ??= openIoReport(library === undefined ? {} : { library, foundation: library })
    return appleEnergy(report.channels())
  },
  close: () => report?.close(),
})
