/** What a reader finds operations by: the first that the path begins with counts. */
const TAGS: readonly (readonly [tag: string, description: string, prefixes: readonly string[]])[] = [
  ['Machines', '', ['/v1/fleet-summary']],
  ['Linking a wallet', 'Where a node is paid, agreed by the signature of a wallet.', ['/v1/links', '/link', '/v1/node/wallet']],
  ['Payouts', 'What nodes are paid on Solana.', ['/v1/payouts', '/v1/node/payout']],
  ['For agents', 'What a machine says and asks in its own name, signed by its device key.', ['/v1/node/', '/v1/presence', '/v1/leases', '/v1/events']],
  ['For agents', '', ['/v1/orders', '/v1/challenges', '/v1/proofs/head', '/v1/proofs/batch', '/v1/agents', '/v1/fleet', '/v1/enrolments', '/v1/nodes/keys']],
  [
    'Jobs',
    'Submit, plan, follow and cancel jobs, alone or as arrays, and what they run.',
    ['/v1/jobs', '/v1/job-states', '/v1/job-summary', '/v1/arrays', '/v1/templates', '/v1/models', '/v1/blobs'],
  ],
  [
    'Receipts and proofs',
    'What was measured, signed and logged, and how anybody verifies it.',
    ['/v1/receipt', '/v1/proofs', '/v1/emissions', '/v1/log', '/verify'],
  ],
  ['Receipts and proofs', '', ['/.well-known', '/v1/keys']],
  ['Paying in', 'Prepaid money, and vaults of protected jobs.', ['/v1/account', '/v1/deposits', '/v1/vaults']],
  ['Books', 'Double entry: statements, disputes, refunds, balance sheets.', ['/v1/ledger', '/v1/requesters', '/v1/profitability']],
  ['Grid', 'Zones, intensity, prices and forecasts, with where they come from.', ['/v1/grid', '/v1/zone']],
  ['Machines', 'Nodes as their operator sees them.', ['/v1/nodes', '/v1/node', '/v1/enrolment-tokens', '/v1/canaries', '/v1/soft-signals']],
  ['Access', 'Keys, people, roles and what takes two people.', ['/v1/api-keys', '/v1/members', '/v1/session', '/v1/sign', '/auth', '/v1/approvals', '/v1/me']],
  ['Webhooks', 'Told without asking.', ['/v1/webhook']],
  ['People and their data', 'Export and erasure of what is kept about a person.', ['/v1/person']],
  ['Operating', 'Health, decisions, incidents and replicas.', ['/']],
]

export const tagOf = (path: string): string => TAGS.find(([, , prefixes]) => prefixes.some((prefix) => path.startsWith(prefix)))?.[0] ?? 'Operating'

export const tagDescriptions = TAGS.filter(([, description]) => description !== '').map(([name, description]) => ({ name, description }))

/** What a parameter of this name means, wherever it is asked for. */
const PARAMETERS: Readonly<Record<string, string>> = {
  about: 'What it is about, as kind and id',
  account: 'Only what changes this account of the books, or one below it',
  after: 'Go on behind this place: the `next` of the page before',
  all: 'Whether to show those too that nothing is in',
  array: 'Only jobs of this array, in their order',
  at: 'The moment asked about',
  beginning: 'Only ids that begin like this',
  by: 'What to sum by',
  cause: 'Only with one of these causes',
  date: 'The day',
  digest: 'Content address: sha256: and the digest of the content',
  from: 'Where it begins',
  gpu: 'A part of the name of a GPU that it has',
  hash: 'SHA-256, in hexadecimal digits',
  index: 'Place in the list, from 0',
  job: 'Only of this job',
  kind: 'Only of this kind; where several may be asked for, with commas between them',
  latitude: 'Degrees north; two decimals say enough',
  leaf: 'Place of the leaf in the log, from 0',
  limit: 'How much at once, at most',
  longitude: 'Degrees east; two decimals say enough',
  model: 'Only of this model',
  month: 'The month, UTC',
  name: 'Its name',
  node: 'Only of this node',
  of: 'Whose: for operators',
  owner: 'Whose: for operators',
  postcode: 'A postcode of Great Britain; the first half is enough',
  presence: 'Whether it is there: one or more of `online`, `offline`, `unknown`',
  query: 'What to look for',
  receipt: 'The id of a receipt',
  requester: 'Only of this requester; for operators',
  search: 'What its name contains, or what its id or owner begins with',
  secret: 'The secret part of the address that the owner was given',
  seq: 'Number in the log, from 1',
  sha256: 'SHA-256 of the content, in hexadecimal digits',
  signature: 'Signature of the transaction on Solana, base58',
  signed: '`now`: a head that is signed for this answer',
  since: 'From this moment on',
  size: 'Number of leaves of the tree',
  state: 'Only what is in this state; where several may be asked for, with commas between them',
  template: 'Only jobs that were made from this template',
  to: 'Where it ends',
  token: 'Fencing token of the lease',
  until: 'Before this moment',
  version: 'The version; the newest if left out where that is possible',
  waiting: 'Only what waits for a decision',
  which: 'Which of them',
  zone: 'Zone of the grid, such as GB-13 or DE; where several may be asked for, with commas between them',
}

const spaced = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** Names that end in `Id` say themselves what they are; so do others that nothing more is to be said about. */
export const parameterWords = (name: string): string =>
  PARAMETERS[name] ?? (name.endsWith('Id') ? `The id of the ${spaced(name.slice(0, -2))}` : `The ${spaced(name)}`)
