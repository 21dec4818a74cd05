/**
 * An agent that is about to be killed while a module computes without end, or rests (argument `freeze`). Prints the process id of
 * the module's sandbox once it does.
 */
import { readFileSync } from 'node:fs'
import { systemClock } from '../../kernel/clock.ts'
import { type RunningJob, digestOf } from './runtime.ts'
import { createWasmRuntime } from './wasm.ts'

const module = Buffer.from('0061736d0100000001040160000003020100070a01065f737461727400000a0901070003400c000b0b', 'hex')
const image = digestOf(module)
const runtime = createWasmRuntime({ clock: systemClock })
const signal = new AbortController().signal
await runtime.prepare({ runtime: { name: 'wasm', image, archive: image }, fetchArchive: async () => module }, () => undefined, signal)
const onStarted = (job: RunningJob) => {
  const sandbox = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  void (process.argv[2] === 'freeze' ? job.freeze() : Promise.resolve()).then(() => setTimeout(() => process.stdout.write(sandbox), 100))
}
const limits = { wallSeconds: 600, memoryBytes: 1_048_576, outputBytes: 1, cpus: 1 }
await runtime.run({ attemptId: 'a', jobId: 'j', leaseId: 'l', image, args: [], env: {}, limits, gpuUuids: [] }, { onStarted, onLog: () => undefined }, signal)
