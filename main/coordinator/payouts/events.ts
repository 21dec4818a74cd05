import type { Logger } from '../../kernel/log.ts'

/** Every fact about payouts worth a line in the log. */
export interface PayoutEvents {
  readonly deposited: (signature: string, lamports: bigint) => void
  readonly planned: (batchId: string, recipients: number, lamports: bigint) => void
  readonly signed: (batchId: string, signature: string, attempt: number) => void
  readonly finished: (batchId: string, signature: string, err: string | null) => void
  readonly expired: (batchId: string, signature: string) => void
  readonly refused: (address: string, reason: string) => void
  readonly waiting: (batchId: string, reason: string) => void
  readonly sendFailed: (signature: string, reason: string) => void
  readonly failed: (error: unknown) => void
}

export const payoutEvents = (log: Logger): PayoutEvents => ({
  deposited: (signature, lamports) => log.info({ signature, lamports: lamports.toString() }, 'lamports arrived in the hot wallet'),
  planned: (batchId, recipients, lamports) => log.info({ batchId, recipients, lamports: lamports.toString() }, 'payout planned'),
  signed: (batchId, signature, attempt) => log.info({ batchId, signature, attempt }, 'transaction signed and written down'),
  finished: (batchId, signature, err) =>
    err === null ? log.info({ batchId, signature }, 'transaction is final') : log.warn({ batchId, signature, err }, 'transaction failed on chain'),
  expired: (batchId, signature) => log.warn({ batchId, signature }, 'transaction is proven dead and will be signed again'),
  refused: (address, reason) => log.warn({ address, reason }, 'payout address refused; the money stays confirmed'),
  waiting: (batchId, reason) => log.info({ batchId, reason }, 'transaction waits'),
  sendFailed: (signature, reason) => log.debug({ signature, reason }, 'sending failed; the status decides'),
  failed: (error) => log.warn({ err: error }, 'payouts could not go on; trying again'),
})
