import { JobState } from '../../../shared/contract/job.ts'
import { NodeState } from '../../../shared/contract/node.ts'
import { failures } from '../../../shared/errors.ts'
import { OTHER, counter, gauge, histogram } from './metric.ts'

/** Seconds in which requests and writes are answered, from half a millisecond to ten seconds. */
const QUICK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
/** Seconds that plans, providers and waits take, up to an hour. */
const SLOW = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]

/** Templates of paths: there are as many as the contract has calls. */
const ROUTES = 400
/** Providers of grid data and the like: each is a folder of its own. */
const PROVIDERS = 30
/** What there must be one of among all coordinators. */
const SHARDS = 10

const JOBS_OPEN = ['queued', 'planned', 'leased', 'running', 'verifying'] as const satisfies readonly JobState[]
const PAYOUTS_OPEN = ['planned', 'signed', 'sent', 'confirmed', 'failed'] as const
const CODES = [...Object.keys(failures), OTHER]

const none = {} as const

const border = () => ({
  requests: counter({
    name: 'windfall_http_requests_total',
    help: 'Requests that were answered, by the template of their path.',
    labels: { route: ROUTES, method: ['GET', 'POST', 'PUT', 'DELETE', OTHER], status: ['1xx', '2xx', '3xx', '4xx', '5xx', OTHER] },
  }),
  requestTime: histogram({
    name: 'windfall_http_request_duration_seconds',
    help: 'From the head of a request until its answer was sent.',
    labels: { route: ROUTES },
    buckets: QUICK,
  }),
  underway: gauge({ name: 'windfall_http_requests_in_flight', help: 'Requests that have come and are not answered yet.', labels: none }),
  limited: counter({
    name: 'windfall_rate_limit_refusals_total',
    help: 'Requests that were refused with 429, by the template of their path.',
    labels: { route: ROUTES },
  }),
  sockets: gauge({ name: 'windfall_agent_sockets', help: 'Agents that are connected to this coordinator by a socket.', labels: none }),
})

const proofs = () => ({
  accepted: counter({ name: 'windfall_proofs_accepted_total', help: 'Proofs of energy that were accepted.', labels: none }),
  refused: counter({ name: 'windfall_proofs_refused_total', help: 'Proofs of energy that were refused, by reason.', labels: { code: CODES } }),
  postponed: counter({ name: 'windfall_proofs_postponed_total', help: 'Times that a proof was kept because it could not be settled yet.', labels: none }),
  acknowledged: histogram({
    name: 'windfall_intake_ack_duration_seconds',
    help: 'From the arrival of what a node hands in until it is durable.',
    labels: none,
    buckets: QUICK,
  }),
  waiting: gauge({ name: 'windfall_intake_messages', help: 'Messages of nodes that are kept and wait to be settled.', labels: none }),
  waitingBytes: gauge({ name: 'windfall_intake_bytes', help: 'Size of what nodes have handed in and waits to be settled.', labels: none }),
  arriving: gauge({ name: 'windfall_intake_underway', help: 'Messages of nodes that have begun to arrive and are not answered yet.', labels: none }),
  receipts: counter({ name: 'windfall_receipts_total', help: 'Receipts that were issued, of all coordinators of the database.', labels: none }),
  energy: counter({
    name: 'windfall_receipts_energy_joules_total',
    help: 'Energy that receipts account for, of all coordinators of the database.',
    labels: none,
  }),
  anchored: gauge({
    name: 'windfall_anchor_timestamp_seconds',
    help: 'When the newest anchor of the receipt log was final on chain; 0 before the first.',
    labels: none,
  }),
  unanchored: gauge({ name: 'windfall_receipts_unanchored', help: 'Receipts that no final anchor covers yet.', labels: none }),
})

const work = () => ({
  jobs: gauge({ name: 'windfall_jobs', help: 'Jobs that have not ended, by state, of all coordinators of the database.', labels: { state: JOBS_OPEN } }),
  submitted: counter({ name: 'windfall_jobs_submitted_total', help: 'Jobs that were ever submitted, of all coordinators of the database.', labels: none }),
  completed: counter({ name: 'windfall_jobs_completed_total', help: 'Jobs that were ever completed, of all coordinators of the database.', labels: none }),
  leased: counter({ name: 'windfall_leases_given_total', help: 'Leases that this coordinator gave.', labels: none }),
  askedBack: counter({ name: 'windfall_leases_asked_back_total', help: 'Running jobs that this coordinator asked back.', labels: none }),
  ended: counter({ name: 'windfall_leases_taken_back_total', help: 'Leases that this coordinator ended.', labels: none }),
  dispatch: histogram({
    name: 'windfall_dispatch_delay_seconds',
    help: 'From the beginning of the window of a job until a node was given its lease.',
    labels: none,
    buckets: SLOW,
  }),
  nodes: gauge({ name: 'windfall_nodes', help: 'Nodes by state, of all coordinators of the database.', labels: { state: NodeState.options } }),
  online: gauge({ name: 'windfall_nodes_online', help: 'Nodes that this coordinator has heard of in the last five minutes.', labels: none }),
  rounds: histogram({ name: 'windfall_plan_round_duration_seconds', help: 'How long a round of planning took.', labels: none, buckets: SLOW }),
  failedRounds: counter({ name: 'windfall_dispatch_failures_total', help: 'Rounds of planning and dispatch that failed.', labels: none }),
  incidents: counter({ name: 'windfall_incidents_detected_total', help: 'Incidents that were detected.', labels: none }),
})

