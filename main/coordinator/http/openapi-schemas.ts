import { z } from 'zod'
import { SocketToAgent, SocketToCoordinator } from '../../../shared/contract/agent-socket.ts'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { DecisionRecord, DecisionSubject, DecisionSummary, DecisionView } from '../../../shared/contract/decision.ts'
import { IncidentSummary, IncidentView, SimulatedEvent, Simulation } from '../../../shared/contract/incident.ts'
import { Capabilities, Presence } from '../../../shared/contract/node.ts'
import { NodeEvent } from '../../../shared/contract/node-event.ts'
import { PayoutAsset, PayoutClaim, PayoutQuote, PayoutTerms, PayoutView } from '../../../shared/contract/payout.ts'
import { PayoutBatchView, PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import { RequesterView } from '../../../shared/contract/requester.ts'
import { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import { Abundance, SourceAccuracy, ZoneView } from '../../../shared/contract/grid.ts'
import { Checkpoint, JobLimits, JobRuntime, JobSpec, JobView, Lease } from '../../../shared/contract/job.ts'
import { DepositView } from '../../../shared/contract/funding.ts'
import { ArrayView } from '../../../shared/contract/job-array.ts'
import { TemplateUse, TemplateView } from '../../../shared/contract/job-template.ts'
import { FleetSummary, JobFigures, ZoneOverview } from '../../../shared/contract/overview.ts'
import { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import { ProfitSum } from '../../../shared/contract/profitability.ts'
import { ChallengeView, OpenChallenge, ProofSummary, ProofView } from '../../../shared/contract/proof.ts'
import { JobDetail, JobSummary } from '../../../shared/contract/work.ts'
import { OpenedLink, WalletLink, WalletView } from '../../../shared/contract/wallet.ts'
import {
  Base64,
  DecimalString,
  Digest,
  Envelope,
  IsoTime,
  KeyId,
  PublicJwk,
  Sha256Hex,
  Signal,
  SignalPoint,
  SolanaAddress,
  SolanaSignature,
  UnsignedDecimal,
  Window,
  Zone,
} from '../../../shared/contract/wire.ts'
import { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import type { JsonSchema, Schemas } from '../../../shared/contract/examples/example-of.ts'
import { httpCalls } from './http-calls.ts'

const Problem = z.strictObject({ type: z.string(), title: z.string(), status: z.number().int(), code: z.string(), detail: z.string() })

const SHARED = {
  Abundance,
  ArrayView,
  Capabilities,
  ChallengeView,
  Checkpoint,
  DecisionRecord,
  DecisionSubject,
  DecisionSummary,
  DecisionView,
  DepositView,
  Envelope,
  FleetSummary,
  IncidentSummary,
  IncidentView,
  JobDetail,
  JobFigures,
  JobLimits,
  JobRuntime,
  JobSpec,
  JobSummary,
  JobView,
  Lease,
  NodeEvent,
  OpenChallenge,
  OpenedLink,
  PayoutAsset,
  PayoutBatchView,
  PayoutClaim,
  PayoutQuote,
  PayoutStatus,
  PayoutTerms,
  PayoutView,
  Plan,
  PlanAnswer,
  Presence,
  Problem,
  ProfitSum,
  ProofSummary,
  ProofView,
  PublicJwk,
  ReceiptBundle,
  ReceiptSummary,
  RequesterView,
  Signal,
  SignalPoint,
  SourceAccuracy,
  SimulatedEvent,
  Simulation,
  SocketToAgent,
  SocketToCoordinator,
  TemplateUse,
  TemplateView,
  WalletLink,
  WalletView,
  Window,
  ZoneOverview,
  ZoneView,
  Empty: coordinatorContract.health.input,
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** The rest is named after its call; a shared name, coming last, wins. */
const NAMES: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  ...httpCalls().flatMap(([name, { input, output }]) => [[input, `${capitalised(name)}Request`] as const, [output, `${capitalised(name)}Answer`] as const]),
  ...Object.entries(SHARED).map(([name, schema]) => [schema, name] as const),
])

const PREFIX = '#/components/schemas/'

function nameOf(schema: z.ZodType): string {
  const name = NAMES.get(schema)
  if (name === undefined) throw new RangeError('a schema of the contract has no name')
  return name
}

/** What a pattern stands for, which a reader should not have to work out. */
const FORMS: ReadonlyMap<string, JsonSchema> = new Map(
  (
    [
      [IsoTime, { format: 'date-time', description: 'ISO 8601, in UTC with milliseconds.' }],
      [Base64, { contentEncoding: 'base64', description: 'Base64 with padding (RFC 4648 §4).' }],
      [DecimalString, { description: 'A whole number in decimal text, since it may be larger than 2^53; below 2^63.' }],
      [UnsignedDecimal, { description: 'A whole number in decimal text, since it may be larger than 2^53; below 2^63.' }],
      [Sha256Hex, { description: 'SHA-256 in hexadecimal digits.' }],
      [Digest, { description: 'Content address: SHA-256.' }],
      [KeyId, { description: 'RFC 7638 thumbprint of a public key, base64url.' }],
      [Zone, { description: 'Zone of the grid, named as by Electricity Maps; regions of Great Britain are GB-01 to GB-17.' }],
      [SolanaAddress, { description: 'Address on Solana, base58.' }],
      [SolanaSignature, { description: 'Signature of a transaction on Solana, base58.' }],
    ] as const
  ).map(([schema, form]) => [String((z.toJSONSchema(schema) as JsonSchema).pattern), form]),
)

function schemasFor(io: 'input' | 'output'): Schemas {
  const registry = z.registry<{ id: string }>()
  for (const [schema, id] of NAMES) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `${PREFIX}${id}`,
    io,
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => void Object.assign(jsonSchema, FORMS.get(jsonSchema.pattern ?? '')),
  })
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema as JsonSchema]))
}

