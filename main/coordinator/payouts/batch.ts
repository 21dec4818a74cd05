import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import type { LiveAttempt } from './machine.ts'

export type BatchState = 'planned' | 'signed' | 'sent' | 'confirmed' | 'finalized' | 'failed'
export type AttemptState = LiveAttempt['state'] | 'finalized' | 'failed' | 'expired'

export interface Item {
  readonly id: string
  readonly nodeId: string
  readonly address: string
  readonly microUsd: MicroUsd
  readonly lamports: Lamports
}

export interface Attempt extends LiveAttempt {
  readonly id: string
  readonly n: number
  readonly signature: string
  readonly raw: string
  readonly signedSlot: number
  readonly fee: Lamports
}

export interface Batch {
  readonly id: string
  readonly kind: 'payout' | 'anchor'
  readonly state: BatchState
  readonly memo: string
  readonly rate: string
  readonly items: readonly Item[]
  /** The attempt under way, if any. */
  readonly live: Attempt | null
  /** Attempts made so far, dead ones included. */
  readonly attempts: number
}

export interface NewBatch {
  readonly id: string
  readonly kind: Batch['kind']
  readonly memo: string
  readonly cluster: string
  readonly rate: string
  readonly at: number
  readonly items: readonly Item[]
}
