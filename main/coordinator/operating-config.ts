import { z } from 'zod'
import { given } from './given.ts'

const milliseconds = z.coerce.number().int().min(0).max(600_000)

/** What an operator may set of how a coordinator is watched and how it ends. */
export const operatingSettings = {
  /** Where metrics and probes are offered without a key; nowhere unless it is given: `/metrics` of the coordinator itself takes the permission `metrics.read`. */
  metricsPort: given(z.coerce.number().int().min(0).max(65_535).nullable().default(null)),
  metricsHost: given(z.string().min(1).default('127.0.0.1')),
  /** How long a coordinator that was told to stop goes on answering, so that balancers which ask `/readyz` learn of it. */
  drainGraceMs: milliseconds.default(0),
  /** How long it then waits for requests that are under way; what is longer is cut off. */
  drainLimitMs: milliseconds.default(8_000),
}

export const operatingVariables = {
  metricsPort: 'WINDFALL_METRICS_PORT',
  metricsHost: 'WINDFALL_METRICS_HOST',
  drainGraceMs: 'WINDFALL_DRAIN_GRACE_MS',
  drainLimitMs: 'WINDFALL_DRAIN_LIMIT_MS',
} as const
