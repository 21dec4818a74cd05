import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Diagnosis } from '../../shared/contract/diagnosis.ts'
import { toIso } from '../../shared/units.ts'
import { createRedaction } from '../kernel/hidden.ts'
import type { RecentLine } from '../kernel/recent-log.ts'

export interface ReportInput {
  /** Epoch milliseconds. */
  readonly at: number
  readonly status: AgentStatus
  readonly diagnosis: Diagnosis
  /** The oldest first. */
  readonly log: readonly RecentLine[]
  /** Of what runs, such as Node, and of the system. */
  readonly versions: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  /** Takes out who the machine and its user are. */
  readonly anonymous: (text: string) => string
}

const LOG_LINES = 150
const LONGEST = 100_000

/** Base58 of 32 bytes: an address or the id of a key on Solana. */
const ADDRESS = /(?<![\w-])[1-9A-HJ-NP-Za-km-z]{32,44}(?![\w-])/g
/** Base64url of 32 bytes: the id of a node or of its key. */
const KEY_ID = /(?<![\w-])[\w-]{43}(?![\w-])/g
/** A password, a token or a signature, whatever it opens. */
const LONG = /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{64,}(?![\w-])/g

const ends = (text: string): string => `${text.slice(0, 4)}…${text.slice(-4)}`

/** Without secrets, without names, and with addresses shortened to their ends. */
function presentable(text: string, { secrets, anonymous }: Pick<ReportInput, 'secrets' | 'anonymous'>): string {
  return anonymous(createRedaction(secrets)(text)).replaceAll(LONG, ends).replaceAll(KEY_ID, ends).replaceAll(ADDRESS, ends)
}

/**
 * A report in Markdown that an owner reads before anybody else does: versions, what Windfall does and why, devices, findings that are not in
 * order, and the newest lines of the log.
 */
export function problemReport(input: ReportInput): string {
  const { at, status, diagnosis, versions, log } = input
  const lines = [
    '# Windfall problem report',
    '',
    `Made ${toIso(at)}.`,
    '',
    ...section(
      'Versions',
      Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    ),
    ...section('State', stateLines(status)),
    ...section('Devices', deviceLines(status)),
    ...section('Checks', checkLines(diagnosis)),
    ...section(`Log, the newest ${Math.min(LOG_LINES, log.length)} of ${log.length} lines`, log.slice(-LOG_LINES).map(logLine), ['```']),
  ]
  return presentable(lines.join('\n'), input).slice(0, LONGEST)
}

const section = (title: string, lines: readonly string[], fence: readonly string[] = []): string[] => [
  `## ${title}`,
  '',
  ...fence,
  ...lines.map(inOneLine),
  ...fence,
  '',
]

/** Others have a part in some of what is said: it begins no heading, and neither begins nor ends a block. */
const inOneLine = (line: string): string => line.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').replaceAll('`', "'")

function stateLines({ display, policy, reasons, node, coordinator, running }: AgentStatus): string[] {
  return [
    `- shows: ${display} (${policy})`,
    ...reasons.map(({ code, message }) => `- reason: ${code}: ${message}`),
    `- zone: ${node.zone}`,
    `- coordinator: ${coordinator.state}${coordinator.message === null ? '' : `: ${coordinator.message}`}`,
    `- jobs that run: ${running.length}`,
    `- key: ${node.key.alg}, ${node.key.sealed ? 'sealed' : 'not sealed'}`,
  ]
}

const deviceLines = ({ devices, seen }: AgentStatus): string[] => [
  ...devices.map(
    ({ name, kind, driver, method, reader, state, enabled }) =>
      `- ${name} (${kind}, ${driver}): ${method} by ${reader}, ${state}${enabled ? '' : ', switched off'}`,
  ),
  ...seen.map(({ name, reason }) => `- ${name}: seen, not used (${reason})`),
]

function checkLines({ state, groups }: Diagnosis): string[] {
  const all = groups.flatMap(({ results }) => results)
  if (all.length === 0) return [state === 'running' ? '- still running' : '- not run']
  const open = all.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')
  return [
    `- ${all.length} findings, ${open.length} of them not in order`,
    ...open.map(({ code, verdict, evidence, fix }) => `- ${verdict} ${code}: ${evidence}${fix === null ? '' : ` -> ${fix}`}`),
  ]
}

const logLine = ({ at, level, message, about }: RecentLine): string => `${toIso(at)} ${level} ${message}${about === '' ? '' : ` {${about}}`}`
