import { z } from 'zod'
import { MAX_OUTPUT_BYTES } from '../../shared/contract/job.ts'
import { WindfallError } from '../../shared/errors.ts'
import { secretsOf, withSecrets } from '../kernel/secret-setting.ts'
import { borderSettings, borderVariables } from './border-config.ts'
import { egressSettings, egressVariables } from './egress-config.ts'
import { given } from './given.ts'
import { operatingSettings, operatingVariables } from './operating-config.ts'
import { payingSettings, payingVariables } from './paying-config.ts'
import { signInSettings, signInVariables } from './sign-in-config.ts'

const positive = z.coerce.number().int().positive()
const RpcUrl = z.url({ protocol: /^https?$/ })
/** A key that somebody else gave out. Empty is as good as none: that is how an unset variable arrives from a service file. */
const SecretOf = (most: number) =>
  z
    .string()
    .max(most)
    .nullable()
    .default(null)
    .transform((text) => text || null)
const Secret = SecretOf(500)

/** A word that an operator may give; empty is as good as none. */
const Word = (format: RegExp, what: string) => Secret.refine((text) => text === null || format.test(text), what)

/** Everything an operator may set; every value has a default that suits one machine. */
const CoordinatorSettings = z.strictObject({
  dataDirectory: z.string().min(1),
  /** Where keys and the wallet are; `null`: in the data directory. Coordinators of one database need the same ones. */
  secretsDirectory: given(z.string().min(1).nullable().default(null)),
  /** Loopback unless the operator says otherwise: what is reachable from outside belongs behind TLS. */
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(7465),
  /** Under which address browsers and phones reach this coordinator, such as https://windfall.example; `null`: where it listens, if that is this machine. */
  publicUrl: given(RpcUrl.nullable().default(null)),
  ...borderSettings,
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ...operatingSettings,
  /** A PostgreSQL database that several coordinators may share, as `postgres://user@host/name`; `null`: a SQLite file in the data directory. */
  database: Secret.refine((text) => text === null || (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)), 'an address is postgres://user@host/name'),
  /** Of that database; wins over one in the address. */
  databasePassword: Secret,
  /** Connections to that database at most. */
  databaseConnections: positive.max(1_000).default(10),
  /** Whether any machine may enrol, or only one with a token that the operator gave out. */
  enrolment: z.enum(['open', 'token']).default('open'),
  /** How often agents report presence. */
  heartbeatMs: positive.max(120_000).default(15_000),
  /** A lease that is not renewed for this long ends. */
  leaseTtlMs: positive.default(90_000),
  /** Share of accepted proofs whose samples are asked for unasked, 0…1. */
  challengeRate: z.coerce.number().min(0).max(1).default(0.02),
  /** How likely a proven run is followed by a job with a known answer, 0…1; new nodes are asked more often, and 0 is never. Operators add such jobs. */
  canaryRate: z.coerce.number().min(0).max(1).default(0.01),
  /** Of the results that are repeated until their nodes are trusted, this share is, 0…1; only of jobs that say how two results compare. */
  replicationRate: z.coerce.number().min(0).max(1).default(1),
  /** So much more than its jobs have brought the platform may go into having one requester's jobs repeated, micro-USD. */
  repeatAllowanceMicroUsd: z.coerce.bigint().min(0n).default(10_000_000n),
  /** For how many days what decisions were made on is kept after it was last used; the decisions themselves are always kept. */
  decisionInputDays: positive.max(36_500).default(90),
  /** How long a person whose data is to be erased can think again. Less than a day is for tests. */
  erasureDays: z.coerce.number().min(0).max(30).default(7),
  /** How long what is kept beside the log of acts is kept: from where somebody acted, what they asked, what it changed. The log itself stays. */
  actDetailDays: positive.max(36_500).default(1_095),
  /** For how many days what a job said is kept once it has ended. */
  logDays: positive.max(36_500).default(14),
  /** For how many days what a completed job produced is kept; its receipt is kept for good. */
  outputDays: positive.max(36_500).default(90),
  /** The largest output that a job may leave, bytes. */
  maxOutputBytes: positive.max(MAX_OUTPUT_BYTES).default(MAX_OUTPUT_BYTES),
  /** Solana JSON-RPC endpoints of one cluster that payouts and anchors go through; as text, separated by commas. Silence of one of several proves nothing. */
  rpcUrls: z.preprocess((given) => (typeof given === 'string' ? given.split(',').map((url) => url.trim()) : given), z.tuple([RpcUrl], RpcUrl)),
  ...payingSettings,
  ...egressSettings,
  ...signInSettings,
  /** What a euro of carbon credits is redeemed at, micro-USD: a rate fixed by the operator. `null`: credits are kept, and not redeemed yet. */
  microUsdPerEur: given(z.coerce.bigint().positive().nullable().default(null)),
  /** How long an address that was typed in waits before it takes over from another one; its owner can take it back until then. */
  addressCooldownMs: z.coerce.number().int().min(0).default(172_800_000),
  /** The same for a wallet that has shown that it signs with the address. */
  walletCooldownMs: z.coerce.number().int().min(0).default(86_400_000),
  /** Ask live providers for grid data; otherwise use what ships with Windfall. */
  liveGrid: z.stringbool().or(z.boolean()).default(true),
  electricityMapsKey: Secret,
  entsoeKey: Secret,
  eiaKey: Secret,
  watttimeUser: Secret,
  watttimePassword: Secret,
  /** Of a commercial Open-Meteo plan; without one its forecasts are for private use only. */
  openMeteoKey: Secret,
  /** What jobs run, produce and go on from is kept in this bucket of an S3-compatible store; `null`: on the disk of this machine. */
  s3Bucket: Word(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket is 3 to 63 lower-case letters, digits, dots and hyphens'),
  /** Of a store that is not AWS. */
  s3Endpoint: given(
    RpcUrl.refine((text) => !/[?#@]/.test(text), 'an endpoint holds no password and no query')
      .nullable()
      .default(null),
  ),
  s3Region: given(
    z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'a region is lower-case letters, digits and hyphens, such as eu-west-1')
      .default('us-east-1'),
  ),
  /** Before every key in the bucket, so that it can be shared with something else. */
  s3Prefix: z
    .string()
    .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/|$))*$/, 'a prefix is names of letters, digits, dots, hyphens and underscores with / between them')
    .max(200)
    .default('')
    .transform((text) => (text === '' || text.endsWith('/') ? text : `${text}/`)),
  /** Whether the bucket is in the path of the address or in its host name; `null`: in the path of an endpoint of one's own, in the host name of AWS. */
  s3PathStyle: given(z.stringbool().or(z.boolean()).nullable().default(null)),
  /** In the format of `~/.aws/credentials`, readable by its owner only; wins over the keys below. */
  s3CredentialsFile: Secret,
  s3AccessKeyId: Secret,
  s3SecretAccessKey: Secret,
  s3SessionToken: SecretOf(16_384),
})
export type CoordinatorConfig = Readonly<z.infer<typeof CoordinatorSettings>>

