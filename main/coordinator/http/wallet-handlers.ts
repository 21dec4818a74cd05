import type { walletCalls } from '../../../shared/contract/wallet.ts'
import { type Called, nodeOf } from './callers.ts'
import type { CoordinatorParts } from './parts.ts'

/** Where a node is paid: its own calls, and those of whoever has the address of a page that links a wallet. */
export const walletHandlers = ({ wallets }: Pick<CoordinatorParts, 'wallets'>): Called<keyof typeof walletCalls> => ({
  getWallet: (_, caller) => wallets.show(nodeOf(caller)),
  beginWalletLink: (_, caller) => wallets.begin(nodeOf(caller)),
  getWalletLink: ({ linkId }, caller) => wallets.get(nodeOf(caller), linkId),
  confirmWalletLink: (input, caller) => wallets.confirm(nodeOf(caller), input),
  cancelWalletLink: ({ linkId }, caller) => wallets.cancel(nodeOf(caller), linkId),
  cancelWalletChange: (_, caller) => wallets.keep(nodeOf(caller)),
  openWalletLink: ({ secret }) => wallets.open(secret),
  answerWalletLink: (input) => wallets.answer(input),
  declineWalletLink: ({ secret }) => wallets.decline(secret),
})