/** Names that a schema, or whatever holds some, refers to. */
export const referredTo = (schema: object): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, id = '']) => id)

/** What of the schemas a document refers to, near and far. */
export const usedBy = (document: object, schemas: Schemas): Schemas =>
  Object.fromEntries([...reachableFrom([...referredTo(document), ...FRAMES], schemas)].map((name) => [name, schemas[name] ?? {}]))

/** What travels on the socket of agents, to which no operation refers. */
const FRAMES = ['SocketToAgent', 'SocketToCoordinator']

/** These names and what they refer to, near and far. */
export function reachableFrom(names: Iterable<string>, schemas: Schemas): ReadonlySet<string> {
  const reached = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    open.push(...referredTo(schemas[name] ?? {}))
  }
  return reached
}

const renamed = (schema: JsonSchema, nameFor: (id: string) => string): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll(/"#\/components\/schemas\/([^"]+)"/g, (_, id: string) => `"${PREFIX}${nameFor(id)}"`)) as JsonSchema

export interface ComponentSchemas {
  /** By name, in the dialect of OpenAPI 3.1 (JSON Schema 2020-12). */
  readonly schemas: Schemas
  /** What a call takes: members that have a default may be left out. */
  readonly taken: (schema: z.ZodType) => JsonSchema
  /** What it answers: members that have a default are there. */
  readonly answered: (schema: z.ZodType) => JsonSchema
}

/** Request, answer and shared shapes by name. A shape that is looser where it is taken than where it is answered comes twice, first as `…Input`. */
export function componentSchemas(): ComponentSchemas {
  const [taken, answered] = [schemasFor('input'), schemasFor('output')]
  const inRequests = reachableFrom([...httpCalls().map(([, { input }]) => nameOf(input)), ...FRAMES], taken)
  const inAnswers = reachableFrom([...httpCalls().map(([, { output }]) => nameOf(output)), 'Checkpoint', 'Problem', 'SocketToAgent'], answered)
  const differs = (name: string) => [...reachableFrom([name], taken)].some((part) => JSON.stringify(taken[part]) !== JSON.stringify(answered[part]))
  const twice = new Set([...inRequests].filter((name) => inAnswers.has(name) && differs(name)))
  const takenName = (name: string) => (twice.has(name) ? `${name}Input` : name)
  const schemas = Object.fromEntries([
    ...[...inAnswers].map((name) => [name, answered[name] ?? {}] as const),
    ...[...inRequests]
      .filter((name) => twice.has(name) || !inAnswers.has(name))
      .map((name) => [takenName(name), renamed(taken[name] ?? {}, takenName)] as const),
  ])
  return {
    schemas,
    taken: (schema) => ({ $ref: `${PREFIX}${takenName(nameOf(schema))}` }),
    answered: (schema) => ({ $ref: `${PREFIX}${nameOf(schema)}` }),
  }
}
