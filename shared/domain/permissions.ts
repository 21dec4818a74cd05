/** Who may do what: every permission, which role holds it, and the arithmetic by which a key or a person is given less. */

/** What each permission lets its holder do. A call of the contract that is neither public nor for nodes names one of them. */
export const permissions = {
  'self.read': 'ask what this key or person is and may do',
  'self.write': 'sign out',
  'jobs.read': 'see jobs, what they said and what they produced',
  'jobs.write': 'submit and cancel jobs, templates and arrays',
  'work.read': 'see how jobs stand, never what they are made of',
  'work.write': 'take jobs of others back from a machine, and submit them again',
  'account.read': 'see balances, deposits, vaults and statements',
  'account.write': 'pay in, and open and sign vaults',
  'receipts.read': 'see receipts, proofs, energy and emissions',
  'proofs.challenge': 'ask a node for the samples behind a proof',
  'decisions.read': 'see what was decided about jobs, and why',
  'webhooks.read': 'see webhooks and what was delivered',
  'webhooks.write': 'add, change and remove webhooks',
  'keys.read': 'see API keys, never their secrets',
  'keys.write': 'make, rotate and revoke API keys',
  'models.read': 'see models that jobs may name',
  'models.write': 'add models',
  'fleet.read': 'see every node, its site and how it has worked',
  'fleet.write': 'let nodes in, quarantine, release and remove them',
  'canaries.read': 'see jobs with a known answer',
  'canaries.write': 'add and remove jobs with a known answer',
  'incidents.read': 'see incidents of the grid',
  'incidents.write': 'acknowledge, close and rehearse incidents',
  'requesters.read': 'see everybody who may submit jobs',
  'requesters.write': 'let somebody submit jobs, and weigh them',
  'ledger.read': 'see the books of everybody, and check them',
  'ledger.write': 'credit, refund, charge back, decide disputes, write off, close the books',
  'payouts.read': 'see payouts of all nodes and the hot wallet',
  'payouts.write': 'pause, resume and rebuild payouts',
  'payouts.approve': 'let a large batch of payouts go, or reject it',
  'approvals.read': 'see what waits for a second person',
  'approvals.write': 'approve or reject what somebody else asked for',
  'members.read': 'see who may sign in, and as what',
  'members.write': 'let people sign in, and change or end that',
  'audit.read': 'read the whole decision and audit log',
  'persons.read': 'take along what is kept about oneself, or see what is kept about others',
  'persons.write': 'have erased what is kept about oneself, or about others',
  'metrics.read': 'read metrics',
  'system.read': 'see coordinators, limits and how they do',
  'system.write': 'change limits, drain a coordinator',
} as const satisfies Readonly<Record<string, string>>
export type Permission = keyof typeof permissions
export const PERMISSIONS = Object.keys(permissions) as readonly Permission[]

/** `own`: the rows of one's own account; `all`: everybody's. What belongs to no account is only ever granted as `all`. */
export type Reach = 'own' | 'all'
/** What somebody may do. What is not in it is refused. */
export type Grants = Readonly<Partial<Record<Permission, Reach>>>

export const ROLES = ['owner', 'operator', 'finance', 'requester', 'auditor', 'viewer'] as const
export type Role = (typeof ROLES)[number]

const granted = (reach: Reach, names: readonly Permission[]): Grants => Object.fromEntries(names.map((name) => [name, reach]))

const OWN = [
  'self.read',
  'self.write',
  'persons.read',
  'persons.write',
  'jobs.read',
  'work.read',
  'account.read',
  'receipts.read',
  'decisions.read',
  'webhooks.read',
  'keys.read',
] as const
const OWN_ACTS = ['jobs.write', 'account.write', 'proofs.challenge', 'webhooks.write', 'keys.write'] as const
const requester = { ...granted('own', [...OWN, ...OWN_ACTS]), ...granted('all', ['models.read']) }
const viewer = { ...granted('own', OWN), ...granted('all', ['models.read', 'fleet.read', 'incidents.read', 'metrics.read', 'system.read']) }
/** What jobs are made of and produce is nobody's business but their owner's, and of a person only what that person asks for is exported. */
const PRIVATE: ReadonlySet<Permission> = new Set(['jobs.read', 'persons.read', 'self.read', 'webhooks.read'])

