import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { logCalls } from '../../../shared/contract/log.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'

type In<K extends keyof typeof logCalls> = InputOf<(typeof logCalls)[K]>
type Out<K extends keyof typeof logCalls> = OutputOf<(typeof logCalls)[K]>

/** What the log of receipts answers. */
export interface LogParts {
  /** Error: `not-found` for a size at which none was signed. */
  readonly head: (asked: In<'treeHead'>) => Promise<Envelope>
  /** Errors: `input.invalid`, `not-found`. */
  readonly inclusion: (asked: In<'logInclusion'>) => Promise<Out<'logInclusion'>>
  /** Error: `input.invalid`. */
  readonly consistency: (from: number, to: number) => Promise<string[]>
  readonly leaves: (page: In<'logLeaves'>) => Promise<Out<'logLeaves'>>
  readonly entries: (viewer: Viewer, page: In<'logEntries'>) => Promise<Out<'logEntries'>>
  readonly heads: (page: In<'logHeads'>) => Promise<Out<'logHeads'>>
  readonly anchors: (page: In<'logAnchors'>) => Promise<Out<'logAnchors'>>
}