/** Environment variables by setting. */
const VARIABLES = {
  secretsDirectory: 'WINDFALL_SECRETS_DIRECTORY',
  host: 'WINDFALL_COORDINATOR_HOST',
  port: 'WINDFALL_COORDINATOR_PORT',
  publicUrl: 'WINDFALL_COORDINATOR_PUBLIC_URL',
  ...borderVariables,
  logLevel: 'WINDFALL_LOG_LEVEL',
  ...operatingVariables,
  database: 'WINDFALL_DATABASE_URL',
  databasePassword: 'WINDFALL_DATABASE_PASSWORD',
  databaseConnections: 'WINDFALL_DATABASE_CONNECTIONS',
  enrolment: 'WINDFALL_ENROLMENT',
  heartbeatMs: 'WINDFALL_HEARTBEAT_MS',
  leaseTtlMs: 'WINDFALL_LEASE_TTL_MS',
  challengeRate: 'WINDFALL_CHALLENGE_RATE',
  canaryRate: 'WINDFALL_CANARY_RATE',
  replicationRate: 'WINDFALL_REPLICATION_RATE',
  repeatAllowanceMicroUsd: 'WINDFALL_REPEAT_ALLOWANCE_MICRO_USD',
  decisionInputDays: 'WINDFALL_DECISION_INPUT_DAYS',
  erasureDays: 'WINDFALL_ERASURE_DAYS',
  actDetailDays: 'WINDFALL_ACT_DETAIL_DAYS',
  logDays: 'WINDFALL_LOG_DAYS',
  outputDays: 'WINDFALL_OUTPUT_DAYS',
  maxOutputBytes: 'WINDFALL_MAX_OUTPUT_BYTES',
  rpcUrls: 'WINDFALL_RPC_URL',
  microUsdPerEur: 'WINDFALL_MICRO_USD_PER_EUR',
  addressCooldownMs: 'WINDFALL_ADDRESS_COOLDOWN_MS',
  walletCooldownMs: 'WINDFALL_WALLET_COOLDOWN_MS',
  liveGrid: 'WINDFALL_LIVE_GRID',
  electricityMapsKey: 'WINDFALL_ELECTRICITY_MAPS_KEY',
  entsoeKey: 'WINDFALL_ENTSOE_KEY',
  eiaKey: 'WINDFALL_EIA_KEY',
  watttimeUser: 'WINDFALL_WATTTIME_USER',
  watttimePassword: 'WINDFALL_WATTTIME_PASSWORD',
  openMeteoKey: 'WINDFALL_OPEN_METEO_KEY',
  s3Bucket: 'WINDFALL_S3_BUCKET',
  s3Endpoint: 'WINDFALL_S3_ENDPOINT',
  s3Region: 'WINDFALL_S3_REGION',
  s3Prefix: 'WINDFALL_S3_PREFIX',
  s3PathStyle: 'WINDFALL_S3_PATH_STYLE',
  s3CredentialsFile: 'WINDFALL_S3_CREDENTIALS_FILE',
  s3AccessKeyId: 'AWS_ACCESS_KEY_ID',
  s3SecretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  s3SessionToken: 'AWS_SESSION_TOKEN',
  ...payingVariables,
  ...egressVariables,
  ...signInVariables,
} as const

