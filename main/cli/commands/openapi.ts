import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { packageVersion } from '../../kernel/paths.ts'
import { action, type CommonOptions, createCommand } from '../command.ts'

/** Never over another file: whoever names one by mistake keeps it. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'There is such a file already' : messageOf(error)
    throw new WindfallError('input.invalid', `${file} was not written: ${why}. Name another place: windfall openapi FILE`, { cause: error })
  }
}

/** `windfall openapi`: what coordinators of this version answer, for tools that make clients or documentation of it. Needs no coordinator. */
export const openApiCommand = (): Command =>
  action<CommonOptions>(
    createCommand('openapi', 'the description of everything a coordinator answers over HTTP (OpenAPI 3.1); no coordinator has to run').argument(
      '[file]',
      'where to write it; without one it is printed',
    ),
    async (_options, output, [file]) => {
      const { openApi } = await import('../../coordinator/http/openapi.ts')
      const document = openApi(packageVersion)
      const text = JSON.stringify(document, null, 2)
      if (file === undefined) return output.answer(document, () => text.split('\n'))
      const path = resolve(file)
      write(path, `${text}\n`)
      output.answer({ file: path }, () => [`Wrote ${path}.`])
    },
  )
