import { Exclusion } from '../contract/plan.ts'

/**
 * Why a job waits, for programs; every queued or planned job has one of them.
 * `waiting.plan`: the planner has not looked at it yet · `waiting.quorum`: the same, since a result came that is
 * compared with others · `waiting.retry`: an attempt has ended; it rests before the next one, or the planner has not looked at it since ·
 * `waiting.after`: for other jobs, which it runs after · `waiting.window`: for its next run, in a window that is still to open · `waiting.node`: the window is open, and its machine is not free or
 * away · `waiting.nodes`: no machine is enrolled · `waiting.grid`: nobody could be asked about the grid · `waiting.<exclusion>`: no machine
 * can take it, most of them for this reason.
 */
export type WaitingReason =
  | 'waiting.plan'
  | 'waiting.after'
  | 'waiting.retry'
  | 'waiting.quorum'
  | 'waiting.window'
  | 'waiting.node'
  | 'waiting.nodes'
  | 'waiting.grid'
  | `waiting.${Exclusion}`

/** Every one there is. */
export const WAITING_REASONS: ReadonlySet<string> = new Set<WaitingReason>([
  'waiting.plan',
  'waiting.after',
  'waiting.retry',
  'waiting.quorum',
  'waiting.window',
  'waiting.node',
  'waiting.nodes',
  'waiting.grid',
  ...Exclusion.options.map((exclusion) => `waiting.${exclusion}` as const),
])
