/** Every table of the coordinator: what of persons is in it, how it is found, and what becomes of it when a person is erased. */
import type { Schema } from '../persistence/database.ts'

/**
 * By what a row belongs to a person: a column that holds the id of their account (`requester`), of a job of theirs, of an attempt or an array of such,
 * of a webhook or a deposit of theirs, of a machine or a fleet of theirs, of themselves as one who signs in (`member`), of themselves as one who acted
 * (`actor`), whom something is about (`anyone`), or whom somebody wanted to let in (`invited`); an account of the books; or an address that a machine of theirs was paid at.
 */
export type By =
  | 'requester'
  | 'job'
  | 'attempt'
  | 'webhook'
  | 'deposit'
  | 'node'
  | 'fleet'
  | 'member'
  | 'actor'
  | 'anyone'
  | 'invited'
  | 'books'
  | 'address'
  | 'unclaimed'

export const ERASED_TEXT = 'erased'

interface At<T extends keyof Schema> {
  readonly by: By
  readonly column: keyof Schema[T] & string
  /** `remove` the rows, write these values over what is there, or `keep` them for this reason. */
  readonly erasure: 'remove' | { readonly set: Partial<Record<keyof Schema[T] & string, string | number | null>> } | { readonly keep: string }
}

export type Place = { readonly [T in keyof Schema]: { readonly table: T } & At<T> }[keyof Schema]

const BOOKS = 'It is part of the books, which are kept for ten years after the end of the year it was booked in, and says who was paid what by numbers alone.'
const EVIDENCE = 'A receipt rests on it, and a receipt that was given out has to verify for whoever holds it. It names machine and job by numbers alone.'
const ABUSE = 'It keeps out a machine that was taken out for what it did. It holds counts alone.'
const CHAINED = 'The number stands where it stood, so that what others did can still be proven; what it said is gone.'

const place = <T extends keyof Schema>(table: T, at: At<T>): Place => ({ table, ...at }) as unknown as Place

const removed = <T extends keyof Schema>(table: T, by: By, column: At<T>['column']): Place => place(table, { by, column, erasure: 'remove' })
const kept = <T extends keyof Schema>(table: T, by: By, [column, why]: readonly [At<T>['column'], string]): Place =>
  place(table, { by, column, erasure: { keep: why } })

/** Of one who asks for jobs. What points at something comes before it. */
const account: readonly Place[] = [
  removed('webhook_delivery', 'webhook', 'webhook_id'),
  removed('webhook', 'requester', 'requester_id'),
  removed('api_key', 'requester', 'requester_id'),
  removed('job_log', 'attempt', 'attempt_id'),
  removed('checkpoint', 'job', 'job_id'),
  removed('job_template', 'requester', 'requester_id'),
  removed('node_validity', 'requester', 'requester_id'),
  place('job_array', {
    by: 'requester',
    column: 'requester_id',
    erasure: { set: { name: ERASED_TEXT, template_name: null, template_version: null, request_sha256: ERASED_TEXT } },
  }),
  kept('job_after', 'job', ['waiter_id', EVIDENCE]),
  kept('job_again', 'job', ['job_id', EVIDENCE]),
  place('attempt', { by: 'job', column: 'job_id', erasure: { set: { reason: null } } }),
  place('job_result', { by: 'job', column: 'job_id', erasure: { set: { output_gone: 1 } } }),
  place('funding_payment', { by: 'deposit', column: 'request_id', erasure: { set: { reason: null } } }),
  kept('funding_request', 'requester', ['requester_id', BOOKS]),
  kept('vault', 'requester', ['requester_id', BOOKS]),
  kept('vault_release', 'job', ['job_id', BOOKS]),
  kept('requester_repeats', 'requester', ['requester_id', BOOKS]),
  kept('fair_share', 'requester', ['requester_id', BOOKS]),
  kept('proof', 'job', ['job_id', EVIDENCE]),
  kept('receipt', 'requester', ['requester_id', EVIDENCE]),
]