/** What each role may do; a role that is in nothing below it has no more than is written here. */
const roles: Readonly<Record<Role, Grants>> = {
  owner: { ...granted('all', PERMISSIONS), ...granted('own', ['jobs.read', 'jobs.write', 'self.read', 'self.write']) },
  /** Runs the machines and looks after requesters; moves no money. */
  operator: {
    ...requester,
    ...viewer,
    ...granted('all', ['work.read', 'work.write', 'account.read', 'receipts.read', 'decisions.read', 'webhooks.read', 'keys.read', 'keys.write', 'audit.read']),
    ...granted('all', ['models.write', 'fleet.write', 'canaries.read', 'canaries.write', 'incidents.write', 'requesters.read', 'requesters.write']),
    ...granted('all', ['ledger.read', 'payouts.read', 'approvals.read', 'approvals.write', 'members.read', 'system.write']),
  },
  /** Looks after money; touches no machine. */
  finance: {
    ...requester,
    ...granted('all', ['work.read', 'account.read', 'account.write', 'receipts.read', 'decisions.read', 'requesters.read', 'ledger.read', 'ledger.write']),
    ...granted('all', ['payouts.read', 'payouts.write', 'payouts.approve', 'approvals.read', 'approvals.write', 'audit.read']),
  },
  requester,
  /** Reads everything but what is private, and changes nothing. */
  auditor: {
    ...granted('own', OWN),
    ...granted(
      'all',
      PERMISSIONS.filter((name) => name.endsWith('.read') && !PRIVATE.has(name)),
    ),
    ...granted('own', ['self.write']),
  },
  /** Sees that things run. */
  viewer,
}

const REACHES = { own: 1, all: 2 } as const
const lesser = (a: Reach, b: Reach): Reach => (REACHES[a] < REACHES[b] ? a : b)
const entriesOf = (grants: Grants): [Permission, Reach][] => Object.entries(grants) as [Permission, Reach][]

/** All that several roles may do together. */
export const grantsOf = (held: readonly Role[]): Grants => held.map((role) => roles[role]).reduce(join, {})

/** What one of the two may do. */
function join(a: Grants, b: Grants): Grants {
  const more = entriesOf(b).filter(([name, reach]) => a[name] === undefined || REACHES[reach] > REACHES[a[name]])
  return { ...a, ...Object.fromEntries(more) }
}

/** What both may do: a key with grants of its own never does more than its account may, nor the account through it more than the key was given. */
export const meet = (a: Grants, b: Grants): Grants =>
  Object.fromEntries(
    entriesOf(a).flatMap(([name, reach]) => {
      const other = b[name]
      return other === undefined ? [] : [[name, lesser(reach, other)]]
    }),
  )

/** The first of what is asked for that the granter does not have itself, `null` if there is none: nobody grants what they do not have. */
export const beyond = (granter: Grants, asked: Grants): Permission | null =>
  entriesOf(asked).find(([name, reach]) => {
    const held = granter[name]
    return held === undefined || REACHES[held] < REACHES[reach]
  })?.[0] ?? null

/** Roles that can do this, in their order, as a refusal names them. */
export const rolesWith = (permission: Permission): readonly Role[] => ROLES.filter((role) => roles[role][permission] !== undefined)

/** An API key of an account, or a person that has signed in. */
export interface Principal {
  readonly kind: 'key' | 'member'
  /** Who acts, as the logs name it: the account of a key, or `member:` and the id of a person. */
  readonly by: string
  /** Whose jobs and money it acts on; `null` for a person without an account. */
  readonly account: string | null
  /** By what it was known: the prefix of the key, or of the session. Never a secret. */
  readonly credential: string
  readonly grants: Grants
}

/** Whose rows somebody may see or change: everybody's, or those of their own account, of which there may be none. */
export interface Viewer {
  /** Who acts, as the logs name it. */
  readonly by: string
  readonly account: string | null
  readonly all: boolean
}

/** The account whose rows to show; `null`: everybody's. Nobody has the empty account, which is that of a person without one. */
export const rowsOf = ({ account, all }: Pick<Viewer, 'account' | 'all'>): string | null => (all ? null : (account ?? ''))
