import type { Logger } from '../kernel/log.ts'

/** One function per fact worth logging. Nothing secret is ever an argument. */
export const coordinatorEvents = (log: Logger) => ({
  shardMoved: (shard: string, epoch: number, how: 'taken' | 'lost') =>
    how === 'taken' ? log.info({ shard, epoch }, 'this coordinator takes over') : log.warn({ shard, epoch }, 'another coordinator has taken over'),
  sharingFailed: (message: string) => log.error({ error: message }, 'what this coordinator runs for all could not be made sure of; it is tried again'),
  listening: (address: string) => log.info({ address }, 'coordinator is listening'),
  leasePushed: (nodeId: string, leaseId: string, jobId: string) => log.info({ nodeId, leaseId, jobId }, 'lease given'),
  leaseAskedBack: (nodeId: string, leaseId: string, reason: string) => log.info({ nodeId, leaseId, reason }, 'running job asked back'),
  leaseEnded: (nodeId: string, leaseId: string, reason: string) => log.info({ nodeId, leaseId, reason }, 'lease taken back'),
  proofAccepted: (nodeId: string, jobId: string, receiptId: string | null) => log.info({ nodeId, jobId, receiptId }, 'proof accepted'),
  canariesFailed: (message: string) => log.warn({ reason: message }, 'jobs with known answers cannot be given out or looked at now'),
  closingFailed: (jobId: string, message: string) => log.warn({ jobId, reason: message }, 'the runs of a cancelled job cannot be paid yet'),
  proofPostponed: (nodeId: string, message: string) => log.info({ nodeId, reason: message }, 'proof kept, to be settled later'),
  proofRefused: (nodeId: string, code: string) => log.warn({ nodeId, code }, 'proof refused'),
  challengeEnded: (nodeId: string, challengeId: string, state: string) => log.info({ nodeId, challengeId, state }, 'challenge ended'),
  nodePresence: (nodeId: string, isOnline: boolean) => log.info({ nodeId }, isOnline ? 'node is online' : 'node is offline'),
  standingsFailed: (message: string) => log.error({ error: message }, 'a look at the standing of nodes failed'),
  signalsKept: (message: string) => log.error({ error: message }, 'old soft signals could not be dropped'),
  challengesFailed: (message: string) => log.error({ error: message }, 'a round of challenges failed'),
  databaseLost: (message: string) => log.warn({ reason: message }, 'a connection to the database was lost; the next request opens another'),
  requestFailed: (method: string, path: string, message: string) => log.error({ method, path, error: message }, 'request failed'),
  socketFailed: (nodeId: string, message: string) => log.error({ nodeId, error: message }, 'socket failed'),
  jobLogFailed: (nodeId: string, message: string) => log.warn({ nodeId, error: message }, 'what a job says could not be kept'),
  gridFailed: (zone: string, message: string) => log.info({ zone, reason: message }, 'live grid data is not to be had; using what ships with Windfall'),
  incidentMoved: (incident: object, from: string, to: string, reason: string) =>
    to === 'ANOMALY_DETECTED'
      ? log.warn({ ...incident, from, to, reason }, 'incident detected')
      : log.info({ ...incident, from, to, reason }, 'incident moved on'),
  incidentActed: (incidentId: string, jobId: string, action: string, reason: string) =>
    log.info({ incidentId, jobId, action, reason }, 'incident: job looked at'),
  incidentsFailed: (message: string) => log.error({ error: message }, 'a look at grid and nodes failed'),
  habitsUnsaved: (message: string) => log.error({ error: message }, 'what was learned of when nodes may work could not be saved'),
  forgettingFailed: (message: string) => log.error({ error: message }, 'what old decisions were made on could not be dropped'),
  retentionFailed: (message: string) => log.error({ error: message }, 'what ended jobs said and produced could not be dropped; it is tried again'),
  storeFailed: (message: string) =>
    log.error({ error: message }, 'the store for what jobs run, produce and go on from does not work; it is used again as soon as it does'),
  creditsUnverified: (message: string) => log.error({ error: message }, 'the credits of anchored receipts could not be verified; it is tried again'),
  headsUnsigned: (message: string) => log.error({ error: message }, 'the head of this epoch could not be signed; it is tried again'),
  depositCredited: (depositId: string, signature: string, amount: bigint) => log.info({ depositId, signature, microUsd: String(amount) }, 'deposit credited'),
  depositHeld: (depositId: string, signature: string, reason: string) => log.warn({ depositId, signature, reason }, 'deposit held for the operator'),
  vaultsUnseen: (message: string) => log.warn({ reason: message }, 'the vaults of protected jobs could not be looked at; trying again'),
  depositsUnseen: (message: string) => log.warn({ reason: message }, 'what was paid in could not be looked for; trying again'),
  addressesUnsettled: (message: string) => log.error({ error: message }, 'addresses whose time has come have not taken over yet; it is tried again'),
  dispatchFailed: (message: string) => log.error({ error: message }, 'dispatch round failed'),
})
export type CoordinatorEvents = ReturnType<typeof coordinatorEvents>
