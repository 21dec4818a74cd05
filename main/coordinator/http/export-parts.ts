import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import type { ReceiptExport } from '../../../shared/contract/receipt.ts'

type Contract = typeof coordinatorContract
type In<K extends keyof Contract> = InputOf<Contract[K]>
type Out<K extends keyof Contract> = OutputOf<Contract[K]>

/** What the HTTP border needs of sites and their evidence. Error of all: `not-found`. */
export interface EvidenceParts {
  /** Errors also: `input.invalid`, `input.too-large`. */
  readonly evidence: (asked: In<'getEvidence'>) => Promise<Out<'getEvidence'>>
  readonly site: (nodeId: string) => Promise<Out<'getSite'>>
  readonly describeSite: (by: string, change: In<'describeSite'>) => Promise<Out<'describeSite'>>
}

/** What the HTTP border needs of receipts that are found, exported and summed; who asks comes first, and sees all or their own. */
export interface ExportParts {
  /** Errors: `auth.refused`, `input.invalid`. */
  readonly list: (viewer: Viewer, page: In<'listReceipts'>) => Promise<Out<'listReceipts'>>
  /** A JSON Web Key Set. */
  readonly keySet: () => Promise<object>
  /** A receipt as a `vc+jwt`. Error: `not-found`. */
  readonly credential: (receiptId: string) => Promise<string>
  /** Text in pieces, made while it is read. Errors as of `list`, and `not-found` for a receipt that is named, before the first piece. */
  readonly receipts: (viewer: Viewer, asked: ReceiptExport) => Promise<AsyncIterable<string>>
  readonly emissions: (viewer: Viewer, question: In<'getEmissions'>) => Promise<Out<'getEmissions'>>
  readonly ownEmissions: (nodeId: string, question: In<'getOwnEmissions'>) => Promise<Out<'getOwnEmissions'>>
}
