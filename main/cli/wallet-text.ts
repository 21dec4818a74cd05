import { encodeQR } from 'qr'
import type { AddressSource, WalletLink, WalletView } from '../../shared/contract/wallet.ts'
import { fromIso } from '../../shared/units.ts'
import { dateWord, ownTimeZone } from './clock-time.ts'

const SOURCES: Readonly<Record<AddressSource, string>> = { settings: 'from the agent’s settings', pasted: 'typed in', wallet: 'signed for by its wallet' }

const at = (iso: string): string => dateWord(fromIso(iso), ownTimeZone())
const sourceWords = (source: AddressSource | null): string => (source === null ? '' : `, ${SOURCES[source]}`)

/** Black on white whatever the colours of the terminal are: not every camera reads it the other way round. */
const [PAPER, END] = ['\u001b[30;107m', '\u001b[0m']

const cell = (upper: boolean, lower: boolean): string => (upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ')

/** Whether colours are wanted where people read along: at a terminal that is not dumb, and not where `NO_COLOR` says otherwise (no-color.org). */
const isColoured = (): boolean => process.stderr.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'

/** A QR code for a terminal, two rows in a line, with the quiet margin that cameras need. Without colours it is drawn for a dark terminal, in light on dark. */
export function qrLines(text: string, coloured: boolean = isColoured()): string[] {
  const rows = encodeQR(text, 'raw', { ecc: 'low' })
  const pairs = Array.from({ length: Math.ceil(rows.length / 2) }, (_, at) => [rows[2 * at] ?? [], rows[2 * at + 1] ?? []] as const)
  const drawn = (isDark: boolean | undefined): boolean => (isDark === true) === coloured
  const lines = pairs.map(([upper, lower]) => upper.map((dark, column) => cell(drawn(dark), drawn(lower[column]))).join(''))
  return coloured ? lines.map((line) => `${PAPER}${line}${END}`) : lines
}

/** Where a machine is paid. */
export function describeWallet({ address, source, since, pending, link, history }: WalletView): string[] {
  return [
    address === null
      ? 'This machine has no address to be paid to yet. Link a wallet: windfall wallet link'
      : `paid to     ${address}${sourceWords(source)}${since ? `, since ${at(since)}` : ''}`,
    ...(pending
      ? [
          `changes to  ${pending.address}${sourceWords(pending.source)}, at ${at(pending.effectiveAt)}`,
          '            Nothing is paid out by itself until then. If you did not ask for it: windfall wallet cancel',
        ]
      : []),
    ...(link
      ? [`linking     code ${link.code}, ${link.state === 'signed' ? `signed by ${link.address}` : `waits for a wallet until ${at(link.expiresAt)}`}`]
      : []),
    ...history.slice(1).map((old) => `before      ${old.address}${sourceWords(old.source)}, since ${at(old.since)}`),
  ]
}

/** What an owner does to link a wallet. */
export const describeLink = ({ code, url, reachable, expiresAt }: WalletLink, qr: boolean): string[] => [
  `Open this page in the browser that has your wallet, by ${at(expiresAt)}:`,
  `  ${url}`,
  `It shows the code ${code}. If it shows another one, close it.`,
  ...(qr && reachable ? ['On a phone, scan this:', ...qrLines(url)] : []),
  ...(reachable ? [] : ['A phone cannot reach this coordinator: it answers this machine only.']),
]
