import { PLACES } from './places.ts'

/** What each file is, for whoever opens the archive. */
const WORDS: Readonly<Record<string, string>> = {
  requester: 'the account',
  api_key: 'API keys, without the keys: they are kept as hashes alone',
  job: 'jobs as they were submitted, and what became of them',
  job_template: 'templates of jobs',
  job_array: 'arrays of jobs',
  job_after: 'what jobs waited for',
  job_log: 'what jobs said; content is base64',
  job_result: 'results that were compared',
  attempt: 'every time a job was given to a machine',
  checkpoint: 'checkpoints that are kept',
  proof: 'signed energy proofs',
  receipt: 'carbon receipts',
  credit: 'carbon credits of receipts',
  webhook: 'webhooks, without their secrets',
  webhook_delivery: 'what webhooks were told',
  funding_request: 'deposits that were asked for on Solana',
  funding_payment: 'payments that came for them',
  vault: 'vaults of protected jobs',
  vault_release: 'what left them',
  ledger_transfer: 'every movement of money, in whole micro-USD, lamports or micro-EUR',
  ledger_balance: 'balances',
  node: 'machines',
  node_capabilities: 'what machines said of themselves',
  node_payout_address: 'addresses that machines were paid at',
  node_event: 'what machines were told',
  node_standing: 'how well machines have worked',
  node_attestation: 'what the security chips of machines said of their keys',
  node_availability: 'when machines were willing to work, by hour of the week',
  node_signal: 'what was unlikely about proofs',
  site: 'where machines are connected to the grid',
  fleet: 'fleets',
  fleet_member: 'machines of fleets',
  wallet_link: 'wallets that were linked',
  payout_item: 'payouts',
  payout_claim: 'payouts that were asked for',
  payout_terms: 'how machines are paid',
  challenge: 'challenges of proofs, and what came of them',
  member: 'those who sign in',
  member_session: 'sessions',
  erasure: 'what was asked to be erased',
}

function fateOf({ erasure }: (typeof PLACES)[number]): string {
  if (erasure === 'remove') return 'removed on erasure'
  return 'set' in erasure ? 'overwritten on erasure' : `kept on erasure: ${erasure.keep}`
}

/** The page of an archive that says what is in it. */
export function readme(name: string, at: string): string {
  const fates = Map.groupBy(PLACES, ({ table }) => table)
  const lines = [...fates].map(
    ([table, places]) => `- \`${table}.jsonl\`: ${WORDS[table] ?? table.replaceAll('_', ' ')} (${[...new Set(places.map(fateOf))].join('; ')})`,
  )
  return [
    `# What this coordinator keeps about ${name}`,
    '',
    `As of ${at}. Files end in \`.jsonl\` and hold one JSON object in each line; times are milliseconds since 1970 (UTC). A file is there if it holds something.`,
    '',
    ...lines,
    '- `decisions.jsonl`: what the coordinator decided or noted about these jobs and machines, as it was hashed (what is personal in it is erased on erasure)',
    '- `acts.jsonl`: what they did to the coordinator, or others did about them (from where and what was asked is erased on erasure)',
    '- `outputs/`: what jobs produced, named by its SHA-256 (removed on erasure)',
    '',
    'Inputs and images that were uploaded are named in `job.jsonl` by their SHA-256; they are what was uploaded, bit for bit.',
    '',
  ].join('\n')
}
