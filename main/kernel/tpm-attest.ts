import { createHash } from 'node:crypto'
import type { TpmEvidence } from '../../shared/contract/attestation.ts'
import type { TpmKey, TpmSession } from './tpm-session.ts'

/** It signs nothing that did not come from the TPM itself. */
const ATTESTATION_KEY = ['-G', 'ecc256:ecdsa-sha256:null', '-a', 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign|noda']
/** What firmware and boot loader were measured into. */
const PCRS = 'sha256:0,1,2,3,4,5,6,7'

/** Asks the TPM to answer for a key of its own, in answer to `nonce`. Takes a loaded `primary.ctx`. @see TCG “TPM 2.0 Library”, part 3, §18.2 and §18.4 */
export async function attestKey({ run, read, write }: TpmSession, key: TpmKey, nonce: Uint8Array): Promise<TpmEvidence> {
  write('key.pub', key.publicArea)
  write('key.priv', key.privateArea)
  await run('create', '-Q', '-C', 'primary.ctx', ...ATTESTATION_KEY, '-u', 'ak.pub', '-r', 'ak.priv')
  await run('load', '-Q', '-C', 'primary.ctx', '-u', 'ak.pub', '-r', 'ak.priv', '-c', 'ak.ctx')
  await run('load', '-Q', '-C', 'primary.ctx', '-u', 'key.pub', '-r', 'key.priv', '-c', 'key.ctx')
  await run('certify', '-Q', '-c', 'key.ctx', '-C', 'ak.ctx', '-g', 'sha256', '-f', 'plain', '-o', 'certified', '-s', 'certified.sig')
  const asked = Buffer.from(nonce).toString('hex')
  await run('quote', '-Q', '-c', 'ak.ctx', '-l', PCRS, '-g', 'sha256', '-q', asked, '-f', 'plain', '-m', 'quote', '-s', 'quote.sig')
  const base64 = (name: string) => Buffer.from(read(name)).toString('base64')
  return {
    kind: 'tpm2',
    attestationKey: base64('ak.pub'),
    nodeKey: base64('key.pub'),
    certified: base64('certified'),
    certifiedSignature: base64('certified.sig'),
    quote: base64('quote'),
    quoteSignature: base64('quote.sig'),
  }
}

/** What an enrolment's challenge asks a TPM, 32 bytes. */
export const attestationNonce = (challenge: string): Uint8Array => createHash('sha256').update(challenge).digest()
