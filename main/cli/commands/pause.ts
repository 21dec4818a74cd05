import type { Command } from 'commander'
import { ANYWAY_MS } from '../../../shared/domain/pauses.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentClient } from '../instance.ts'
import { parsePause } from '../pause-time.ts'
import { describeStatus } from '../status-text.ts'

/** `windfall pause [duration | until time]`: nothing starts until the owner resumes, or until the time given. */
export const pauseCommand = (): Command =>
  action<CommonOptions>(
    createCommand('pause', 'stop work on this machine; survives restart').argument(
      '[when...]',
      'such as 30m or 2h, or “until 18:00”, a time of this machine; without one, until you resume',
    ),
    async (options, output, when) => {
      const until = parsePause(when, systemClock.now())
      const status = await agentClient(dataDirectoryOf(options)).call('pause', { until: until === null ? null : toIso(until) })
      output.answer(status, () => describeStatus(status))
    },
  )

/** `windfall resume`: ends a pause, and takes a `finish` or a `run-anyway` back. */
export const resumeCommand = (): Command =>
  action<CommonOptions>(createCommand('resume', 'end a pause, or take “finish” or “run-anyway” back'), async (options, output) => {
    const status = await agentClient(dataDirectoryOf(options)).call('resume', {})
    output.answer(status, () => describeStatus(status))
  })

/** `windfall run-anyway [duration | until time]`: the owner's presence, hours and grid rule do not count for a while. */
export const runAnywayCommand = (): Command =>
  action<CommonOptions>(
    createCommand('run-anyway', 'run jobs although you use this machine, outside your hours or on a grid your rule does not call green').argument(
      '[when...]',
      'such as 30m or 2h, at most a day, or “until 18:00”, a time of this machine; without one, for an hour',
    ),
    async (options, output, when) => {
      const now = systemClock.now()
      const until = parsePause(when, now) ?? now + ANYWAY_MS
      const status = await agentClient(dataDirectoryOf(options)).call('runAnyway', { until: toIso(until) })
      output.answer(status, () => describeStatus(status))
    },
  )

/** `windfall finish`: the job that runs is the last one. */
export const finishCommand = (): Command =>
  action<CommonOptions>(createCommand('finish', 'let the job that runs end, then pause until you resume'), async (options, output) => {
    const status = await agentClient(dataDirectoryOf(options)).call('finish', {})
    output.answer(status, () => describeStatus(status))
  })