/** Of one who owns machines. */
const machines: readonly Place[] = [
  removed('payout_refusal', 'address', 'address'),
  removed('payout_refusal_told', 'node', 'node_id'),
  removed('payout_address_change', 'node', 'node_id'),
  removed('node_payout_address', 'node', 'node_id'),
  removed('payout_terms', 'node', 'node_id'),
  removed('payout_quote', 'unclaimed', 'node_id'),
  removed('wallet_link', 'node', 'node_id'),
  removed('node_availability', 'node', 'node_id'),
  removed('node_attestation', 'node', 'node_id'),
  removed('node_event', 'node', 'node_id'),
  removed('node_signal', 'node', 'node_id'),
  removed('node_gpu', 'node', 'node_id'),
  removed('energy_sample', 'node', 'owner'),
  removed('energy_sample', 'fleet', 'owner'),
  removed('site', 'node', 'node_id'),
  removed('agent_line', 'node', 'node_id'),
  removed('agent_presence', 'node', 'node_id'),
  removed('enrolment_token_use', 'node', 'node_id'),
  removed('fleet_member', 'node', 'node_id'),
  removed('fleet_invite', 'node', 'created_by'),
  place('fleet', { by: 'fleet', column: 'id', erasure: { set: { name: null } } }),
  place('node_capabilities', { by: 'node', column: 'node_id', erasure: { set: { body: '' } } }),
  place('challenge', { by: 'node', column: 'node_id', erasure: { set: { message: null, figures: null } } }),
  place('node', { by: 'node', column: 'id', erasure: { set: { payout_address: null, payout_setting: null, state_reason: null, zone: null } } }),
  kept('node_key_rotation', 'node', ['node_id', EVIDENCE]),
  kept('node_standing', 'node', ['node_id', ABUSE]),
  kept('proof_refusal', 'node', ['node_id', ABUSE]),
  kept('attempt', 'node', ['node_id', EVIDENCE]),
  kept('proof', 'node', ['node_id', EVIDENCE]),
  kept('job_result', 'node', ['node_id', EVIDENCE]),
  kept('canary_job', 'node', ['node_id', ABUSE]),
  kept('receipt', 'node', ['node_id', EVIDENCE]),
  kept('credit', 'node', ['node_id', BOOKS]),
  kept('payout_claim', 'node', ['node_id', BOOKS]),
  kept('payout_item', 'node', ['node_id', BOOKS]),
]

/** Of one who signs in, or acts for others. */
const people: readonly Place[] = [
  removed('sign_in_code', 'member', 'member_id'),
  removed('member_session', 'member', 'member_id'),
  // Before what it is found by.
  removed('approval', 'invited', 'about'),
  place('member', { by: 'member', column: 'id', erasure: { set: { email: null, name: null, issuer: null, subject: null } } }),
  place('incident', { by: 'actor', column: 'ended_by', erasure: { set: { note: null } } }),
  place('payout_pause', { by: 'actor', column: 'paused_by', erasure: { set: { reason: ERASED_TEXT } } }),
  place('approval', { by: 'anyone', column: 'asked_by', erasure: { set: { summary: ERASED_TEXT, body: '{}', reason: null } } }),
  place('approval', { by: 'anyone', column: 'decided_by', erasure: { set: { reason: null } } }),
  place('approval', { by: 'anyone', column: 'about', erasure: { set: { summary: ERASED_TEXT, body: '{}', reason: null } } }),
  kept('payout_approval', 'actor', ['operator', BOOKS]),
  kept('enrolment_token', 'actor', ['created_by', CHAINED]),
  kept('simulation', 'actor', ['made_by', CHAINED]),
  kept('erasure', 'anyone', ['person', 'It is what makes a restored backup forget again. It names nobody but by a number.']),
]

/** Last, since all of the others are found by them. */
const found: readonly Place[] = [
  place('job', {
    by: 'requester',
    column: 'requester_id',
    erasure: { set: { spec: '', message: null, template_name: null, template_version: null, output_gone: 1 } },
  }),
  place('requester', { by: 'requester', column: 'id', erasure: { set: { name: ERASED_TEXT } } }),
  kept('ledger_transfer', 'books', ['from_account', BOOKS]),
  kept('ledger_transfer', 'books', ['to_account', BOOKS]),
  kept('ledger_balance', 'books', ['account', BOOKS]),
]

/** In the order in which they are gone through. An empty text is put in as {@link SCRUBBED} says. */
export const PLACES: readonly Place[] = [...account, ...machines, ...people, ...found]

/** Tables that hold nothing of a person, or what is found by its content: the logs are looked through record by record. */
export const OTHER_TABLES = {
  chained: ['decision', 'decision_subject', 'decision_input', 'act', 'act_subject', 'act_detail', 'act_head'],
  /** Nothing of anybody: the grid, hashes, keys of the coordinator, models for all, and who does which part of the work. */
  impersonal: [
    'anchor',
    'canary',
    'checkpoint_arrival',
    'epoch_head',
    'grid_issue',
    'grid_value',
    'incident_action',
    'incident_transition',
    'ledger_transaction',
    'ledger_transaction_period',
    'log_node',
    'model',
    'payout_attempt',
    'payout_batch',
    'proof_inbox_place',
    'receipt_key',
    'redeemed_challenge',
    'replica',
    'shard',
    'tree_head',
  ],
  /** Gone within minutes or days by itself: what is on its way, and browsers that are signing in and nobody yet. */
  passing: ['proof_inbox', 'replica_order', 'sign_in'],
} as const satisfies Readonly<Record<string, readonly (keyof Schema)[]>>
