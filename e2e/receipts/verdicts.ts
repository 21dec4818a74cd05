/** What the two verifiers say of a file: `valid`, `unreadable`, or the first step that fails. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { verifyReceipt } from '../../shared/domain/verify-receipt.ts'
import { WindfallError } from '../../shared/errors.ts'
import { nodeVerifyPort } from '../../main/kernel/verify-port.ts'

export interface Question {
  /** What was done to it. */
  readonly name: string
  readonly bytes: Uint8Array
  readonly pins: readonly string[]
}

export async function ourVerdict({ bytes, pins }: Question): Promise<string> {
  try {
    const { failedStep } = await verifyReceipt(bytes, { crypto: nodeVerifyPort, pinnedKeys: pins })
    return failedStep ?? 'valid'
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'receipt.unreadable') return 'unreadable'
    throw error
  }
}

const SECOND_VERIFIER = join(import.meta.dirname, '../support/receipt_verifier')

/** Asks the second verifier, all questions to one process. Error: if Python does not start or ends early. */
export async function secondVerdicts(questions: readonly Question[]): Promise<string[]> {
  const python = spawn('python3', [SECOND_VERIFIER, '--batch'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } })
  const ended = new Promise<number | null>((resolve, reject) => python.on('error', reject).on('close', resolve))
  const lines = questions.map(({ bytes, pins }) => `${[Buffer.from(bytes).toString('base64'), ...pins].join(' ')}\n`)
  Readable.from(lines).pipe(python.stdin)
  const answers: string[] = []
  for await (const line of createInterface({ input: python.stdout })) answers.push(line)
  const code = await ended
  if (code !== 0 || answers.length !== questions.length)
    throw new Error(`the second verifier ended with code ${code} after ${answers.length} of ${questions.length} answers`)
  return answers
}
