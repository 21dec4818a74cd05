/** Receipts as W3C Verifiable Credentials 2.0, secured as a JWT (VC-JOSE-COSE): `typ: vc+jwt`. The same statement for readers who know no DSSE. */
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import type { CarbonReceipt } from '../../../shared/domain/carbon-receipt.ts'
import { encodeBase64Url, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { leafHash } from '../../../shared/domain/merkle.ts'
import type { Signer } from '../../kernel/signing.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { statementOf } from './browse.ts'

const TERMS = 'urn:windfall:terms:v1#'
const literal = (name: string) => ({ '@id': `${TERMS}${name}`, '@type': '@json' })
/** The words that the base context does not know. What a receipt states is one JSON literal, so that none of its names is taken for another's. */
const CONTEXT = {
  CarbonReceiptCredential: `${TERMS}CarbonReceiptCredential`,
  CarbonReceipt: `${TERMS}CarbonReceipt`,
  Rfc9162LogEntry: `${TERMS}Rfc9162LogEntry`,
  receipt: literal('receipt'),
  output: literal('output'),
  image: literal('image'),
  meaning: `${TERMS}meaning`,
  log: { '@id': `${TERMS}log`, '@type': '@id' },
  leafIndex: literal('leafIndex'),
  leafHash: literal('leafHash'),
  receiptSha256: literal('receiptSha256'),
} as const

const MEANING =
  'Energy that one computing job drew, location-based emissions on average grid intensity, and the saving attributed to running it when it ran, against the named baseline. It is a measurement statement. It certifies no production, transfers no claim and compensates nothing.'

/** A receipt and its place in the log. */
interface Logged {
  readonly envelope: Envelope
  readonly leafIndex: number
}

export interface CredentialDeps {
  readonly signer: Pick<Signer, 'keyId' | 'publicJwk' | 'sign'>
  /** Who issues: the public address of the coordinator, or the name of its log where it has none. */
  readonly issuer: string
  readonly logId: string
}

/** By the public address, where others find the keys; else by the log, which has one name for life. */
export const issuerOf = (publicUrl: string | null, logId: string): string =>
  publicUrl === null ? `urn:windfall:coordinator:${logId}` : new URL(publicUrl).origin

async function credentialBody({ issuer, logId }: CredentialDeps, { envelope, leafIndex }: Logged) {
  const body = Buffer.from(envelope.payload, 'base64')
  const { predicate, subject }: CarbonReceipt = statementOf({ envelope })
  const [output, image] = subject
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', CONTEXT],
    id: `urn:windfall:receipt:${predicate.receiptId}`,
    type: ['VerifiableCredential', 'CarbonReceiptCredential'],
    issuer,
    validFrom: predicate.issuedAt,
    credentialSubject: {
      id: `urn:windfall:job:${predicate.jobId}`,
      type: 'CarbonReceipt',
      meaning: MEANING,
      output: output.digest,
      image: image.digest,
      receipt: predicate,
    },
    evidence: [
      {
        id: `urn:windfall:log:${logId}:${leafIndex}`,
        type: 'Rfc9162LogEntry',
        log: `urn:windfall:log:${logId}`,
        leafIndex,
        leafHash: Buffer.from(await leafHash(nodeVerifyPort.sha256, body)).toString('base64'),
        receiptSha256: sha256Hex(body),
      },
    ],
  }
}

/** RFC 8037, RFC 7518. */
const algOf = ({ kty }: PublicJwk): 'EdDSA' | 'ES256' => (kty === 'OKP' ? 'EdDSA' : 'ES256')
const part = (value: object): string => encodeBase64Url(encodeUtf8(JSON.stringify(value)))

/** A receipt as a compact JWS (RFC 7515). The same receipt gives the same text, for as long as the key does not change. */
export async function credentialOf(deps: CredentialDeps, receipt: Logged): Promise<string> {
  const { keyId, publicJwk, sign } = deps.signer
  const signed = `${part({ alg: algOf(publicJwk), kid: keyId, typ: 'vc+jwt', cty: 'vc' })}.${part(await credentialBody(deps, receipt))}`
  return `${signed}.${encodeBase64Url(await sign(encodeUtf8(signed)))}`
}

interface PublishedKey {
  readonly keyId: string
  readonly publicJwk: PublicJwk
}

/** A JSON Web Key Set (RFC 7517): the key that signs now, then the earlier ones, so that what they signed can still be checked. */
export function keySetOf(active: PublishedKey, earlier: readonly PublishedKey[]) {
  const keys = [active, ...earlier.filter(({ keyId }) => keyId !== active.keyId)]
  return { keys: keys.map(({ keyId, publicJwk }) => ({ ...publicJwk, kid: keyId, use: 'sig', alg: algOf(publicJwk) })) }
}
