import type { Logger } from '../../kernel/log.ts'

/** Every fact about payouts worth a line in the log. */
export interface PayoutEvents {
  readonly deposited: (signature: string, lamports: bigint, microUsdc: bigint) => void
  readonly planned: (batchId: string, recipients: number, amount: bigint, asset: string) => void
  readonly signed: (batchId: string, signature: string, attempt: number) => void
  readonly finished: (batchId: string, signature: string, err: string | null) => void
  readonly expired: (batchId: string, signature: string) => void
  readonly refused: (address: string, reason: string) => void
  readonly waiting: (batchId: string, reason: string) => void
  readonly sendFailed: (signature: string, reason: string) => void
  readonly split: (batchId: string, parts: number, reason: string) => void
  readonly paused: (reason: string | null) => void
  readonly refill: (message: string | null) => void
  /** `isKnown`: it failed like this the last time, too. */
  readonly failed: (error: unknown, isKnown?: boolean) => void
}

export const payoutEvents = (log: Logger): PayoutEvents => ({
  deposited: (signature, lamports, microUsdc) =>
    log.info({ signature, lamports: lamports.toString(), microUsdc: microUsdc.toString() }, 'money arrived in the hot wallet'),
  planned: (batchId, recipients, amount, asset) => log.info({ batchId, recipients, amount: amount.toString(), asset }, 'payout planned'),
  signed: (batchId, signature, attempt) => log.info({ batchId, signature, attempt }, 'transaction signed and written down'),
  finished: (batchId, signature, err) =>
    err === null ? log.info({ batchId, signature }, 'transaction is final') : log.warn({ batchId, signature, err }, 'transaction failed on chain'),
  expired: (batchId, signature) => log.warn({ batchId, signature }, 'transaction is proven dead and will be signed again'),
  refused: (address, reason) => log.warn({ address, reason }, 'payout address refused; the money stays confirmed'),
  waiting: (batchId, reason) => log.info({ batchId, reason }, 'transaction waits'),
  sendFailed: (signature, reason) => log.debug({ signature, reason }, 'sending failed; the status decides'),
  split: (batchId, parts, reason) => log.warn({ batchId, parts, reason }, 'payout batch taken apart; what was sound goes on'),
  paused: (reason) => (reason === null ? log.info('payouts run again') : log.warn({ reason }, 'payouts are paused')),
  refill: (message) => (message === null ? log.info('the hot wallet is filled again') : log.warn({ message }, 'the hot wallet has to be refilled')),
  failed: (error, isKnown = false) => log[isKnown ? 'debug' : 'warn']({ err: error }, 'payouts could not go on; trying again'),
})
