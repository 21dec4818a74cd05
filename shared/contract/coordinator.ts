/** Everything an agent or a requester may ask of the coordinator over HTTP. */
import { z } from 'zod'
import { ReceiptBundle } from '../domain/carbon-receipt.ts'
import { auditCalls } from './audit.ts'
import { apiKeyCalls } from './api-key.ts'
import { approvalCalls } from './approval.ts'
import { canaryCalls } from './canary.ts'
import { decisionCalls } from './decision.ts'
import { emissionCalls } from './emissions.ts'
import { evidenceCalls } from './evidence.ts'
import { call } from './define.ts'
import { depositCalls } from './funding.ts'
import { gridCalls } from './grid.ts'
import { Empty, http } from './http-binding.ts'
import { incidentCalls } from './incident.ts'
import { JobSpec, JobView } from './job.ts'
import { arrayCalls } from './job-array.ts'
import { AdmissionRule, After, ArrayId, TemplateName } from './job-links.ts'
import { TemplateUse, templateCalls } from './job-template.ts'
import { overviewCalls } from './overview.ts'
import { PlanAnswer } from './plan.ts'
import { ledgerOrderCalls } from './ledger-orders.ts'
import { ledgerCalls } from './ledger.ts'
import { logCalls } from './log.ts'
import { memberCalls } from './member.ts'
import { modelCalls } from './model.ts'
import { nodeAdminCalls } from './node-admin.ts'
import { nodeCalls } from './node-calls.ts'
import { statisticsCalls } from './statistics.ts'
import { tokenCalls } from './node-token.ts'
import { PayoutState, PayoutView, nodePayoutCalls } from './payout.ts'
import { payoutAdminCalls } from './payout-admin.ts'
import { personCalls } from './person.ts'
import { profitabilityCalls } from './profitability.ts'
import { ChallengeView, ProofSummary, ProofView } from './proof.ts'
import { ReceiptFilters, ReceiptSummary } from './receipt.ts'
import { requesterCalls } from './requester.ts'
import { replicaCalls } from './replica.ts'
import { runCalls } from './run-calls.ts'
import { severalOf } from './several.ts'
import { vaultCalls } from './vault.ts'
import { walletCalls } from './wallet.ts'
import { webhookCalls } from './webhook.ts'
import { JobFilters, workCalls } from './work.ts'
import { Base64, DecimalString, Id, IsoTime, KeyId, PageRequest, PublicJwk, Sha256Hex, SolanaAddress, pageOf } from './wire.ts'

