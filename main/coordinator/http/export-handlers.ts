import { type Called, byOf, nodeOf, viewerOf } from './callers.ts'
import type { EvidenceParts, ExportParts } from './export-parts.ts'

/** Receipts as they are found and summed. */
export const exportHandlers = ({ exports }: { readonly exports: ExportParts }): Called<'listReceipts' | 'getEmissions' | 'getOwnEmissions'> => ({
  listReceipts: (page, caller) => exports.list(viewerOf(caller), page),
  getEmissions: (question, caller) => exports.emissions(viewerOf(caller), question),
  getOwnEmissions: (question, caller) => exports.ownEmissions(nodeOf(caller), question),
})

/** What operators know about sites, and the evidence of what happened there. */
export const evidenceHandlers = ({ evidence }: { readonly evidence: EvidenceParts }): Called<'getEvidence' | 'getSite' | 'describeSite'> => ({
  getEvidence: (asked) => evidence.evidence(asked),
  getSite: ({ nodeId }) => evidence.site(nodeId),
  describeSite: (change, caller) => evidence.describeSite(byOf(caller), change),
})
