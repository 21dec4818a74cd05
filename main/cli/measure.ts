import { addReading, beginIntegral, endIntegral, type Integral } from '../../shared/domain/energy/integral.ts'
import { meanWattsOf, resultOf } from '../../shared/domain/energy/result.ts'
import { uncertaintyOf } from '../../shared/domain/energy/uncertainty.ts'
import { limitOf } from '../agent/metering/measurement.ts'
import { paceOf } from '../agent/metering/pace.ts'
import type { PowerSource } from '../agent/power-source.ts'
import type { Clock } from '../kernel/clock.ts'

/** What metering one device for a while showed: enough for someone with a new card to judge the meter. */
export interface DeviceMeasure {
  readonly name: string
  readonly driver: string
  readonly method: string
  readonly reader: string
  readonly seconds: number
  readonly joules: number
  /** By the counter and by integrated power over the same stretches; `null` where the device has only one of them. */
  readonly counterJ: number | null
  readonly powerJ: number | null
  /** Integrated power ÷ counter. */
  readonly ratio: number | null
  readonly meanW: number
  readonly peakW: number
  readonly samples: number
  /** Looks that brought no reading. */
  readonly failed: number
  /** How long one look took, milliseconds. */
  readonly latencyMs: { readonly median: number; readonly p95: number; readonly longest: number }
  readonly uncertaintyPct: number
  readonly uncertaintyBasis: string
}

export interface MeasureRequest {
  readonly sources: readonly PowerSource[]
  readonly clock: Clock
  readonly seconds: number
}

/** Meters all devices at once, each at the pace an attempt would be metered at, with the integrator that proofs are made by. */
export const measureDevices = (request: MeasureRequest, signal: AbortSignal): Promise<DeviceMeasure[]> =>
  Promise.all(request.sources.map((source) => measureDevice(source, request, signal)))

async function measureDevice(source: PowerSource, { clock, seconds }: MeasureRequest, signal: AbortSignal): Promise<DeviceMeasure> {
  const endsAt = clock.monotonic() + seconds * 1_000
  const now = () => ({ mono: clock.monotonic(), wall: clock.now() })
  let integral = beginIntegral({ method: source.method, sensor: source.sensor, limitW: limitOf(source.device) }, now())
  const latencies: number[] = []
  let failed = 0
  const look = async () => {
    const asked = clock.monotonic()
    const sample = await source.sample(signal)
    latencies.push(clock.monotonic() - asked)
    failed += Number(sample.energyMj === null && sample.powerMw === null)
    integral = addReading(integral, sample)
  }
  do await look()
  while (clock.monotonic() < endsAt && (await clock.sleep(Math.min(paceOf([integral]), endsAt - clock.monotonic()), signal)))
  await look()
  source.rest?.()
  return { ...describe(source, endIntegral(integral, now())), failed, latencyMs: spreadOf(latencies) }
}

function describe({ device, method, reader }: PowerSource, integral: Integral): Omit<DeviceMeasure, 'failed' | 'latencyMs'> {
  const result = resultOf(integral)
  const { pct, basis } = uncertaintyOf(integral)
  const isCompared = integral.checkedMs > 0
  return {
    name: device.name,
    driver: device.driver,
    method,
    reader,
    seconds: integral.spanMs / 1_000,
    joules: result.joules,
    counterJ: isCompared ? integral.checkedCounterJ : null,
    powerJ: isCompared ? integral.checkedPowerJ : null,
    ratio: isCompared && integral.checkedCounterJ > 0 ? integral.checkedPowerJ / integral.checkedCounterJ : null,
    meanW: meanWattsOf(integral, result),
    peakW: result.peakW,
    samples: integral.samples,
    uncertaintyPct: pct,
    uncertaintyBasis: basis,
  }
}

function spreadOf(latencies: readonly number[]): DeviceMeasure['latencyMs'] {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { median: at(0.5), p95: at(0.95), longest: sorted.at(-1) ?? 0 }
}
