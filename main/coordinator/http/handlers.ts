import { fromIso, toIso } from '../../../shared/units.ts'
import { apiKeyHandlers } from './api-key-handlers.ts'
import { approvalHandlers } from './approval-handlers.ts'
import { arrayCalls, templateCalls } from './array-handlers.ts'
import { auditHandlers } from './audit-handlers.ts'
import { type Called, byOf, isAsync, nodeOf, principalOf, requesterOf, viewerOf } from './callers.ts'
import { evidenceHandlers, exportHandlers } from './export-handlers.ts'
import { ledgerHandlers } from './ledger-handlers.ts'
import { logHandlers } from './log-handlers.ts'
import { depositHandlers } from './deposit-handlers.ts'
import { canaryHandlers } from './canary-handlers.ts'
import { memberHandlers } from './member-handlers.ts'
import { modelHandlers } from './model-handlers.ts'
import { nodeAdminHandlers } from './node-handlers.ts'
import { requesterAdminCalls } from './requester-handlers.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'
import { overviewHandlers } from './overview-handlers.ts'
import { payoutHandlers } from './payout-handlers.ts'
import { personHandlers } from './person-handlers.ts'
import { runCalls } from './run-handlers.ts'
import { vaultHandlers } from './vault-handlers.ts'
import { walletHandlers } from './wallet-handlers.ts'
import { workHandlers } from './work-handlers.ts'
import { webhookHandlers } from './webhook-handlers.ts'

const publicCalls = ({
  clock,
  version,
  health,
  keys,
  statistics,
  registry,
  receipts,
}: CoordinatorParts): Called<'health' | 'keys' | 'getStatistics' | 'beginEnrolment' | 'enrol' | 'getReceipt'> => ({
  health: async () => ({ status: await health(), version, time: toIso(clock.now()) }),
  keys,
  getStatistics: statistics,
  beginEnrolment: ({ publicJwk }) => registry.begin(publicJwk),
  enrol: registry.enrol,
  getReceipt: ({ receiptId }) => receipts.get(receiptId),
})

const at = (text: string | null): number | null => (text === null ? null : fromIso(text))

const gridCalls = ({
  grid,
}: CoordinatorParts): Called<'listZones' | 'findZone' | 'getSignal' | 'getSignalOf' | 'getGridHistory' | 'getGridAccuracy' | 'getAbundance'> => ({
  listZones: () => ({ zones: [...grid.zones()] }),
  findZone: (question) => grid.find(question),
  getSignal: async ({ zone }) => ({ signal: await grid.signal(zone) }),
  getSignalOf: ({ zone, kind }) => grid.signalOf(zone, kind),
  getGridHistory: async ({ zone, from, to }) => ({ signal: await grid.history(zone, { from: at(from), to: at(to) }) }),
  getGridAccuracy: ({ zone }) => grid.accuracy(zone),
  getAbundance: ({ zone }) => grid.abundance(zone),
})

const nodeCalls = ({
  clock,
  registry,
  agents,
  jobs,
  proofs,
  challenges,
  grid,
}: CoordinatorParts): Called<
  | 'getSolarForecast'
  | 'heartbeat'
  | 'requestLease'
  | 'startAttempt'
  | 'failAttempt'
  | 'giveBack'
  | 'submitProof'
  | 'submitProofs'
  | 'proofChain'
  | 'answerChallenge'
  | 'nodeEvents'
  | 'rotateKey'
> => ({
  getSolarForecast: (site) => grid.sun(site),
  heartbeat: async (presence, caller) => ({ ...(await agents.heartbeat(nodeOf(caller), presence)), now: toIso(clock.now()) }),
  requestLease: async ({ runtimes }, caller) => ({ lease: await jobs.request(nodeOf(caller), runtimes) }),
  startAttempt: async (claim, caller) => {
    await jobs.start({ ...claim, nodeId: nodeOf(caller) })
    return {}
  },
  failAttempt: async (failure, caller) => {
    await jobs.fail({ ...failure, nodeId: nodeOf(caller) })
    return {}
  },
  giveBack: (input, caller) => proofs.giveBack(nodeOf(caller), input),
  submitProof: (input, caller) => proofs.submit(nodeOf(caller), input, isAsync(caller)),
  submitProofs: (input, caller) => proofs.submitAll(nodeOf(caller), input, isAsync(caller)),
  proofChain: (_, caller) => proofs.head(nodeOf(caller)),
  answerChallenge: (input, caller) => challenges.answer(nodeOf(caller), input),
  rotateKey: ({ statement }, caller) => registry.rotateKey(nodeOf(caller), statement),
  nodeEvents: async (page, caller) => {
    const events = await agents.events(nodeOf(caller), page)
    return { events, next: events.at(-1)?.seq ?? page.after }
  },
})

