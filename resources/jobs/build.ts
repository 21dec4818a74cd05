import { join } from 'node:path'
import { compileRender } from './compile.ts'

/** Compiles the bundled WebAssembly jobs into `<dist>/jobs`. */
export const buildJobs = (distDirectory: string): Promise<void> => compileRender(join(distDirectory, 'jobs', 'render.wasm'))