const grid = () => ({
  asked: counter({
    name: 'windfall_provider_requests_total',
    help: 'Questions to providers of grid data, by what came of them.',
    labels: { provider: PROVIDERS, outcome: ['answered', 'nothing', 'failed'] },
  }),
  askedTime: histogram({
    name: 'windfall_provider_request_duration_seconds',
    help: 'How long providers of grid data took.',
    labels: { provider: PROVIDERS },
    buckets: SLOW,
  }),
  newest: gauge({
    name: 'windfall_provider_signal_timestamp_seconds',
    help: 'When the newest signal of a provider of grid data was issued.',
    labels: { provider: PROVIDERS },
  }),
})

const money = () => ({
  payouts: gauge({ name: 'windfall_payout_batches', help: 'Batches of payouts that are not final, by state.', labels: { state: PAYOUTS_OPEN } }),
  oldestPayout: gauge({
    name: 'windfall_payout_oldest_timestamp_seconds',
    help: 'When the oldest batch that is not final was planned; 0 if there is none.',
    labels: none,
  }),
  paused: gauge({ name: 'windfall_payouts_paused', help: '1 while payouts are paused.', labels: none }),
  refill: gauge({ name: 'windfall_hot_wallet_refill_needed', help: '1 while the hot wallet has to be refilled.', labels: none }),
  failed: counter({ name: 'windfall_payout_failures_total', help: 'Passes over payouts that failed.', labels: none }),
  wallet: gauge({ name: 'windfall_hot_wallet_lamports', help: 'Lamports of the hot wallet by the books.', labels: none }),
  owed: gauge({
    name: 'windfall_nodes_owed_micro_usd',
    help: 'What nodes have earned and not been paid, by how far it is.',
    labels: { stage: ['accrued', 'confirmed', 'paying'] },
  }),
  revenue: gauge({ name: 'windfall_platform_revenue_micro_usd', help: 'What the platform has earned.', labels: none }),
  balanced: gauge({
    name: 'windfall_ledger_balanced',
    help: '1 if the last check of the books found nothing, 0 if it did; of the coordinator that checked.',
    labels: none,
  }),
  findings: gauge({ name: 'windfall_ledger_findings', help: 'What the last check of the books found.', labels: none }),
  checked: gauge({ name: 'windfall_ledger_checked_timestamp_seconds', help: 'When this coordinator last checked the books; 0 if it never did.', labels: none }),
})

const process_ = () => ({
  build: gauge({ name: 'windfall_build_info', help: '1, with the version that runs.', labels: { version: 1 } }),
  ready: gauge({ name: 'windfall_ready', help: '1 while this coordinator should be sent requests.', labels: none }),
  draining: gauge({ name: 'windfall_draining', help: '1 while this coordinator is stopping.', labels: none }),
  shards: gauge({ name: 'windfall_shard_held', help: '1 while this coordinator runs what there must be one of.', labels: { shard: SHARDS } }),
  epochs: gauge({
    name: 'windfall_shard_epoch',
    help: 'The fencing epoch under which this coordinator holds or last held a shard.',
    labels: { shard: SHARDS },
  }),
  writes: histogram({ name: 'windfall_database_write_duration_seconds', help: 'From asking for a write until it is durable.', labels: none, buckets: QUICK }),
  writesFailed: counter({ name: 'windfall_database_write_failures_total', help: 'Writes that the database refused or could not do.', labels: none }),
  connectionsLost: counter({ name: 'windfall_database_connections_lost_total', help: 'Connections to the database that were lost.', labels: none }),
  failures: counter({ name: 'windfall_request_failures_total', help: 'Requests that failed by a fault of ours, as in the log.', labels: none }),
  collectFailed: counter({ name: 'windfall_metrics_failures_total', help: 'Times that some of these figures could not be read.', labels: none }),
  diskFree: gauge({
    name: 'windfall_disk_free_bytes',
    help: 'What is left on the disk of the data directory; 0 where the system does not tell.',
    labels: none,
  }),
  diskSize: gauge({ name: 'windfall_disk_size_bytes', help: 'Size of the disk of the data directory; 0 where the system does not tell.', labels: none }),
  lag: gauge({
    name: 'windfall_event_loop_lag_seconds',
    help: 'How late the event loop was since it was last asked.',
    labels: { quantile: ['0.5', '0.99', '1'] },
  }),
  cpu: counter({ name: 'process_cpu_seconds_total', help: 'Processor time of this process.', labels: none }),
  memory: gauge({ name: 'process_resident_memory_bytes', help: 'Memory of this process.', labels: none }),
  heap: gauge({ name: 'process_heap_bytes', help: 'Size of the JavaScript heap.', labels: none }),
  files: gauge({ name: 'process_open_fds', help: 'Open files and connections; -1 where the system does not tell.', labels: none }),
  started: gauge({ name: 'process_start_time_seconds', help: 'When this process started.', labels: none }),
})

/** Every metric of a coordinator: nothing else is ever told. */
export const createCatalogue = () => ({ border: border(), proofs: proofs(), work: work(), grid: grid(), money: money(), process: process_() })
export type Catalogue = ReturnType<typeof createCatalogue>

export const metricsOf = (catalogue: Catalogue) => Object.values(catalogue).flatMap((group) => Object.values(group))