const fleetCalls = ({ fleets }: CoordinatorParts): Called<'inviteToFleet' | 'joinFleet' | 'getFleet' | 'removeFromFleet'> => ({
  inviteToFleet: (_, caller) => fleets.invite(nodeOf(caller)),
  joinFleet: ({ code }, caller) => fleets.join(nodeOf(caller), code),
  getFleet: (_, caller) => fleets.view(nodeOf(caller)),
  removeFromFleet: async ({ nodeId }, caller) => {
    await fleets.remove(nodeOf(caller), nodeId)
    return {}
  },
})

const requesterCalls = ({
  jobs,
  results,
  ledger,
}: CoordinatorParts): Called<'submitJob' | 'planJob' | 'listJobs' | 'getJob' | 'getJobOutput' | 'cancelJob' | 'getAccount'> => ({
  submitJob: (submission, caller) => jobs.submit({ ...submission, requesterId: requesterOf(caller) }),
  planJob: ({ spec }, caller) => jobs.plan(spec, principalOf(caller).grants['fleet.read'] !== undefined),
  listJobs: (page, caller) => jobs.list({ ...page, requesterId: requesterOf(caller) }),
  getJob: ({ jobId }, caller) => jobs.view(requesterOf(caller), jobId),
  getJobOutput: async ({ jobId }, caller) => {
    const { outputSha256, content } = await results.read(requesterOf(caller), jobId)
    return { outputSha256, output: Buffer.from(content).toString('base64') }
  },
  cancelJob: ({ jobId }, caller) => jobs.cancel(requesterOf(caller), jobId),
  getAccount: (_, caller) => ledger.account(requesterOf(caller)),
})

const proofCalls = ({ proofs, challenges }: CoordinatorParts): Called<'listProofs' | 'getProof' | 'challengeProof' | 'getChallenges'> => ({
  listProofs: (page, caller) => proofs.list({ ...page, requesterId: requesterOf(caller) }),
  getProof: ({ proofId }, caller) => proofs.get({ proofId, requesterId: requesterOf(caller) }),
  challengeProof: ({ proofId }, caller) => challenges.ask(requesterOf(caller), proofId),
  getChallenges: async ({ proofId }, caller) => ({ challenges: await challenges.list(requesterOf(caller), proofId) }),
})

const incidentCalls = ({
  incidents,
}: CoordinatorParts): Called<'listIncidents' | 'getIncident' | 'acknowledgeIncident' | 'closeIncident' | 'simulateEvent'> => ({
  listIncidents: incidents.list,
  getIncident: ({ incidentId }) => incidents.show(incidentId),
  acknowledgeIncident: ({ incidentId }, caller) => incidents.acknowledge(byOf(caller), incidentId),
  closeIncident: (closing, caller) => incidents.close(byOf(caller), closing),
  simulateEvent: (order, caller) => incidents.simulate(byOf(caller), order),
})

const decisionCalls = ({ decisions }: CoordinatorParts): Called<'listDecisions' | 'getDecision' | 'getDecisionInput' | 'exportDecisions'> => ({
  listDecisions: (page, caller) => decisions.list(viewerOf(caller), page),
  getDecision: ({ seq }, caller) => decisions.show(viewerOf(caller), seq),
  getDecisionInput: (asked) => decisions.input(asked),
  exportDecisions: (page) => decisions.export(page),
})

/** Every call of the contract. The border has authenticated the caller; each handler still takes only the identity it needs. */
export const createHandlers = (parts: CoordinatorParts): CoordinatorHandlers => ({
  ...publicCalls(parts),
  ...gridCalls(parts),
  ...nodeCalls(parts),
  ...nodeAdminHandlers(parts),
  ...walletHandlers(parts),
  ...depositHandlers(parts),
  ...vaultHandlers(parts),
  ...webhookHandlers(parts),
  ...payoutHandlers(parts),
  ...ledgerHandlers(parts),
  ...logHandlers(parts),
  ...memberHandlers(parts),
  ...modelHandlers(parts),
  ...canaryHandlers(parts),
  listReplicas: () => parts.replicas(),
  ...runCalls(parts),
  ...exportHandlers(parts),
  ...evidenceHandlers(parts),
  ...overviewHandlers(parts),
  ...workHandlers(parts),
  getProfitability: (asked) => parts.profitability(asked),
  ...fleetCalls(parts),
  ...requesterCalls(parts),
  ...templateCalls(parts),
  ...arrayCalls(parts),
  ...requesterAdminCalls(parts),
  ...apiKeyHandlers(parts),
  ...approvalHandlers(parts),
  ...proofCalls(parts),
  ...incidentCalls(parts),
  ...decisionCalls(parts),
  ...auditHandlers(parts),
  ...personHandlers(parts),
})
