/** The one place where codes become words. Each state has a tone, a glyph and a word, so that colour alone never carries it. */
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { AgentPayout, AgentStatus } from '../../shared/contract/agent.ts'
import type { Device, DeviceKey, SeenDevice } from '../../shared/contract/device.ts'
import type { Display } from '../../shared/contract/policy.ts'
import type { MeterMethod } from '../../shared/domain/energy-proof.ts'
import { goesOnLater, makesRoom } from '../../shared/domain/running-jobs.ts'
import type { VerificationStep } from '../../shared/domain/verification.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatMoment } from './format.ts'

export type Tone = 'leaf' | 'slate' | 'honey' | 'madder' | 'plain'
export type GlyphName =
  | 'drop'
  | 'ring'
  | 'half'
  | 'half-right'
  | 'bars'
  | 'bang'
  | 'check'
  | 'cross'
  | 'arrow'
  | 'arrow-back'
  | 'recorded'
  | 'modelled'
  | 'moon'

export interface Word {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly word: string
}

const word = (tone: Tone, glyph: GlyphName, text: string): Word => ({ tone, glyph, word: text })

const DISPLAY: Readonly<Record<Exclude<Display, 'paused' | 'finishing'>, Word>> = {
  earning: word('leaf', 'drop', t('Earning')),
  ready: word('plain', 'ring', t('Ready — no job right now')),
  waiting: word('slate', 'half', t('Waiting')),
  'action-needed': word('honey', 'bang', t('Action needed')),
}

/** Headline of the whole machine. */
export function displayWord({ display, pausedUntil, running }: Pick<AgentStatus, 'display' | 'pausedUntil' | 'running'>, now: number): Word {
  if (display === 'finishing')
    return word('slate', 'half-right', t('{jobs, plural, one {Finishing this job} other {Finishing # jobs}}', { jobs: Math.max(1, running.length) }))
  if (display !== 'paused') return DISPLAY[display]
  return word('slate', 'bars', pausedUntil === null ? t('Paused until you resume') : t('Paused until {time}', { time: formatMoment(pausedUntil, now) }))
}

const JOB: Readonly<Record<AgentJob['state'], Word>> = {
  leased: word('plain', 'ring', t('Received')),
  waiting: word('slate', 'half', t('Waiting')),
  preparing: word('slate', 'half', t('Preparing')),
  running: word('leaf', 'drop', t('Running')),
  collecting: word('slate', 'half-right', t('Collecting result')),
  proving: word('slate', 'half-right', t('Signing proof')),
  submitted: word('slate', 'arrow', t('Being checked')),
  accepted: word('leaf', 'check', t('Accepted')),
  'given-back': word('honey', 'bang', t('Not paid')),
  refused: word('madder', 'cross', t('Refused')),
  failed: word('madder', 'cross', t('Failed')),
  cancelled: word('plain', 'ring', t('Cancelled')),
  lost: word('honey', 'bang', t('Lost')),
}

const GOES_ON_LATER = word('slate', 'arrow', t('Goes on later'))
const OVER_LIMIT = word('slate', 'half', t('Resting'))
const MAKES_ROOM = word('slate', 'half', t('Making room for you'))

/** Where a job stands. One that was asked back has not failed. */
export function jobWord(job: Pick<AgentJob, 'state' | 'code'>): Word {
  if (goesOnLater(job)) return GOES_ON_LATER
  if (makesRoom(job)) return job.code === 'ceiling' ? OVER_LIMIT : MAKES_ROOM
  return JOB[job.state]
}

/** A transfer the network has confirmed can in theory still vanish, so only a finalized one is called paid. */
export const PAYOUT_WORD: Readonly<Record<AgentPayout['state'], Word>> = {
  planned: word('plain', 'ring', t('Planned')),
  sent: word('slate', 'arrow', t('Sent')),
  confirmed: word('slate', 'arrow', t('Arriving')),
  finalized: word('leaf', 'check', t('Paid')),
  failed: word('madder', 'cross', t('Failed')),
}

/** What each step of a payout is; the first three are money that is being paid. */
export const PAYOUT_MEANS: Readonly<Record<AgentPayout['state'], string>> = {
  planned: t('It is in a batch and waits to be sent.'),
  sent: t('The transfer was sent to Solana and waits for its first confirmation.'),
  confirmed: t('Solana has confirmed the transfer. It is final in a few seconds.'),
  finalized: t('The transfer is final on Solana.'),
  failed: t('Nothing arrived. The whole amount is confirmed again and still yours.'),
}

const KIND: Readonly<Record<string, string>> = {
  'ml-training': t('Machine learning'),
  'data-hash': t('Data hashing'),
  render: t('Rendering'),
  scientific: t('Science'),
  inference: t('Inference'),
}
export const kindWord = (kind: string): string => KIND[kind] ?? kind

export const RUNTIME_WORD: Readonly<Record<AgentJob['runtime'], string>> = { docker: t('Docker container'), wasm: t('WebAssembly sandbox') }

interface MethodWord {
  readonly short: string
  readonly explain: string
}

