import type { Kysely, Transaction } from 'kysely'
import type { ApprovalTables } from './tables/approvals.ts'
import type { ActTables } from './tables/acts.ts'
import type { ChallengeTables } from './tables/challenges.ts'
import type { DecisionTables } from './tables/decisions.ts'
import type { FleetTables } from './tables/fleets.ts'
import type { FundingTables } from './tables/funding.ts'
import type { GridTables } from './tables/grid.ts'
import type { IncidentTables } from './tables/incidents.ts'
import type { JobLogTables } from './tables/job-logs.ts'
import type { JobTables } from './tables/jobs.ts'
import type { LedgerTables } from './tables/ledger.ts'
import type { MemberTables } from './tables/members.ts'
import type { ModelTables } from './tables/models.ts'
import type { PayoutTables } from './tables/payouts.ts'
import type { PersonTables } from './tables/persons.ts'
import type { ProofInboxTables } from './tables/proof-inbox.ts'
import type { QuorumTables } from './tables/quorum.ts'
import type { ReceiptTables } from './tables/receipts.ts'
import type { RegistryTables } from './tables/registry.ts'
import type { ReplicaTables } from './tables/replicas.ts'
import type { ShardTables } from './tables/shards.ts'
import type { SignalTables } from './tables/signals.ts'
import type { VaultTables } from './tables/vaults.ts'
import type { WalletTables } from './tables/wallets.ts'
import type { WebhookTables } from './tables/webhooks.ts'

export type Schema = RegistryTables &
  ActTables &
  ApprovalTables &
  DecisionTables &
  FleetTables &
  FundingTables &
  GridTables &
  IncidentTables &
  JobTables &
  JobLogTables &
  ChallengeTables &
  ReceiptTables &
  LedgerTables &
  PayoutTables &
  MemberTables &
  ModelTables &
  PersonTables &
  ProofInboxTables &
  QuorumTables &
  ReplicaTables &
  ShardTables &
  SignalTables &
  VaultTables &
  WalletTables &
  WebhookTables
export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>
