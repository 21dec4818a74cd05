/** An exported decision log: one record in each line, as JSON. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { DecisionRecord } from '../../shared/contract/decision.ts'
import { parse } from '../../shared/contract/define.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Decision } from '../coordinator/audit/chain.ts'
import { fromRecord } from '../coordinator/audit/record.ts'

function parseLine(line: string, file: string, number: number): Decision {
  try {
    return fromRecord(parse(DecisionRecord, JSON.parse(line), 'record'))
  } catch (error) {
    throw new WindfallError(
      'input.invalid',
      `Line ${number} of ${file} is not a decision as “windfall decision export” writes it: ${messageOf(error)}. Export it again, or get the file again from whoever gave it to you.`,
      {
        cause: error,
      },
    )
  }
}

/** Every record of a file, line by line. Error: `input.invalid`. */
export async function* readDecisionFile(file: string): AsyncGenerator<Decision> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  let number = 0
  try {
    for await (const line of lines) {
      number += 1
      if (line !== '') yield parseLine(line, file, number)
    }
  } catch (error) {
    if (error instanceof WindfallError) throw error
    throw new WindfallError('input.invalid', `${file} cannot be read (${messageOf(error)}). Name what “windfall decision export” wrote.`, { cause: error })
  }
}