/** How a figure of energy or power came to be. */
export const METHOD_WORD: Readonly<Record<MeterMethod, MethodWord>> = {
  counter: { short: t('energy counter'), explain: t('Read from the energy counter inside the device, the most exact source there is.') },
  'power-average': { short: t('averaged power'), explain: t('Added up from the power that the device reports as an average over each second.') },
  'power-instant': { short: t('sampled power'), explain: t('Added up from momentary power readings, about ten a second.') },
  rapl: { short: t('CPU energy counter'), explain: t('Read from the energy counter of the processor package (RAPL).') },
  mixed: { short: t('several sources'), explain: t('Put together from several sources, because one of them was missing for a while.') },
  estimate: {
    short: t('estimate'),
    explain: t(
      'This computer offers no energy counter that may be read, so the figure is an estimate from the rated power of the processor and how busy it was. Receipts carry its wide uncertainty.',
    ),
  },
}

export const STEP_WORD: Readonly<Record<VerificationStep['step'], string>> = {
  envelope: t('Signed envelope'),
  'coordinator-key': t('Coordinator’s key'),
  rotations: t('Node’s keys'),
  proofs: t('Energy proofs'),
  chain: t('Node’s chain of proofs'),
  arithmetic: t('Sums'),
  'half-hours': t('Half-hour split'),
  inclusion: t('Entry in the public log'),
  'tree-head': t('Signed head of the log'),
  anchor: t('Anchor on Solana'),
  plausibility: t('Physically possible'),
}

export const OUTCOME_WORD: Readonly<Record<VerificationStep['outcome'], Word>> = {
  passed: word('leaf', 'check', t('Passed')),
  failed: word('madder', 'cross', t('Failed')),
  skipped: word('plain', 'ring', t('Not checked')),
}

export const DEVICE_KIND: Readonly<Record<SeenDevice['kind'], string>> = { gpu: t('GPU'), cpu: t('Processor'), accelerator: t('Accelerator') }

/** A job that stands still until its device is cooler, or has drawn less for a while. */
export const RESTING: Word = word('slate', 'half', t('Resting:'))

const HELD_WORD: Readonly<Record<'temperature' | 'watts' | 'container', Word>> = {
  temperature: word('slate', 'half', t('Resting, too warm')),
  watts: word('slate', 'half', t('Resting, above your watts')),
  container: word('honey', 'bang', t('No container can use it')),
}

/** Where one device stands: what cannot be helped first, then what the owner wants, then what it does. */
export function deviceWord({ state, enabled, held }: Pick<Device, 'state' | 'enabled' | 'held'>): Word {
  if (state === 'lost') return word('madder', 'cross', t('Lost'))
  if (state === 'unavailable') return word('honey', 'bang', t('Cannot be read'))
  if (!enabled) return word('plain', 'bars', t('Left alone'))
  if (held && held.code !== 'off') return HELD_WORD[held.code]
  if (state === 'asleep') return word('slate', 'moon', t('Asleep'))
  return word('leaf', 'check', t('Ready for jobs'))
}

/** Why there is no number, and what follows from that. */
export const NO_READING: Readonly<Record<Exclude<Device['state'], 'ok'>, string>> = {
  asleep: t('Sleeping to save power. Windfall does not wake it.'),
  lost: t('The driver no longer reaches it. Windfall keeps looking; if it stays away, restart the computer.'),
  unavailable: t('The driver gave no reading. Windfall keeps trying.'),
}

/** How the figures of one device come to be. */
export const MEASURED: Readonly<Record<MeterMethod, string>> = {
  counter: t('Measured: read from the device’s own energy counter.'),
  'power-average': t('Measured: added up from the power the device reports as an average over each second.'),
  'power-instant': t('Measured: added up from momentary power readings, about ten a second while a job runs.'),
  rapl: t('Measured: read from the processor’s own energy counter.'),
  mixed: t('Measured: put together from several sources, because one of them was missing for a while.'),
  estimate: t('Estimated, not measured: worked out from how busy it is.'),
}

export const SEEN_WORD: Readonly<Record<SeenDevice['reason'], Word>> = {
  'no-driver': word('honey', 'bang', t('No driver')),
  'no-meter': word('honey', 'bang', t('Energy cannot be read')),
  asleep: word('slate', 'moon', t('Asleep')),
  unreadable: word('honey', 'bang', t('Not allowed to read it')),
  'driver-failed': word('madder', 'cross', t('Driver failed')),
  'not-used': word('plain', 'ring', t('Windfall has no use for it yet')),
}

export const ALGORITHM_WORD: Readonly<Record<DeviceKey['alg'], string>> = {
  EdDSA: 'Ed25519 (EdDSA)',
  ES256: 'ECDSA on P-256 (ES256)',
}

interface EvidenceWord {
  readonly name: string
  readonly means: string
}

/** What keeps a key from being copied. */
export const EVIDENCE_WORD: Readonly<Record<DeviceKey['evidence'], EvidenceWord>> = {
  software: { name: t('Windfall, in software'), means: t('Nothing but where it is kept protects it from being copied.') },
  tpm: { name: t('The security chip (TPM 2.0)'), means: t('Made inside the chip of this computer, it cannot leave it.') },
}
