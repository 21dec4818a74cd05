/** The one place where codes become words. Each state has a tone, a glyph and a word, so that colour alone never carries it. */
import type { AgentJob } from '../../shared/contract/agent-job.ts'
import type { AgentPayout, AgentStatus } from '../../shared/contract/agent.ts'
import type { Device, DeviceKey, SeenDevice } from '../../shared/contract/device.ts'
import type { Display } from '../../shared/contract/policy.ts'
import type { MeterMethod } from '../../shared/domain/energy-proof.ts'
import { goesOnLater, makesRoom } from '../../shared/domain/running-jobs.ts'
import type { VerificationStep } from '../../shared/domain/verification.ts'
import { formatMoment } from './format.ts'

export type Tone = 'leaf' | 'slate' | 'honey' | 'madder' | 'plain'
export type GlyphName = 'drop' | 'ring' | 'half' | 'half-right' | 'bars' | 'bang' | 'check' | 'cross' | 'arrow' | 'recorded' | 'modelled' | 'moon'

export interface Word {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly word: string
}

const word = (tone: Tone, glyph: GlyphName, text: string): Word => ({ tone, glyph, word: text })

const DISPLAY: Readonly<Record<Exclude<Display, 'paused' | 'finishing'>, Word>> = {
  earning: word('leaf', 'drop', 'Earning'),
  ready: word('plain', 'ring', 'Ready — no job right now'),
  waiting: word('slate', 'half', 'Waiting'),
  'action-needed': word('honey', 'bang', 'Action needed'),
}

/** Headline of the whole machine. */
export function displayWord({ display, pausedUntil, running }: Pick<AgentStatus, 'display' | 'pausedUntil' | 'running'>, now: number): Word {
  if (display === 'finishing') return word('slate', 'half-right', running.length > 1 ? `Finishing ${running.length} jobs` : 'Finishing this job')
  if (display !== 'paused') return DISPLAY[display]
  return word('slate', 'bars', pausedUntil === null ? 'Paused until you resume' : `Paused until ${formatMoment(pausedUntil, now)}`)
}

const JOB: Readonly<Record<AgentJob['state'], Word>> = {
  leased: word('plain', 'ring', 'Received'),
  waiting: word('slate', 'half', 'Waiting'),
  preparing: word('slate', 'half', 'Preparing'),
  running: word('leaf', 'drop', 'Running'),
  collecting: word('slate', 'half-right', 'Collecting result'),
  proving: word('slate', 'half-right', 'Signing proof'),
  submitted: word('slate', 'arrow', 'Being checked'),
  accepted: word('leaf', 'check', 'Accepted'),
  'given-back': word('honey', 'bang', 'Not paid'),
  refused: word('madder', 'cross', 'Refused'),
  failed: word('madder', 'cross', 'Failed'),
  cancelled: word('plain', 'ring', 'Cancelled'),
  lost: word('honey', 'bang', 'Lost'),
}

const GOES_ON_LATER = word('slate', 'arrow', 'Goes on later')
const OVER_LIMIT = word('slate', 'half', 'Resting')
const MAKES_ROOM = word('slate', 'half', 'Making room for you')

/** Where a job stands. One that was asked back has not failed. */
export function jobWord(job: Pick<AgentJob, 'state' | 'code'>): Word {
  if (goesOnLater(job)) return GOES_ON_LATER
  if (makesRoom(job)) return job.code === 'ceiling' ? OVER_LIMIT : MAKES_ROOM
  return JOB[job.state]
}

/** A transfer the network has confirmed can in theory still vanish, so only a finalized one is called paid. */
export const PAYOUT_WORD: Readonly<Record<AgentPayout['state'], Word>> = {
  planned: word('plain', 'ring', 'Planned'),
  sent: word('slate', 'arrow', 'Sent'),
  confirmed: word('slate', 'arrow', 'Arriving'),
  finalized: word('leaf', 'check', 'Paid'),
  failed: word('madder', 'cross', 'Failed'),
}

/** What each step of a payout is; the first three are money that is being paid. */
export const PAYOUT_MEANS: Readonly<Record<AgentPayout['state'], string>> = {
  planned: 'It is in a batch and waits to be sent.',
  sent: 'The transfer was sent to Solana and waits for its first confirmation.',
  confirmed: 'Solana has confirmed the transfer. It is final in a few seconds.',
  finalized: 'The transfer is final on Solana.',
  failed: 'Nothing arrived. The whole amount is confirmed again and still yours.',
}

const KIND: Readonly<Record<string, string>> = {
  'ml-training': 'Machine learning',
  'data-hash': 'Data hashing',
  render: 'Rendering',
  scientific: 'Science',
  inference: 'Inference',
}
export const kindWord = (kind: string): string => KIND[kind] ?? kind

