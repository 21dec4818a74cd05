import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import type { ledgerCalls } from '../../../shared/contract/ledger.ts'
import { type OutputOf, parse } from '../../../shared/contract/define.ts'
import { Envelope } from '../../../shared/contract/wire.ts'
import { type SheetVerdict, verifySheets } from '../../../shared/domain/balance-sheet.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type CommonOptions, action, createCommand, parseWhen, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'
import { describePeriod, describeVerdict } from '../ledger-text.ts'
import { type TrustOptions, keysNamedBy } from '../trusted-keys.ts'

const close = () =>
  action<CommonOptions & { until: string }>(
    createCommand(
      'close',
      'close the books up to a time, with a signed balance sheet; nothing is booked before it any more. For operators',
      'coordinator',
    ).requiredOption('--until <time>', 'a UTC time such as 2026-11-01T00:00:00Z'),
    async (options, output) => {
      const until = toIso(parseWhen(options.until, systemClock.now()))
      const period = await coordinatorClient(whereOf(options)).call('closePeriod', { until })
      output.answer(period, () => describePeriod(period))
    },
  )

type Periods = OutputOf<(typeof ledgerCalls)['listPeriods']>

const periods = () =>
  action<CommonOptions>(
    createCommand('periods', 'every signed balance sheet, one JSON object in each line, oldest first: what “ledger verify” reads', 'coordinator'),
    async (options, output) => {
      const client = coordinatorClient(whereOf(options))
      for (let after: string | null = null; ; ) {
        const page: Periods = await client.call('listPeriods', { after, limit: 200 })
        if (after === null && page.items.length === 0) output.progress('No period has been closed yet. To close one: windfall ledger close --until TIME')
        for (const { envelope } of page.items) output.answer(envelope, () => [JSON.stringify(envelope)])
        if (page.next === null) return
        after = page.next
      }
    },
  )

const Sheets = z.array(Envelope).min(1).max(10_000)

/** Error: `input.invalid`. */
function readSheets(file: string): Envelope[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return parse(
      Sheets,
      lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown),
      'file',
    )
  } catch (error) {
    throw new WindfallError(
      'input.invalid',
      `${file} does not hold balance sheets as “windfall ledger periods” writes them: ${messageOf(error)}. Get the file again: windfall ledger periods > FILE`,
      {
        cause: error,
      },
    )
  }
}

const summary = (verdicts: readonly SheetVerdict[], isPinned: boolean): string => {
  if (verdicts.some(({ problems }) => problems.length > 0)) return 'Invalid.'
  return isPinned ? 'Valid.' : 'Valid in themselves. To know whose sheets they are, pin the coordinator with --pin or --coordinator.'
}

const verify = () =>
  action<TrustOptions>(
    createCommand(
      'verify',
      'check balance sheets without asking anybody: signatures, sums, and that each follows the one before; exit code 1 if one does not hold',
    )
      .argument('<file>', 'what “windfall ledger periods” wrote')
      .option('--pin <file>', 'trust the public key in this file only: a JWK, or what a coordinator answers at /v1/keys')
      .option('--coordinator <url>', 'trust the keys of this coordinator: as they were when it was met, or else as it publishes them'),
    async (options, output, [file = '']) => {
      const pins = await keysNamedBy(options)
      const verdicts = await verifySheets(readSheets(file), { crypto: nodeVerifyPort, pinnedKeys: pins })
      const isValid = verdicts.every(({ problems }) => problems.length === 0)
      output.answer({ valid: isValid, sheets: verdicts }, () => [...verdicts.flatMap(describeVerdict), summary(verdicts, pins !== undefined)])
      return isValid ? EXIT.ok : EXIT.failed
    },
  )

/** Closed periods of the books. */
export const periodCommands = (): Command[] => [close(), periods(), verify()]
