import type { Raw } from './read-draft.ts'

const HOUR_MS = 3_600_000

const common = (now: number) => ({
  kind: 'scientific',
  name: 'My first job',
  limits: { wallSeconds: 3_600, memoryBytes: 536_870_912, outputBytes: 1_048_576, cpus: 1 },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 536_870_912 },
  deadline: new Date(Math.ceil((now + 24 * HOUR_MS) / HOUR_MS) * HOUR_MS).toISOString(),
  expected: { seconds: 600, watts: 40 },
  price: { microUsdPerHour: '250000', maxMicroUsd: '250000' },
  carbon: { rule: 'window', capG: null },
  objective: 'green',
})

interface Example {
  readonly label: string
  /** A draft; what it runs is still missing. `now`: epoch milliseconds. */
  readonly make: (now: number) => Raw
}

/** Drafts to begin with, by the runtime. */
export const EXAMPLES: Readonly<Record<'wasm' | 'docker', Example>> = {
  wasm: { label: 'An example: WebAssembly module', make: (now) => ({ ...common(now), runtime: { name: 'wasm' }, args: [], env: {} }) },
  docker: {
    label: 'An example: container',
    make: (now) => ({
      ...common(now),
      runtime: { name: 'docker', image: '', archive: null, reference: '' },
      args: [],
      env: {},
      checkpoints: true,
      interruptible: { minRunSeconds: 120, restartSeconds: 10 },
    }),
  },
}
