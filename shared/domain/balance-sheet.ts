/** What a coordinator signs when it closes its books up to a time: anyone who holds the sheets can check them without asking anybody. */
import { z } from 'zod'
import { DecimalString, Envelope, IsoTime, PublicJwk, Sha256Hex } from '../contract/wire.ts'
import { decodeUtf8 } from './encoding.ts'
import { unpackEnvelope } from './dsse.ts'
import { type VerifyPort, keyIdOf } from './keys.ts'

export const BALANCE_SHEET_TYPE = 'application/vnd.windfall.balance-sheet.v1+json'

export const BalanceSheet = z.strictObject({
  type: z.literal('windfall.balance-sheet/v1'),
  /** The end of the period before; `null` for the first, which begins with the books. */
  from: IsoTime.nullable(),
  until: IsoTime,
  closedAt: IsoTime,
  /** SHA-256 of the payload of the sheet before. */
  previousSha256: Sha256Hex.nullable(),
  /** Transactions of the period, and SHA-256 over `id SP content-sha256 LF` of each, in the order in which they were booked. */
  transactions: z.number().int().min(0),
  entriesSha256: Sha256Hex,
  /** At the end of the period, by kind of account, ids as `*`. Without those that add up to nothing. */
  balances: z.array(z.strictObject({ account: z.string().max(120), asset: z.string().max(40), amount: DecimalString })).max(1_000),
  /** Whose signature it bears. */
  signedBy: PublicJwk,
})
export type BalanceSheet = z.infer<typeof BalanceSheet>

export interface SheetVerdict {
  readonly until: string | null
  readonly sheet: BalanceSheet | null
  /** Why it does not hold; empty if it does. */
  readonly problems: readonly string[]
}

interface Judging {
  readonly crypto: VerifyPort
  /** Thumbprints of the keys that are trusted; `undefined`: whatever key signed. */
  readonly pinnedKeys?: readonly string[] | undefined
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function sumProblems({ balances }: BalanceSheet): string[] {
  const sums = new Map<string, bigint>()
  for (const { asset, amount } of balances) sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount))
  return [...sums].filter(([, sum]) => sum !== 0n).map(([asset, sum]) => `its balances in ${asset} add up to ${sum}, not to 0`)
}

async function judgeOne(envelope: Envelope, { crypto, pinnedKeys }: Judging): Promise<{ readonly verdict: SheetVerdict; readonly sha256: string | null }> {
  const unpacked = unpackEnvelope(envelope, BALANCE_SHEET_TYPE)
  if (typeof unpacked === 'string') return { verdict: { until: null, sheet: null, problems: [unpacked] }, sha256: null }
  const sha256 = hex(await crypto.sha256(unpacked.body))
  const parsed = BalanceSheet.safeParse(jsonOf(unpacked.body))
  if (!parsed.success) return { verdict: { until: null, sheet: null, problems: ['it is no balance sheet'] }, sha256 }
  const sheet = parsed.data
  const keyId = await keyIdOf(sheet.signedBy, crypto.sha256)
  const problems = [
    ...(keyId === unpacked.keyId && (await crypto.verify(sheet.signedBy, unpacked.signedBytes, unpacked.signature)) ? [] : ['its signature does not hold']),
    ...(pinnedKeys === undefined || pinnedKeys.includes(keyId) ? [] : [`it is signed by ${keyId}, which is not the key you trust`]),
    ...sumProblems(sheet),
  ]
  return { verdict: { until: sheet.until, sheet, problems }, sha256 }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(body) ?? '')
  } catch {
    return null
  }
}

/** Checks sheets, oldest first: signatures, sums, and that each follows the one before it. The first need not be the first ever. */
export async function verifySheets(envelopes: readonly Envelope[], judging: Judging): Promise<SheetVerdict[]> {
  const verdicts: SheetVerdict[] = []
  let before: { readonly sha256: string | null; readonly until: string | null } | null = null
  for (const envelope of envelopes) {
    const { verdict, sha256 }: Awaited<ReturnType<typeof judgeOne>> = await judgeOne(envelope, judging)
    const { sheet } = verdict
    const follows = before === null || sheet === null || (sheet.previousSha256 === before.sha256 && sheet.from === before.until)
    verdicts.push(follows ? verdict : { ...verdict, problems: [...verdict.problems, 'it does not follow the one before it'] })
    before = { sha256, until: verdict.until }
  }
  return verdicts
}
