/** A wallet for tests: a key that signs what it is given. */
import { toBase58 } from '../../../shared/domain/base58.ts'
import type { OpenedLink } from '../../../shared/contract/wallet.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'

export function createFakeWallet() {
  const signer = createSigner(generateKeyPem())
  const address = toBase58(Buffer.from(signer.publicJwk.x, 'base64url'))
  return {
    address,
    signer,
    /** What it hands in for a page, or for another text. */
    async answer({ text: { head, tail } }: Pick<OpenedLink, 'text'>, changed: (text: string) => string = (text) => text) {
      const message = Buffer.from(changed(`${head}${address}${tail}`))
      return { address, signedMessage: message.toString('base64'), signature: Buffer.from(await signer.sign(message)).toString('base64') }
    },
  }
}
