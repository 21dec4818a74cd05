import { fromBase58 } from '../../../shared/domain/base58.ts'
import { concatBytes, encodeUtf8 } from '../../../shared/domain/encoding.ts'

/** `\xffsolana offchain`: no transaction begins so. */
const SIGNING_DOMAIN = concatBytes(Uint8Array.of(0xff), encodeUtf8('solana offchain'))
const DOMAIN_BYTES = 32
/** UTF-8 of at most 1,232 bytes; a sign-in has line ends, so it is never the restricted ASCII of format 0. */
const UTF8_FORMAT = 1
const ONE_SIGNER = Uint8Array.of(1)

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8)

/**
 * Whether a wallet has signed this text and nothing else: the text itself, or, as hardware wallets do, the text in an off-chain message of version 0 or 1
 * whose only signer is `address`. The message is built again and compared; the application domain of version 0 alone is taken as it is, since the text
 * names its place itself.
 * @see https://github.com/solana-foundation/SRFCs/discussions/3
 */
export function isSignedForm(signed: Uint8Array, text: string, address: string): boolean {
  const content = encodeUtf8(text)
  const signer = fromBase58(address)
  const application = signed.subarray(SIGNING_DOMAIN.length + 1, SIGNING_DOMAIN.length + 1 + DOMAIN_BYTES)
  const forms = [
    content,
    concatBytes(SIGNING_DOMAIN, Uint8Array.of(0), application, Uint8Array.of(UTF8_FORMAT), ONE_SIGNER, signer, u16(content.length), content),
    concatBytes(SIGNING_DOMAIN, Uint8Array.of(1), ONE_SIGNER, signer, content),
  ]
  return forms.some((form) => Buffer.from(form).equals(signed))
}
