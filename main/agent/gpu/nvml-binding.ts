import koffi, { type LibraryHandle } from 'koffi'
import { NvmlCode, isLost, needsReload } from './nvml-codes.ts'

export type Handle = unknown
/** Calls a function of the library by name; an `nvmlReturn_t` comes back, results go into buffers. */
export type Call = (name: string, parameters: string, ...args: unknown[]) => number
type Native = (...args: unknown[]) => number

export const failed = (code: number, call: string): Error => new Error(`${call} answered ${code}`, { cause: code })

/** The library's own code of a call that failed, or `unknown` for any other error. */
export const nvmlCodeOf = (error: unknown): number => (error instanceof Error && typeof error.cause === 'number' ? error.cause : NvmlCode.unknown)

/** Functions are looked up on first use: a driver that lacks one answers "function not found" instead of failing to load. */
export function bind(path: string): Call {
  const library = load(path)
  const bound = new Map<string, Native>()
  return (name, parameters, ...args) => {
    let native = bound.get(name)
    if (!native) {
      native = lookUp(library, name, parameters)
      bound.set(name, native)
    }
    return native(...args)
  }
}

function load(path: string): LibraryHandle {
  try {
    return koffi.load(path)
  } catch {
    throw failed(NvmlCode.libraryNotFound, path)
  }
}

function lookUp(library: LibraryHandle, name: string, parameters: string): Native {
  try {
    return library.func(`int ${name}(${parameters})`) as Native
  } catch {
    return () => NvmlCode.functionNotFound
  }
}

export function check(code: number, name: string): void {
  if (code !== NvmlCode.ok) throw failed(code, name)
}

/** False if the device does not tell; throws if the device or the library is in trouble. */
export function tells(code: number, name: string): boolean {
  if (isLost(code) || needsReload(code)) throw failed(code, name)
  return code === NvmlCode.ok
}

const TEXT_BYTES = 96

/** A text of the system, or of a device. What cannot be printed becomes `?`. */
export function textOf(call: Call, name: string, handle?: Handle): string {
  const buffer = Buffer.alloc(TEXT_BYTES)
  const code =
    handle === undefined
      ? call(name, 'void *text, uint size', buffer, TEXT_BYTES)
      : call(name, 'void *device, void *text, uint size', handle, buffer, TEXT_BYTES)
  check(code, name)
  return cString(buffer)
}

export const cString = (buffer: Buffer): string => buffer.toString('latin1', 0, Math.max(0, buffer.indexOf(0))).replaceAll(/[^\x20-\x7e]/g, '?')