/** Settings that are secret, or may have a secret in them: each can be given as the path of a file, by `_FILE` behind its variable or `File` behind its name. */
const SECRET = [
  'database databasePassword rpcUrls electricityMapsKey entsoeKey eiaKey watttimeUser watttimePassword openMeteoKey',
  's3AccessKeyId s3SecretAccessKey s3SessionToken oidcClientSecret egressProxy',
]
  .join(' ')
  .split(' ') as readonly (keyof typeof VARIABLES)[]
export const SECRET_VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(SECRET.map((name) => [name, VARIABLES[name]]))

/** What of the settings must be written down nowhere. */
export const secretsIn = (config: CoordinatorConfig): readonly string[] => SECRET.flatMap((name) => secretsOf(config[name]))

type Environment = Readonly<Record<string, string | undefined>>

/** Settings given on the command line win over the environment. Error: `config.invalid`, naming the key. */
export const readCoordinatorConfig = (environment: Environment, given: Readonly<Record<string, unknown>>): CoordinatorConfig =>
  parse(CoordinatorSettings, environment, given)

const StateSettings = CoordinatorSettings.pick({
  dataDirectory: true,
  secretsDirectory: true,
  database: true,
  databasePassword: true,
  databaseConnections: true,
  s3Bucket: true,
}).strip()
/** Where a coordinator keeps everything: enough to save it and to bring it back. */
export type StateConfig = Readonly<z.infer<typeof StateSettings>>

/** The part of the settings that says where everything is kept. Error: `config.invalid`, naming the key. */
export const readStateConfig = (environment: Environment, given: Readonly<Record<string, unknown>>): StateConfig => parse(StateSettings, environment, given)

function parse<S extends z.ZodType>(schema: S, environment: Environment, given: Readonly<Record<string, unknown>>): Readonly<z.infer<S>> {
  const named = Object.entries(VARIABLES).flatMap(([key, variable]) => (environment[variable] === undefined ? [] : [[key, environment[variable]] as const]))
  const result = schema.safeParse({ ...Object.fromEntries(named), ...withSecrets(SECRET_VARIABLES, environment, given) })
  if (result.success) return Object.freeze(result.data)
  const [issue] = result.error.issues
  const [key] = issue?.path ?? []
  if (key === undefined) throw new WindfallError('config.invalid', `The coordinator settings are not valid: ${issue?.message}.`)
  const variable = (VARIABLES as Readonly<Record<string, string>>)[String(key)]
  throw new WindfallError(
    'config.invalid',
    `The coordinator setting ${issue?.path.join('.')}${variable ? ` (${variable})` : ''} is not valid: ${issue?.message}.`,
  )
}
