import type { Command } from 'commander'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { examine } from '../doctor-checks.ts'
import { EXIT } from '../exit-codes.ts'

const MARK = { ok: '✓', note: '–', problem: '✗' } as const

/** `windfall doctor`: what this machine can do, and what to do where it cannot. */
export const doctorCommand = (): Command =>
  action<CommonOptions>(createCommand('doctor', 'check this machine; exit code 1 if something is broken'), async (options, output) => {
    const stop = new AbortController()
    const findings = await examine(dataDirectoryOf(options), stop.signal)
    // Ends the helpers that hold vendor libraries.
    stop.abort()
    output.answer({ findings }, () =>
      findings.flatMap(({ name, outcome, evidence, fix }) => [
        `${MARK[outcome]} ${name.padEnd(9)} ${evidence}`,
        ...(fix ? [`  ${''.padEnd(9)} → ${fix}`] : []),
      ]),
    )
    return findings.some((finding) => finding.outcome === 'problem') ? EXIT.failed : EXIT.ok
  })
