import type { Logger } from '../kernel/log.ts'

/** One function per fact worth logging. Nothing secret is ever an argument. */
export const coordinatorEvents = (log: Logger) => ({
  shardMoved: (shard: string, epoch: number, how: 'taken' | 'lost') =>
    how === 'taken' ? log.info({ shard, epoch }, 'this coordinator takes over') : log.warn({ shard, epoch }, 'another coordinator has taken over'),
  sharingFailed: (message: string) => log.error({ error: message }, 'what this coordinator runs for all could not be made sure of; it is tried again'),
  draining: (graceMs: number) => log.info({ graceMs }, 'coordinator is stopping: it begins nothing new, and answers what comes for this long'),
  drained: (left: number) =>
    left === 0 ? log.info('everything that was under way is answered') : log.warn({ left }, 'what was under way took too long and is given up'),
  certificateTaken: (subject: string, validTo: number) => log.info({ subject, validTo: new Date(validTo).toISOString() }, 'new certificate in use'),
  certificateRefused: (message: string) => log.error({ error: message }, 'the new certificate is not used; the one before goes on'),
  certificateExpires: (validTo: number) => log.warn({ validTo: new Date(validTo).toISOString() }, 'the certificate expires soon'),
  unnamed: (host: string) =>
    log.warn(
      { host },
      'this coordinator does not know what its nodes call it: set publicUrl or names, or what a node signs for another coordinator is taken here',
    ),
  listening: (address: string) => log.info({ address }, 'coordinator is listening'),
  leasePushed: (nodeId: string, leaseId: string, jobId: string) => log.info({ nodeId, leaseId, jobId }, 'lease given'),
  leaseDue: (leaseId: string, delayMs: number) => log.debug({ leaseId, delayMs }, 'lease given after the beginning of its window'),
  leaseAskedBack: (nodeId: string, leaseId: string, reason: string) => log.info({ nodeId, leaseId, reason }, 'running job asked back'),
  leaseEnded: (nodeId: string, leaseId: string, reason: string) => log.info({ nodeId, leaseId, reason }, 'lease taken back'),
  proofKept: (nodeId: string, ms: number) => log.debug({ nodeId, ms }, 'what a node handed in is durable'),
  proofAccepted: (nodeId: string, jobId: string, receiptId: string | null) => log.info({ nodeId, jobId, receiptId }, 'proof accepted'),
  canariesFailed: (message: string) => log.warn({ reason: message }, 'jobs with known answers cannot be given out or looked at now'),
  closingFailed: (jobId: string, message: string) => log.warn({ jobId, reason: message }, 'the runs of a cancelled job cannot be paid yet'),
  proofPostponed: (nodeId: string, message: string) => log.info({ nodeId, reason: message }, 'proof kept, to be settled later'),
  proofRefused: (nodeId: string, code: string, reason: string) => log.warn({ nodeId, code, reason }, 'proof refused'),
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
  erasingFailed: (message: string) => log.error({ error: message }, 'what persons asked to have erased could not be; it is tried again'),
  actsUnsigned: (message: string) => log.error({ error: message }, 'the newest act could not be signed, or old details not dropped; it is tried again'),
  forgettingFailed: (message: string) => log.error({ error: message }, 'what old decisions were made on could not be dropped'),
  retentionFailed: (message: string) => log.error({ error: message }, 'what ended jobs said and produced could not be dropped; it is tried again'),
  storeFailed: (message: string) =>
    log.error({ error: message }, 'the store for what jobs run, produce and go on from does not work; it is used again as soon as it does'),
  creditsUnverified: (message: string) => log.error({ error: message }, 'the credits of anchored receipts could not be verified; it is tried again'),
  headsUnsigned: (message: string) => log.error({ error: message }, 'the head of this epoch could not be signed; it is tried again'),
  booksChecked: (_at: number, findings: readonly string[]) =>
    findings.length === 0 ? log.info('the books balance') : log.error({ findings: findings.length, first: findings[0] }, 'the books do not balance'),
  changesUnread: (message: string) => log.warn({ reason: message }, 'what changed cannot be read; those who listen are told later'),
  booksUnchecked: (message: string) => log.error({ error: message }, 'the books could not be checked; it is tried again'),
  depositCredited: (depositId: string, signature: string, amount: bigint) => log.info({ depositId, signature, microUsd: String(amount) }, 'deposit credited'),
  depositHeld: (depositId: string, signature: string, reason: string) => log.warn({ depositId, signature, reason }, 'deposit held for the operator'),
  vaultsUnseen: (message: string) => log.warn({ reason: message }, 'the vaults of protected jobs could not be looked at; trying again'),
  depositsUnseen: (message: string) => log.warn({ reason: message }, 'what was paid in could not be looked for; trying again'),
  addressesUnsettled: (message: string) => log.error({ error: message }, 'addresses whose time has come have not taken over yet; it is tried again'),
  signInRefused: (reason: string) => log.warn({ reason }, 'somebody was not signed in'),
  webhookDisabled: (webhookId: string, host: string, reason: string) => log.warn({ webhookId, host, reason }, 'webhook disabled'),
  webhooksFailed: (message: string) => log.error({ error: message }, 'what webhooks are to be told cannot be sent or noted now; it is tried again'),
  dispatchFailed: (message: string) => log.error({ error: message }, 'dispatch round failed'),
})
export type CoordinatorEvents = ReturnType<typeof coordinatorEvents>
