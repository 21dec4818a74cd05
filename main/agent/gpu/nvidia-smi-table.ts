import { readPercent, readPower, readQuantity, readSwitch, readWords } from './nvidia-smi-values.ts'

/** A line of `--format=csv`, by column name without unit. */
export type Row = ReadonlyMap<string, string>

const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim())

/** Column names of a header line, or of a `--query-…` argument. */
export const columnsOf = (header: string): string[] => cells(header).map((name) => name.replace(/ \[[^\]]*\]$/, ''))

/** `null` for a line that does not fit the columns: torn, or a message instead of values. */
export function readRow(columns: readonly string[], line: string): Row | null {
  const values = cells(line)
  if (values.length !== columns.length) return null
  return new Map(columns.map((column, index) => [column, values[index] ?? '']))
}

/** The last look at a card. */
export interface SmiReading {
  readonly uuid: string
  readonly powerMw: number | null
  readonly averageMw: number | null
  readonly temperatureC: number | null
  readonly gpuPct: number | null
  readonly memoryUsedBytes: number | null
  readonly display: boolean | null
}

/** Columns every driver since 2016 knows. An unknown one makes `nvidia-smi` fail as a whole. */
const COLUMNS = ['uuid', 'power.draw', 'temperature.gpu', 'utilization.gpu', 'memory.used', 'display_active']

/** `power.draw.average` is asked where the driver is known to have it. */
export const queryColumns = (hasAverage: boolean): readonly string[] => (hasAverage ? [...COLUMNS, 'power.draw.average'] : COLUMNS)

/** `null` for a line without the card's UUID. */
export function readGpuRow(row: Row): SmiReading | null {
  const uuid = readWords(row.get('uuid'))
  if (!uuid?.startsWith('GPU-')) return null
  return {
    uuid,
    powerMw: readPower(row.get('power.draw')),
    averageMw: readPower(row.get('power.draw.average')),
    temperatureC: readQuantity(row.get('temperature.gpu'), 'C'),
    gpuPct: readPercent(row.get('utilization.gpu')),
    memoryUsedBytes: readQuantity(row.get('memory.used'), 'MiB'),
    display: readSwitch(row.get('display_active')),
  }
}

export interface ComputeApp {
  readonly uuid: string
  readonly pid: number
  /** `null` on Windows, where the driver does not know. */
  readonly memoryBytes: number | null
}

export const COMPUTE_APP_COLUMNS = ['gpu_uuid', 'pid', 'used_gpu_memory']

export function readComputeApp(row: Row): ComputeApp | null {
  const [uuid, pid] = [readWords(row.get('gpu_uuid')), Number(readWords(row.get('pid')) ?? Number.NaN)]
  if (!uuid || !Number.isInteger(pid) || pid < 0) return null
  return { uuid, pid, memoryBytes: readQuantity(row.get('used_gpu_memory'), 'MiB') }
}