export const coordinatorContract = {
  health: call(
    Empty,
    z.strictObject({ status: z.enum(['ok', 'starting', 'degraded']), version: z.string(), time: IsoTime }),
    http('GET', '/v1/health', 'public', 'Is the coordinator up?'),
  ),
  keys: call(
    Empty,
    z.strictObject({ receiptKey: PublicJwk, logKey: PublicJwk, logId: KeyId, cluster: z.string(), hotWallet: SolanaAddress }),
    http('GET', '/v1/keys', 'public', 'Public keys to pin for receipt verification'),
  ),

  ...nodeCalls,
  ...overviewCalls,
  ...workCalls,
  ...profitabilityCalls,
  ...modelCalls,
  ...memberCalls,
  ...canaryCalls,
  ...nodeAdminCalls,
  ...walletCalls,
  ...depositCalls,
  ...vaultCalls,
  ...webhookCalls,
  ...statisticsCalls,
  ...replicaCalls,
  ...tokenCalls,
  ...runCalls,
  ...incidentCalls,
  ...decisionCalls,
  ...auditCalls,
  ...personCalls,
  ...emissionCalls,
  ...evidenceCalls,

  ...templateCalls,
  ...arrayCalls,
  ...requesterCalls,
  ...apiKeyCalls,
  ...approvalCalls,
  ...nodePayoutCalls,
  ...payoutAdminCalls,

  submitJob: call(
    z
      .strictObject({ jobId: Id, spec: JobSpec.optional(), template: TemplateUse.optional(), after: After.optional(), admission: AdmissionRule.optional() })
      .refine(({ spec, template }) => (spec === undefined) !== (template === undefined), 'give a job or a template, not both'),
    JobView,
    http('POST', '/v1/jobs', 'jobs.write', 'Submit a job; repeating the same id is harmless'),
  ),
  planJob: call(
    z.strictObject({ spec: JobSpec }),
    PlanAnswer,
    http('POST', '/v1/jobs/plan', 'jobs.write', 'Explain where and when a job would run, without submitting it'),
  ),
  listJobs: call(
    z.strictObject({
      ...JobFilters,
      /** Only the jobs of this array, in their order. */
      array: ArrayId.optional(),
      /** Only jobs that were made from this template. */
      template: TemplateName.optional(),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(JobView),
    http('GET', '/v1/jobs', 'jobs.read', 'Jobs, newest first'),
  ),
  getJob: call(z.strictObject({ jobId: Id }), JobView, http('GET', '/v1/jobs/{jobId}', 'jobs.read', 'One job')),
  getJobOutput: call(
    z.strictObject({ jobId: Id }),
    z.strictObject({ outputSha256: Sha256Hex, output: Base64 }),
    http('GET', '/v1/jobs/{jobId}/output', 'jobs.read', 'What a completed job produced'),
  ),
  cancelJob: call(
    z.strictObject({ jobId: Id }),
    JobView,
    http('POST', '/v1/jobs/{jobId}/cancel', 'jobs.write', 'Cancel a job that has not finished; runs of it that were proven and given back before are paid'),
  ),
  getAccount: call(
    Empty,
    z.strictObject({
      requesterId: Id,
      balanceMicroUsd: DecimalString,
      reservedMicroUsd: DecimalString,
      /** What a deposit that was taken back has left unpaid: no job is taken until it is paid in. */
      owedMicroUsd: DecimalString.default('0'),
    }),
    http('GET', '/v1/account', 'account.read', 'Prepaid balance and what is reserved'),
  ),

  listReceipts: call(
    PageRequest.extend({ ...ReceiptFilters, limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(ReceiptSummary),
    http('GET', '/v1/receipts', 'receipts.read', 'Receipts of your jobs, newest first; for operators those of everybody'),
  ),
  getReceipt: call(z.strictObject({ receiptId: Id }), ReceiptBundle, http('GET', '/v1/receipts/{receiptId}', 'public', 'A receipt bundle anyone can verify')),
  ...logCalls,
  listProofs: call(
    PageRequest.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(ProofSummary),
    http('GET', '/v1/proofs', 'receipts.read', 'Accepted energy proofs of your jobs, newest first'),
  ),
  getProof: call(z.strictObject({ proofId: Id }), ProofView, http('GET', '/v1/proofs/{proofId}', 'receipts.read', 'One energy proof and its challenges')),
  challengeProof: call(
    z.strictObject({ proofId: Id }),
    ChallengeView,
    http(
      'POST',
      '/v1/proofs/{proofId}/challenge',
      'proofs.challenge',
      'Ask the node for the samples behind a proof; repeating it while one is open is harmless',
    ),
  ),
  getChallenges: call(
    z.strictObject({ proofId: Id }),
    z.strictObject({ challenges: z.array(ChallengeView) }),
    http('GET', '/v1/proofs/{proofId}/challenge', 'receipts.read', 'What challenges of a proof have come to, newest first'),
  ),
  listPayouts: call(
    PageRequest.extend({
      /** One or more, separated by commas. */
      state: severalOf(PayoutState.options).optional(),
      node: KeyId.optional(),
      /** Of one transaction: to whom it pays. */
      batch: Id.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(PayoutView),
    http('GET', '/v1/payouts', 'payouts.read', 'Payouts of all nodes, newest first; only for the operator'),
  ),
  ...ledgerCalls,
  ...ledgerOrderCalls,

  ...gridCalls,
}
