/** The switch by which the system starts Windfall at login: into the tray, without a window. */
export const HIDDEN_SWITCH = '--hidden'
export const LINK_SCHEME = 'windfall'
const RECEIPT_ENDING = '.wfreceipt'

export interface Launch {
  /** The agent's data directory, if one was named. */
  readonly data: string | null
  readonly hidden: boolean
  readonly links: readonly string[]
  /** Paths as they were given. */
  readonly receipts: readonly string[]
}

const DATA = '--data'
/** More than anybody opens at once. */
const MOST = 8

/**
 * What somebody wants who started this program. Chromium and Electron add and move switches of their own, which mean nothing here. What stands
 * behind a link may have come with it, out of its quotes, and is not read.
 */
export function readLaunch(all: readonly string[]): Launch {
  const link = all.findIndex(isLink)
  const argv = link === -1 ? all : all.slice(0, link + 1)
  const plain = argv.filter((argument) => !argument.startsWith('-'))
  return {
    data: dataOf(argv),
    hidden: argv.includes(HIDDEN_SWITCH),
    links: plain.filter(isLink),
    receipts: plain.filter((argument) => isReceiptPath(argument) && !isLink(argument)).slice(0, MOST),
  }
}

/** Does this argument look like a link for Windfall? */
export const isLink = (text: string): boolean => text.toLowerCase().startsWith(`${LINK_SCHEME}:`)

export const isReceiptPath = (path: string): boolean => path.toLowerCase().endsWith(RECEIPT_ENDING)

function dataOf(argv: readonly string[]): string | null {
  const at = argv.findIndex((argument) => argument === DATA || argument.startsWith(`${DATA}=`))
  const found = argv[at]
  if (found === undefined) return null
  const value = found === DATA ? argv[at + 1] : found.slice(DATA.length + 1)
  return value === undefined || value === '' || value.startsWith('-') ? null : value
}
