import type { DepositView } from '../../../shared/contract/funding.ts'
import type { VaultView } from '../../../shared/contract/vault.ts'
import { HOUR, MINUTE, at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

const ADDRESS = 'A'.repeat(44)
export const SIGNATURE = '5'.repeat(88)

export const aDeposit = (changes: Partial<DepositView> = {}): DepositView => ({
  depositId: 'deposit-1',
  requesterId: 'requester-1',
  state: 'waiting',
  asset: 'sol',
  microUsd: '25000000',
  units: '166666667',
  rate: '1 SOL = $150.00, fixed',
  recipient: ADDRESS,
  reference: 'B'.repeat(44),
  url: `solana:${ADDRESS}?amount=0.166666667&reference=${'B'.repeat(44)}`,
  cluster: 'devnet',
  expiresAt: at(15 * MINUTE),
  createdAt: at(-MINUTE),
  payments: [],
  ...changes,
})

export const aVault = (changes: Partial<VaultView> = {}): VaultView => ({
  jobId: 'job-9',
  requesterId: 'requester-1',
  state: 'waiting',
  reason: 'It waits for 5 USDC.',
  wallet: ADDRESS,
  coordinator: ADDRESS,
  arbiter: ADDRESS,
  mint: ADDRESS,
  multisig: ADDRESS,
  account: ADDRESS,
  dueMicroUsdc: '5000000',
  heldMicroUsdc: '0',
  freeMicroUsd: '0',
  release: null,
  cluster: 'devnet',
  createdAt: at(-HOUR),
  expiresAt: at(HOUR),
  ...changes,
})

interface Money {
  readonly owedMicroUsd?: string
  readonly deposits?: readonly DepositView[]
  readonly vaults?: readonly VaultView[]
}

/** A coordinator with this money of whoever asks. */
export const accountHandlers = ({ owedMicroUsd = '0', deposits = [], vaults = [] }: Money = {}): FakeHandlers => ({
  getAccount: () => ({ requesterId: 'requester-1', balanceMicroUsd: '123450000', reservedMicroUsd: '2000000', owedMicroUsd }),
  listDeposits: () => ({ items: [...deposits], next: null }),
  getDeposit: ({ depositId }) => deposits.find((one) => one.depositId === depositId) ?? aDeposit({ depositId }),
  listVaults: () => ({ items: [...vaults], next: null }),
})
