import { readFileSync } from 'node:fs'
import { parse } from '../../shared/contract/define.ts'
import { Model, modelNamed } from '../../shared/contract/model.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

const EXAMPLE: Model = {
  name: 'whisper-large',
  version: '3',
  description: 'speech to text',
  kind: 'inference',
  runtime: { name: 'docker', image: `sha256:${'0'.repeat(64)}`, archive: null, reference: `registry.example/whisper@sha256:${'0'.repeat(64)}` },
  needs: { gpus: 1, vramBytes: 10_737_418_240, ramBytes: 4_294_967_296 },
}

export const MODEL_HELP = `
A model file:

${JSON.stringify(EXAMPLE, null, 2)}

A job file that says "model": "whisper-large@3" needs no runtime and no needs of its
own: they are filled in, and its receipts name the model.
`

/** Errors: `input.invalid`. */
export function readModelFile(file: string): Model {
  try {
    return parse(Model, JSON.parse(readFileSync(file, 'utf8')), `model in ${file}`)
  } catch (error) {
    throw error instanceof WindfallError
      ? error
      : new WindfallError(
          'input.invalid',
          `${file} cannot be read as a model (${messageOf(error)}). One that is there already shows how it is written: windfall model show NAME@VERSION --json`,
          { cause: error },
        )
  }
}

/** `name@version`. Error: `input.invalid`. */
export function parseModelId(text: string): Pick<Model, 'name' | 'version'> {
  const named = modelNamed(text)
  if (!named) throw new WindfallError('input.invalid', `“${text}” names no model. Say which version: name@version. To see those there are: windfall model list`)
  return named
}
