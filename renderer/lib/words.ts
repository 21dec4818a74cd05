/** The one place where codes become words. Each state has a tone, a glyph and a word, so that colour alone never carries it. */
import type { AgentJob, AgentPayout, AgentStatus, Display, ReasonCode } from '../../shared/contract/agent.ts'
import type { MeterMethod } from '../../shared/domain/energy-proof.ts'
import type { VerificationStep } from '../../shared/domain/verification.ts'
import { formatMoment } from './format.ts'

export type Tone = 'leaf' | 'slate' | 'honey' | 'madder' | 'plain'
export type GlyphName = 'drop' | 'ring' | 'half' | 'half-right' | 'bars' | 'bang' | 'check' | 'cross' | 'arrow' | 'recorded' | 'modelled'

export interface Word {
  readonly tone: Tone
  readonly glyph: GlyphName
  readonly word: string
}

const word = (tone: Tone, glyph: GlyphName, text: string): Word => ({ tone, glyph, word: text })

const DISPLAY: Readonly<Record<Exclude<Display, 'paused'>, Word>> = {
  earning: word('leaf', 'drop', 'Earning'),
  ready: word('plain', 'ring', 'Ready — no job right now'),
  waiting: word('slate', 'half', 'Waiting'),
  finishing: word('slate', 'half-right', 'Finishing this job'),
  'action-needed': word('honey', 'bang', 'Action needed'),
}

/** Headline of the whole machine. */
export function displayWord({ display, pausedUntil }: Pick<AgentStatus, 'display' | 'pausedUntil'>, now: number): Word {
  if (display !== 'paused') return DISPLAY[display]
  return word('slate', 'bars', pausedUntil === null ? 'Paused until you resume' : `Paused until ${formatMoment(pausedUntil, now)}`)
}

/** Which part of the machine or the world a reason is about. */
export const REASON_TITLE: Readonly<Record<ReasonCode, string>> = {
  user: 'Paused by you',
  'owner-present': 'You are using the computer',
  'presence-unknown': 'Cannot tell if you are here',
  schedule: 'Outside your hours',
  battery: 'On battery',
  heat: 'Too warm',
  carbon: 'Grid is not green',
  'grid-stale': 'Grid data is old',
  offline: 'Offline',
  'no-jobs': 'No job offered',
  blocked: 'Needs your attention',
  cooldown: 'Short rest',
  'shutting-down': 'Shutting down',
}

export const JOB_WORD: Readonly<Record<AgentJob['state'], Word>> = {
  leased: word('plain', 'ring', 'Received'),
  waiting: word('slate', 'half', 'Waiting'),
  preparing: word('slate', 'half', 'Preparing'),
  running: word('leaf', 'drop', 'Running'),
  collecting: word('slate', 'half-right', 'Collecting result'),
  proving: word('slate', 'half-right', 'Signing proof'),
  submitted: word('slate', 'arrow', 'Being checked'),
  accepted: word('leaf', 'check', 'Accepted'),
  refused: word('madder', 'cross', 'Refused'),
  failed: word('madder', 'cross', 'Failed'),
  cancelled: word('plain', 'ring', 'Cancelled'),
  lost: word('honey', 'bang', 'Lost'),
}

/** A transfer the network has confirmed can in theory still vanish, so only a finalized one is called paid. */
export const PAYOUT_WORD: Readonly<Record<AgentPayout['state'], Word>> = {
  planned: word('plain', 'ring', 'Planned'),
  sent: word('slate', 'arrow', 'Sent'),
  confirmed: word('slate', 'arrow', 'Arriving'),
  finalized: word('leaf', 'check', 'Paid'),
  failed: word('madder', 'cross', 'Failed'),
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
