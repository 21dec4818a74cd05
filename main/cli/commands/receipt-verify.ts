import { readFileSync, statSync } from 'node:fs'
import { MAX_BUNDLE_BYTES } from '../../../shared/domain/open-bundle.ts'
import { VERIFICATION_STEPS, type Verification, type VerificationStep } from '../../../shared/domain/verification.ts'
import { type ReadMemos, verifyReceipt } from '../../../shared/domain/verify-receipt.ts'
import { messageOf, WindfallError } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type NamedKeys, pinnedKeys } from '../trusted-keys.ts'
import { createMemoReader } from './receipt-anchor.ts'

export interface VerifyFileRequest extends NamedKeys {
  readonly file: string
  /** Thumbprints of everybody who was ever met: they hold for a receipt that one of them signed, and say nothing of another. */
  readonly met?: readonly string[] | undefined
  /** Solana RPC that is asked for the anchor. */
  readonly rpcUrl?: string | undefined
}

export interface VerifiedFile {
  /** 0 valid, 1 invalid, 2 the file cannot be read. */
  readonly exitCode: 0 | 1 | 2
  readonly verification: Verification
  /** What a person reads, one line per step and a verdict. */
  readonly lines: readonly string[]
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const
const width = Math.max(...VERIFICATION_STEPS.map(({ length }) => length))
const lineOf = ({ step, outcome, detail }: VerificationStep): string => `${MARKS[outcome]} ${step.padEnd(width)}  ${detail}`

function readReceiptFile(file: string): Uint8Array {
  try {
    if (statSync(file).size > MAX_BUNDLE_BYTES) throw new Error('it is too large to be one')
    return readFileSync(file)
  } catch (error) {
    throw new WindfallError('receipt.unreadable', `${file} cannot be read as a receipt: ${messageOf(error)}. Check the name of the file.`, { cause: error })
  }
}

/** A file that is no receipt fails its first step, so that programs find the failing step in one place. */
function unreadable(message: string): VerifiedFile {
  const steps = VERIFICATION_STEPS.map(
    (step, index): VerificationStep =>
      index === 0 ? { step, outcome: 'failed', detail: message } : { step, outcome: 'skipped', detail: 'Not judged, because the file cannot be read.' },
  )
  return { exitCode: 2, verification: { valid: false, failedStep: 'envelope', steps }, lines: [...steps.slice(0, 1).map(lineOf), 'Unreadable.'] }
}

function verdict({ valid, failedStep, steps }: Verification): string {
  if (!valid) return `Invalid: the step “${failedStep}” failed.`
  const pinned = steps.some(({ step, outcome }) => step === 'coordinator-key' && outcome === 'passed')
  return pinned ? 'Valid.' : 'Valid in itself. To know whose receipt it is, pin the coordinator with --pin or --coordinator, or meet it with: windfall login'
}

/** A receipt of somebody who was never met is judged as it is, and is not theirs whom we know. */
async function amongMet(verify: (pins: readonly string[] | undefined) => Promise<Verification>, met: readonly string[]): Promise<Verification> {
  const verification = await verify(met)
  return verification.failedStep === 'coordinator-key' ? verify(undefined) : verification
}

/**
 * Verifies a `.wfreceipt` file. Reads nothing but the named files and, only if asked to, a coordinator or a Solana RPC.
 * Errors: `input.invalid` for a key file or address that cannot be used, `unavailable` or `chain.unavailable` if a server does not answer.
 */
export async function verifyFile(request: VerifyFileRequest): Promise<VerifiedFile> {
  const pins = await pinnedKeys(request)
  const anchor: ReadMemos | undefined = request.rpcUrl === undefined ? undefined : createMemoReader(request.rpcUrl, request.fetch ?? globalThis.fetch)
  try {
    const bytes = readReceiptFile(request.file)
    const verify = (pinnedKeys: readonly string[] | undefined) => verifyReceipt(bytes, { crypto: nodeVerifyPort, pinnedKeys, anchor })
    const verification = pins === undefined && request.met?.length ? await amongMet(verify, request.met) : await verify(pins)
    return { exitCode: verification.valid ? 0 : 1, verification, lines: [...verification.steps.map(lineOf), verdict(verification)] }
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'receipt.unreadable') return unreadable(error.message)
    throw error
  }
}
