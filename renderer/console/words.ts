/** The one place of the console where codes become words. Each state has a tone, a glyph and a word, so that colour alone never carries it. */
import type { JobState } from '../../shared/contract/job.ts'
import type { NodeSummary } from '../../shared/contract/node-admin.ts'
import type { GlyphName, Tone, Word } from '../lib/words.ts'

export const word = (tone: Tone, glyph: GlyphName, text: string): Word => ({ tone, glyph, word: text })

/** What a node does, as far as a coordinator knows. */
export function nodeWord({ state, presence, running }: Pick<NodeSummary, 'state' | 'presence' | 'running'>): Word {
  if (state === 'removed') return word('plain', 'cross', 'Removed')
  if (state === 'quarantined') return word('honey', 'bang', 'Quarantined')
  if (presence === 'offline') return word('plain', 'ring', 'Offline')
  if (presence === 'unknown') return word('plain', 'ring', 'Not heard of yet')
  if (running > 0) return word('leaf', 'drop', state === 'probation' ? 'Working, on probation' : 'Working')
  return word('slate', 'half', state === 'probation' ? 'Online, on probation' : 'Online')
}

const JOB: Readonly<Record<JobState, Word>> = {
  queued: word('slate', 'half', 'Queued'),
  planned: word('slate', 'half', 'Planned'),
  leased: word('slate', 'half-right', 'Leased'),
  running: word('leaf', 'drop', 'Running'),
  verifying: word('slate', 'half-right', 'Verifying'),
  completed: word('leaf', 'check', 'Completed'),
  failed: word('madder', 'cross', 'Failed'),
  expired: word('honey', 'bang', 'Expired'),
  cancelled: word('plain', 'bars', 'Cancelled'),
}

export const jobWord = (state: JobState): Word => JOB[state]

/** What states are called where one is chosen. */
export const NODE_STATE = { active: 'Active', probation: 'On probation', quarantined: 'Quarantined', removed: 'Removed' } as const
export const PRESENCE = { online: 'Online', offline: 'Offline', unknown: 'Not heard of yet' } as const
export const JOB_STATE: Readonly<Record<JobState, string>> = Object.fromEntries(Object.entries(JOB).map(([state, { word: text }]) => [state, text])) as Record<
  JobState,
  string
>
export const JOB_KIND = {
  'ml-training': 'Machine learning',
  'data-hash': 'Data hashing',
  render: 'Rendering',
  scientific: 'Science',
  inference: 'Inference',
} as const

/** Codes with their words, as choices. */
export const optionsOf = (words: Readonly<Record<string, string>>): readonly { readonly value: string; readonly label: string }[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }))
