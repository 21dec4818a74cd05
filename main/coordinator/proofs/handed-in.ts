/** What a node hands in, as it waits to be settled. */
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf } from '../../../shared/contract/define.ts'
import type { ProofInput } from './submit.ts'
import type { RunInput } from './give-back.ts'

export type BatchInput = InputOf<typeof coordinatorContract.submitProofs>

export type HandedIn =
  | { readonly kind: 'proof'; readonly input: ProofInput }
  | { readonly kind: 'given-back'; readonly input: RunInput }
  | { readonly kind: 'batch'; readonly input: BatchInput }

export const packHandedIn = (handedIn: HandedIn): Buffer => Buffer.from(JSON.stringify(handedIn))

/** Reads back what {@link packHandedIn} wrote: it was parsed when it arrived. */
export const readHandedIn = (bytes: Uint8Array): HandedIn =>
  JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as HandedIn
