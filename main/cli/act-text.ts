/** Acts in words. */
import { ActBody, ActDetails, type ActEntry, type ActSummary } from '../../shared/contract/audit.ts'
import type { ActCheck } from '../coordinator/audit/act-check.ts'
import { dateWord, ownTimeZone } from './clock-time.ts'
import { table } from './output.ts'

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
const MAX_WHO = 40

const rowOf = ({ seq, at, call, actor, outcome, code, about }: ActSummary): string[] => [
  String(seq),
  dateWord(Date.parse(at), ownTimeZone()),
  cut(actor, MAX_WHO),
  outcome === 'done' ? 'done' : `${outcome} (${code})`,
  call,
  about.join(', '),
]

/** One row per act under a header; times by the clock of this machine. */
export const actTable = (acts: readonly ActSummary[]): string[] => table([['act', 'at', 'who', 'outcome', 'what', 'about'], ...acts.map(rowOf)])

const wordsOf = (members: object): string =>
  Object.entries(members)
    .map(([name, member]) => `${name} ${String(member)}`)
    .join(', ')

function detailLines(details: string | null): string[] {
  if (details === null) return ['details    no longer kept; their hash is']
  const { network, credential, input, changes } = ActDetails.parse(JSON.parse(details))
  return [
    `from       ${network}${credential === null ? '' : `, as ${credential}…`}`,
    `asked      ${wordsOf(input) || '–'}`,
    ...changes.map(({ decision, kind, change }) => `changed    ${kind} (decision ${decision})${change ? `: ${wordsOf(change)}` : ''}`),
  ]
}

/** One act in words. */
export function describeAct({ record, details }: ActEntry): string[] {
  const { actor, outcome, code, about, id } = ActBody.parse(JSON.parse(record.body))
  return [
    `act        ${record.seq}, ${record.kind}, ${record.at}`,
    `who        ${actor}`,
    `outcome    ${outcome}${code === null ? '' : ` (${code})`}`,
    `about      ${about.join(', ') || '–'}`,
    ...detailLines(details),
    `request    ${id}`,
    '',
    `hash       ${record.hash}`,
    `before     ${record.prevHash}`,
  ]
}

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** What a log of acts was found to be; `logId` is the key it was signed by. */
export function describeActCheck({ acts, lastHash, forgotten, heads, signedUpTo, problem }: ActCheck, logId: string): string[] {
  if (problem !== null) return [`NOT SOUND ${problem}`]
  const open = acts - signedUpTo
  return [
    `acts       ${acts}, each as it was hashed, on the one before it`,
    `newest     ${lastHash ?? '–'}`,
    `signed     up to act ${signedUpTo}, ${many(heads, 'head')} by ${logId}${open > 0 ? `; ${many(open, 'act')} since` : ''}`,
    ...(forgotten > 0 ? [`forgotten  what stood beside ${many(forgotten, 'act')}`] : []),
    'Sound.',
  ]
}
