import type { PeriodView } from '../../../shared/contract/ledger.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { BALANCE_SHEET_TYPE, type BalanceSheet } from '../../../shared/domain/balance-sheet.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { decodeBase64, encodeHex, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { keyIdOf } from '../../../shared/domain/keys.ts'
import { browserVerifyPort } from '../../lib/verify-port.ts'

async function aSigner() {
  const key = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const publicJwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x }
  const sign = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, new Uint8Array(bytes)))
  return { keyId: await keyIdOf(publicJwk, browserVerifyPort.sha256), publicJwk, sign }
}

const sha256Of = async ({ payload }: Envelope): Promise<string> => encodeHex(await browserVerifyPort.sha256(decodeBase64(payload) ?? new Uint8Array()))

const DAYS = ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'] as const

/** Two closed periods, the second after the first, as a coordinator signs them. */
export async function twoPeriods(): Promise<readonly PeriodView[]> {
  const signer = await aSigner()
  const periods: PeriodView[] = []
  for (const until of DAYS) {
    const before = periods.at(-1)
    const sheet: BalanceSheet = {
      type: 'windfall.balance-sheet/v1',
      from: before?.until ?? null,
      until,
      closedAt: until,
      previousSha256: before?.sheetSha256 ?? null,
      transactions: 7,
      entriesSha256: '0'.repeat(64),
      balances: [
        { account: 'requester:*:prepaid', asset: 'micro-usd', amount: '5000000' },
        { account: 'external:funding', asset: 'micro-usd', amount: '-5000000' },
      ],
      signedBy: signer.publicJwk,
    }
    const envelope = await signEnvelope(BALANCE_SHEET_TYPE, encodeUtf8(JSON.stringify(sheet)), signer)
    periods.push({ until, closedAt: until, transactions: 7, sheetSha256: await sha256Of(envelope), envelope })
  }
  return periods
}
