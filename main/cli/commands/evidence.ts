import { createReadStream, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { z } from 'zod'
import { parse } from '../../../shared/contract/define.ts'
import { Envelope } from '../../../shared/contract/wire.ts'
import { payloadOf } from '../../../shared/domain/dsse.ts'
import { BASELINE, DEVIATION_SIGN, PURPOSE, SettlementEvidence } from '../../../shared/domain/settlement-evidence.ts'
import { type EvidenceVerdict, verifyEvidence } from '../../../shared/domain/verify-evidence.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { EVIDENCE_HEAD, describeEvidence, evidenceRows } from '../evidence-text.ts'
import { EXIT } from '../exit-codes.ts'
import { findNode } from '../find-node.ts'
import { coordinatorClient } from '../instance.ts'
import { nodeArgument } from '../node-argument.ts'
import { type TrustOptions, keysNamedBy } from '../trusted-keys.ts'
import { setSiteCommand, siteCommand } from './evidence-site.ts'

interface ExportOptions extends CommonOptions {
  readonly day: string
  readonly until?: string
  readonly csv?: true
  readonly output?: string
}

const DAY_MS = 86_400_000
const MAX_DAYS = 366
const Day = z.iso.date()

/** Every day from the first to the last. Error: `input.invalid`. */
function daysOf(first: string, last: string): string[] {
  for (const day of [first, last])
    if (!Day.safeParse(day).success) throw new WindfallError('input.invalid', `“${day}” is not a day. Give one such as 2026-11-21.`)
  const days = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1
  if (days < 1 || days > MAX_DAYS) throw new WindfallError('input.invalid', `Give 1 to ${MAX_DAYS} days, the first one first.`)
  return Array.from({ length: days }, (_, index) => new Date(Date.parse(first) + index * DAY_MS).toISOString().slice(0, 10))
}

const exportDays = () =>
  action<ExportOptions>(
    nodeArgument(
      createCommand(
        'export',
        'what a machine in Great Britain drew in the settlement periods of one or more days, each day signed. For operators',
        'coordinator',
      ),
      '<node>',
    )
      .requiredOption('--day <day>', 'settlement date, such as 2026-11-21')
      .option('--until <day>', 'and every day to this one')
      .option('--csv', 'as comma-separated values, a row for each period; these bear no signature')
      .option('--output <file>', 'write to this file instead of standard output'),
    async ({ day: first, until, csv, output: out, ...options }, output, [node = '']) => {
      const client = coordinatorClient(whereOf(options))
      const nodeId = await findNode(client, node)
      const lines: string[] = csv ? [EVIDENCE_HEAD] : []
      for (const day of daysOf(first, until ?? first)) {
        const envelope = await client.call('getEvidence', { nodeId, date: day })
        lines.push(...(csv ? evidenceRows(SettlementEvidence.parse(payloadOf(envelope))) : [JSON.stringify(envelope)]))
      }
      if (out === undefined) {
        for (const line of lines) output.answer(csv ? line : (JSON.parse(line) as unknown), () => [line])
        return
      }
      write(out, lines.map((line) => `${line}${csv ? '\r\n' : '\n'}`).join(''))
      output.answer({ file: out, lines: lines.length }, () => [`${out}: ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}. ${PURPOSE}`])
    },
  )

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be written (${messageOf(error)}). Name another place with --output.`, { cause: error })
  }
}

async function* envelopesIn(file: string): AsyncGenerator<Envelope> {
  try {
    const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
    for await (const line of lines) if (line.trim() !== '') yield parse(Envelope, JSON.parse(line), 'line')
  } catch (error) {
    throw new WindfallError(
      'input.invalid',
      `${file} does not hold evidence as “windfall evidence export” writes it: ${messageOf(error)}. Get the file again from whoever gave it to you.`,
      { cause: error },
    )
  }
}

function summary(verdicts: readonly EvidenceVerdict[], isPinned: boolean): string[] {
  if (verdicts.some(({ problems }) => problems.length > 0)) return ['Invalid.']
  const pinned = isPinned ? 'Valid.' : 'Valid in itself. To know whose evidence it is, pin the coordinator with --pin or --coordinator.'
  return [`Deviation is ${DEVIATION_SIGN}.`, PURPOSE, pinned]
}

const verify = () =>
  action<TrustOptions>(
    createCommand(
      'verify',
      'check evidence without asking anybody: signatures, calendar, and every figure that follows from another; exit code 1 if it does not hold',
    )
      .argument('<file>', 'what “windfall evidence export” wrote')
      .option('--pin <file>', 'trust the public key in this file only: a JWK, or what a coordinator answers at /v1/keys')
      .option('--coordinator <url>', 'trust the keys of this coordinator: as they were when it was met, or else as it publishes them'),
    async (options, output, [file = '']) => {
      const pins = await keysNamedBy(options)
      const verdicts: EvidenceVerdict[] = []
      for await (const envelope of envelopesIn(file)) verdicts.push(await verifyEvidence(envelope, { crypto: nodeVerifyPort, pinnedKeys: pins }))
      if (verdicts.length === 0) throw new WindfallError('input.invalid', `${file} holds no evidence. Name what “windfall evidence export” wrote.`)
      const isValid = verdicts.every(({ problems }) => problems.length === 0)
      output.answer({ valid: isValid, days: verdicts }, () => [...verdicts.flatMap(describeEvidence), ...summary(verdicts, pins !== undefined)])
      return isValid ? EXIT.ok : EXIT.failed
    },
  )

const HELP = `
The baseline of a settlement period is ${BASELINE.id}, version ${BASELINE.version}: the mean
of what the site drew in the period of the same number on the ${BASELINE.days} newest comparable
days of the ${BASELINE.lookBackDays} before. Comparable are days of the same kind (Monday to Friday, or
the weekend) with 48 periods, after the day on which the site was first metered,
on which no work was moved and every run is proven. With fewer than ${BASELINE.atLeast} of them
there is no baseline. Deviation is ${DEVIATION_SIGN}.`

/** `windfall evidence …` */
export const evidenceCommand = (): Command =>
  new Command('evidence')
    .description('what sites in Great Britain drew in settlement periods, against a named baseline: evidence, not settlement')
    .addHelpText('after', HELP)
    .addCommand(exportDays())
    .addCommand(verify())
    .addCommand(siteCommand())
    .addCommand(setSiteCommand())
