import { type Called, nodeOf, requesterOf } from './callers.ts'
import type { EvidenceParts, ExportParts } from './export-parts.ts'

/** Receipts as they are found and summed. */
export const exportHandlers = ({ exports }: { readonly exports: ExportParts }): Called<'listReceipts' | 'getEmissions' | 'getOwnEmissions'> => ({
  listReceipts: (page, caller) => exports.list(requesterOf(caller), page),
  getEmissions: (question, caller) => exports.emissions(requesterOf(caller), question),
  getOwnEmissions: (question, caller) => exports.ownEmissions(nodeOf(caller), question),
})

/** What operators know about sites, and the evidence of what happened there. */
export const evidenceHandlers = ({ evidence }: { readonly evidence: EvidenceParts }): Called<'getEvidence' | 'getSite' | 'describeSite'> => ({
  getEvidence: (asked, caller) => evidence.evidence(requesterOf(caller), asked),
  getSite: ({ nodeId }, caller) => evidence.site(requesterOf(caller), nodeId),
  describeSite: (change, caller) => evidence.describeSite(requesterOf(caller), change),
})
