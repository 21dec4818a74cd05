import { readFileSync } from 'node:fs'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { readPrivateFile } from '../../kernel/key-file.ts'
import { doubtAbout } from '../../kernel/webhook-signature.ts'
import { type CommonOptions, action, createCommand } from '../command.ts'

interface VerifyOptions extends CommonOptions {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: string
  readonly secretFile?: string
}

const DOUBTS = {
  signature: 'The message is not from who knows this secret, or it was changed on its way.',
  age: 'The signature is right, and the message is more than five minutes away from now: somebody may have kept it and sent it again.',
} as const

/** Never on the command line, where everybody on this machine could read it. */
function secretOf({ secretFile }: VerifyOptions): string {
  const secret = secretFile === undefined ? process.env['WINDFALL_WEBHOOK_SECRET'] : readPrivateFile(secretFile)
  if (secret) return secret.trim()
  throw new WindfallError('config.invalid', 'The secret of the webhook is missing: set WINDFALL_WEBHOOK_SECRET, or pass --secret-file.')
}

function readBody(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be read. Give the file that holds the body of the message.`, { cause: error })
  }
}

function check(options: VerifyOptions) {
  const { id, timestamp, signature, body } = options
  const message = { id, timestamp, signatures: signature, body: readBody(body) }
  try {
    return doubtAbout(message, secretOf(options), systemClock.now())
  } catch (error) {
    if (error instanceof RangeError)
      throw new WindfallError('config.invalid', `The secret is none: ${error.message}. It begins with whsec_ and was shown when the webhook was added.`, {
        cause: error,
      })
    throw error
  }
}

/** `windfall webhook verify`: needs no coordinator. */
export const webhookVerifyCommand = () =>
  action<VerifyOptions>(
    createCommand('verify', 'check that a message you received is from your coordinator; for trying out, and for scripts')
      .requiredOption('--id <text>', 'its header webhook-id')
      .requiredOption('--timestamp <seconds>', 'its header webhook-timestamp')
      .requiredOption('--signature <text>', 'its header webhook-signature')
      .option('--body <file>', 'its body, to the byte (-: standard input)', '-')
      .option('--secret-file <file>', 'holds the secret, readable by you only (default: WINDFALL_WEBHOOK_SECRET)'),
    async (options, output) => {
      const doubt = check(options)
      if (doubt !== null) throw new WindfallError('auth.refused', DOUBTS[doubt])
      output.answer({ valid: true }, () => ['The message is what was sent, and it was sent just now.'])
    },
  )
