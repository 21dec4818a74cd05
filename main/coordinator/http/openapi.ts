import { z } from 'zod'
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
import type { Call, HttpBinding } from '../../../shared/contract/define.ts'
import { Checkpoint, JobLimits, JobRuntime, JobSpec, JobView, Lease } from '../../../shared/contract/job.ts'
import { DepositView } from '../../../shared/contract/funding.ts'
import { ArrayView } from '../../../shared/contract/job-array.ts'
import { TemplateUse, TemplateView } from '../../../shared/contract/job-template.ts'
import { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import { ChallengeView, OpenChallenge, ProofSummary, ProofView } from '../../../shared/contract/proof.ts'
import { OpenedLink, WalletLink, WalletView } from '../../../shared/contract/wallet.ts'
import { Envelope, PublicJwk, Signal, SignalPoint, Window } from '../../../shared/contract/wire.ts'
import { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { mayBeAsync } from './prefer.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const Problem = z.object({ type: z.string(), title: z.string(), status: z.number().int(), code: z.string(), detail: z.string() })

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
  IncidentSummary,
  IncidentView,
  JobLimits,
  JobRuntime,
  JobSpec,
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
  TemplateUse,
  TemplateView,
  WalletLink,
  WalletView,
  Window,
  ZoneView,
  Empty: coordinatorContract.health.input,
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** Every call that is bound to HTTP. */
export const httpCalls = (): (readonly [name: string, call: Call, http: HttpBinding])[] =>
  Object.entries(coordinatorContract).flatMap(([name, call]) => (call.http ? [[name, call, call.http] as const] : []))

/** The rest is named after its call; a shared name, coming last, wins. */
const NAMES: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  ...httpCalls().flatMap(([name, { input, output }]) => [[input, `${capitalised(name)}Request`] as const, [output, `${capitalised(name)}Answer`] as const]),
  ...Object.entries(SHARED).map(([name, schema]) => [schema, name] as const),
])

function nameOf(schema: z.ZodType): string {
  const name = NAMES.get(schema)
  if (name === undefined) throw new RangeError('a schema of the contract has no name')
  return name
}
const refTo = (schema: z.ZodType): JsonSchema => ({ $ref: `#/components/schemas/${nameOf(schema)}` })

/** Path parameters of a template such as `/v1/jobs/{jobId}`. */
const pathParameters = (path: string): readonly string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

/** Request, answer and shared shapes by name, in the dialect of OpenAPI 3.1 (JSON Schema 2020-12). */
export function componentSchemas(): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>()
  for (const [schema, id] of NAMES) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input', target: 'draft-2020-12' })
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema as JsonSchema]))
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

/** The part of an object schema whose members satisfy `keep`. */
const pick = ({ properties = {}, required = [] }: ObjectSchema, keep: (name: string) => boolean): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).filter(([name]) => keep(name))),
  required: required.filter(keep),
})

/** What every call answers when it cannot do what was asked. */
export const problemAnswer = { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: refTo(Problem) } } }

const SECURITY = { public: [], node: [{ deviceKey: [] }], 'any-node': [{ deviceKey: [] }], requester: [{ apiKey: [] }] } as const

function answersOf(name: string, output: z.ZodType) {
  const content = { 'application/json': { schema: refTo(output) } }
  const kept = { description: 'Kept: what becomes of it comes as a node event. Only for “Prefer: respond-async” (RFC 7240).', content }
  return { 200: { description: 'OK', content }, ...(mayBeAsync(name) ? { 202: kept } : {}) }
}

/** How one call is described. The border checks with the contract itself; this is documentation. */
export function describeCall(
  name: string,
  { input, output }: Call,
  { http, components }: { http: HttpBinding; components: Readonly<Record<string, JsonSchema>> },
) {
  const members: ObjectSchema = components[nameOf(input)] ?? {}
  const inPath = new Set(pathParameters(http.path))
  const rest = pick(members, (member) => !inPath.has(member))
  return {
    operationId: name,
    summary: http.summary,
    tags: [http.access],
    security: SECURITY[http.access],
    ...(inPath.size > 0 ? { params: pick(members, (member) => inPath.has(member)) } : {}),
    ...(http.method === 'GET' ? { querystring: rest } : { body: inPath.size > 0 ? rest : refTo(input) }),
    response: { ...answersOf(name, output), default: problemAnswer },
  }
}

export const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'wf_…', description: 'API key of a requester.' },
  deviceKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature-Input',
    description:
      'HTTP Message Signature (RFC 9421) by the device key over @method @authority @path @query content-digest; created at most 60 s ago, nonce used once, keyid = node id, tag "windfall-v1".',
  },
} as const
