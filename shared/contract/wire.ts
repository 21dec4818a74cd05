/** Shapes that several calls share. Everything here is JSON; nothing is transformed on the way. */
import { z } from 'zod'

export const IsoTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'expected a UTC time such as 2026-11-21T14:30:00.000Z')
  .refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text, 'is not a time of the calendar')
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
/** Content address of an image or module. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')
/** One character class instead of groups of four: a regular expression that backtracks overflows the stack on a 16 MiB output. */
export const Base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'expected base64 with padding')
  .refine((text) => text.length % 4 === 0, 'expected base64 with padding')
/** RFC 7638 SHA-256 thumbprint, base64url. */
export const KeyId = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected a 43 character key thumbprint')
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected an identifier')
/** Who did something: an account, or a person that had signed in. */
export const Actor = z.string().regex(/^(?:member:)?[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected who did it')
/** Below 2^63, which is what databases count to. Text of digits compares like its numbers while the lengths agree. */
const fitsBooks = (text: string): boolean => text.replace('-', '').padStart(19, '0') <= '9223372036854775807'
/** A whole number of micro-USD, lamports or token units as decimal text, because it may exceed 2^53. */
export const DecimalString = z
  .string()
  .regex(/^-?(?:0|[1-9]\d{0,18})$/, 'expected a whole number in decimal text')
  .refine(fitsBooks, 'is 2^63 or more')
export const UnsignedDecimal = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,18})$/, 'expected a whole number in decimal text')
  .refine(fitsBooks, 'is 2^63 or more')
/** Electricity Maps zone names; GB regions are GB-01 to GB-17. */
export const Zone = z.string().regex(/^[A-Z]{2}(?:-[A-Z0-9]{1,8}){0,3}$/, 'expected a zone such as GB, GB-13, DE or US-CAL-CISO')
export const SolanaAddress = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, 'expected a base58 Solana address')
export const SolanaSignature = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/, 'expected a base58 transaction signature')

/** Ed25519 or P-256 public key (RFC 8037, RFC 7518). */
export const PublicJwk = z.discriminatedUnion('kty', [
  z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) }),
  z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string().length(43), y: z.string().length(43) }),
])
export type PublicJwk = z.infer<typeof PublicJwk>

/** DSSE v1 envelope: the bytes that were signed travel, so nothing is ever re-serialised. */
export const Envelope = z.strictObject({
  payload: Base64.max(1_400_000),
  payloadType: z.string().max(128),
  signatures: z
    .array(z.strictObject({ keyid: KeyId, sig: Base64.max(128) }))
    .min(1)
    .max(8),
})
export type Envelope = z.infer<typeof Envelope>

/** Where a number about the grid comes from. Shown with the number, always. */
export const Origin = z.enum(['live', 'recorded', 'modelled'])
export type Origin = z.infer<typeof Origin>

export const RuntimeName = z.enum(['docker', 'wasm'])
export type RuntimeName = z.infer<typeof RuntimeName>

/** Keyset page: pass `next` back as `after`; `null` means the end. */
export const PageRequest = z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.number().int().min(1).max(200).default(50) })
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next: z.string().nullable() })

/** Half-hour (or other) slots of one quantity in one zone: the only shape of grid data inside Windfall. */
/**
 * `average` and `marginal` intensity answer different questions and are never mixed. `renewableShare` is of demand and may exceed 100 %.
 */
export const SignalKind = z.enum(['average', 'marginal', 'price', 'renewableShare', 'solar', 'demand', 'frequency'])
export type SignalKind = z.infer<typeof SignalKind>
export const SignalPoint = z.strictObject({ from: IsoTime, to: IsoTime, value: z.number().nullable(), forecast: z.boolean() })
export const Signal = z.strictObject({
  zone: Zone,
  kind: SignalKind,
  /** What intensity counts; `null` unless `kind` is `average` or `marginal`. */
  basis: z.enum(['direct', 'lifecycle']).nullable(),
  unit: z.enum(['gCO2/kWh', 'minor/kWh', '%', 'W', 'MW', 'Hz']),
  /** Whose hundredths a price counts, and whether a household pays it (taxes and network included); `null` unless `kind` is `price`. */
  price: z.strictObject({ currency: z.enum(['GBP', 'EUR', 'USD']), market: z.enum(['wholesale', 'retail']) }).nullable(),
  source: z.string().max(120),
  origin: Origin,
  /** The day a recording was made; `null` unless `origin` is `recorded`. */
  recordedOn: z.string().max(40).nullable(),
  issuedAt: IsoTime,
  estimated: z.boolean(),
  bodySha256: Sha256Hex,
  attribution: z.string().max(200),
  points: z.array(SignalPoint).max(2_000),
})
export type Signal = z.infer<typeof Signal>
export type SignalPoint = z.infer<typeof SignalPoint>

/** A half-open stretch of time. */
export const Window = z.strictObject({ from: IsoTime, to: IsoTime })
export type Window = z.infer<typeof Window>