export const RUNTIME_WORD: Readonly<Record<AgentJob['runtime'], string>> = { docker: 'Docker container', wasm: 'WebAssembly sandbox' }

interface MethodWord {
  readonly short: string
  readonly explain: string
}

/** How a figure of energy or power came to be. */
export const METHOD_WORD: Readonly<Record<MeterMethod, MethodWord>> = {
  counter: { short: 'energy counter', explain: 'Read from the energy counter inside the device, the most exact source there is.' },
  'power-average': { short: 'averaged power', explain: 'Added up from the power that the device reports as an average over each second.' },
  'power-instant': { short: 'sampled power', explain: 'Added up from momentary power readings, about ten a second.' },
  rapl: { short: 'CPU energy counter', explain: 'Read from the energy counter of the processor package (RAPL).' },
  mixed: { short: 'several sources', explain: 'Put together from several sources, because one of them was missing for a while.' },
  estimate: {
    short: 'estimate',
    explain:
      'This computer offers no energy counter that may be read, so the figure is an estimate from the rated power of the processor and how busy it was. Receipts carry its wide uncertainty.',
  },
}

export const STEP_WORD: Readonly<Record<VerificationStep['step'], string>> = {
  envelope: 'Signed envelope',
  'coordinator-key': 'Coordinator’s key',
  rotations: 'Node’s keys',
  proofs: 'Energy proofs',
  chain: 'Node’s chain of proofs',
  arithmetic: 'Sums',
  'half-hours': 'Half-hour split',
  inclusion: 'Entry in the public log',
  'tree-head': 'Signed head of the log',
  anchor: 'Anchor on Solana',
  plausibility: 'Physically possible',
}

export const OUTCOME_WORD: Readonly<Record<VerificationStep['outcome'], Word>> = {
  passed: word('leaf', 'check', 'Passed'),
  failed: word('madder', 'cross', 'Failed'),
  skipped: word('plain', 'ring', 'Not checked'),
}

export const DEVICE_KIND: Readonly<Record<SeenDevice['kind'], string>> = { gpu: 'GPU', cpu: 'Processor', accelerator: 'Accelerator' }

/** A job that stands still until its device is cooler, or has drawn less for a while. */
export const RESTING: Word = word('slate', 'half', 'Resting:')

const HELD_WORD: Readonly<Record<'temperature' | 'watts' | 'container', Word>> = {
  temperature: word('slate', 'half', 'Resting, too warm'),
  watts: word('slate', 'half', 'Resting, above your watts'),
  container: word('honey', 'bang', 'No container can use it'),
}

/** Where one device stands: what cannot be helped first, then what the owner wants, then what it does. */
export function deviceWord({ state, enabled, held }: Pick<Device, 'state' | 'enabled' | 'held'>): Word {
  if (state === 'lost') return word('madder', 'cross', 'Lost')
  if (state === 'unavailable') return word('honey', 'bang', 'Cannot be read')
  if (!enabled) return word('plain', 'bars', 'Left alone')
  if (held && held.code !== 'off') return HELD_WORD[held.code]
  if (state === 'asleep') return word('slate', 'moon', 'Asleep')
  return word('leaf', 'check', 'Ready for jobs')
}

/** Why there is no number, and what follows from that. */
export const NO_READING: Readonly<Record<Exclude<Device['state'], 'ok'>, string>> = {
  asleep: 'Sleeping to save power. Windfall does not wake it.',
  lost: 'The driver no longer reaches it. Windfall keeps looking; if it stays away, restart the computer.',
  unavailable: 'The driver gave no reading. Windfall keeps trying.',
}

/** How the figures of one device come to be. */
export const MEASURED: Readonly<Record<MeterMethod, string>> = {
  counter: 'Measured: read from the device’s own energy counter.',
  'power-average': 'Measured: added up from the power the device reports as an average over each second.',
  'power-instant': 'Measured: added up from momentary power readings, about ten a second while a job runs.',
  rapl: 'Measured: read from the processor’s own energy counter.',
  mixed: 'Measured: put together from several sources, because one of them was missing for a while.',
  estimate: 'Estimated, not measured: worked out from how busy it is.',
}

export const SEEN_WORD: Readonly<Record<SeenDevice['reason'], Word>> = {
  'no-driver': word('honey', 'bang', 'No driver'),
  'no-meter': word('honey', 'bang', 'Energy cannot be read'),
  asleep: word('slate', 'moon', 'Asleep'),
  unreadable: word('honey', 'bang', 'Not allowed to read it'),
  'driver-failed': word('madder', 'cross', 'Driver failed'),
  'not-used': word('plain', 'ring', 'Windfall has no use for it yet'),
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
  software: { name: 'Windfall, in software', means: 'Nothing but where it is kept protects it from being copied.' },
  tpm: { name: 'The security chip (TPM 2.0)', means: 'Made inside the chip of this computer, it cannot leave it.' },
}
