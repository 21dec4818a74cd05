import { type Command, InvalidArgumentError, Option } from 'commander'
import { JobSpec } from '../../../shared/contract/job.ts'
import { type CommonOptions, action, createCommand, wholeNumber } from '../command.ts'
import { readCompose } from '../import/compose.ts'
import { FORMATS, type Format, formatOf, readDefinition } from '../import/definition.ts'
import { jobFileOf, submitHint } from '../import/draft.ts'
import { readNosana } from '../import/nosana.ts'
import { noFindings, shown } from '../import/reading.ts'

interface ImportOptions extends CommonOptions {
  readonly format?: Format
  readonly kind: JobSpec['kind']
  readonly seconds?: number
  readonly watts?: number
  readonly maxUsd?: number
  readonly vram?: number
}

function amount(text: string): number {
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('Give a number above 0.')
}

/** `windfall job import FILE`: the job file goes to stdout, what became of every key to stderr. */
export const jobImportCommand = (): Command =>
  action<ImportOptions>(
    createCommand('import', 'make a job file of a Nosana job definition or of a docker-compose file with one service')
      .argument('<file>', 'the definition, JSON or YAML')
      .addOption(new Option('--format <format>', 'what the file is, if it does not show').choices(FORMATS))
      .addOption(new Option('--kind <kind>', 'what sort of work it is').choices(JobSpec.shape.kind.options).default('scientific'))
      .option('--seconds <n>', 'how long it should take (default 3600); it may take twice that', wholeNumber(1, 604_800))
      .option('--watts <w>', 'how much it should draw (default 60, and 250 more for every GPU)', amount)
      .option('--max-usd <x>', 'the most it may cost (default $0.25 for every hour that it may take)', amount)
      .option('--vram <gb>', 'the memory each GPU must have, in GB, instead of what the file says', amount),
    async (options, output, [file = '']) => {
      const definition = readDefinition(file)
      const findings = noFindings()
      const draft = ((options.format ?? formatOf(definition, file)) === 'nosana' ? readNosana : readCompose)(definition, findings)
      const { kind, seconds, watts, maxUsd, vram: vramGb } = options
      const job = jobFileOf(draft, { kind, seconds, watts, maxUsd, vramGb }, { findings, file })
      output.answer(job, () => [JSON.stringify(job, null, 2)])
      for (const line of findings.taken) output.progress(shown(`taken over  ${line}`))
      for (const line of findings.left) output.progress(shown(`left out    ${line}`))
      for (const line of findings.assumed) output.progress(`assumed     ${line}, because the file does not say`)
      output.progress('The job has to write its output to /job/out/result: anything else it leaves is gone when it ends.')
      output.progress(shown(submitHint(draft.image ?? '')))
    },
  )
