import koffi from 'koffi'

/** A function of a shared library as we call it; results come back as its return value or in the buffers handed to it. */
export type Native = (...args: unknown[]) => unknown

/**
 * Binds functions of a shared library by their C prototypes; koffi parses them. Throws if the library or one of the functions is
 * missing. The caller's process shares the fate of the library's code: call it in a child.
 */
export function bindLibrary<Name extends string>(path: string, prototypes: Readonly<Record<Name, string>>): Readonly<Record<Name, Native>> {
  const library = koffi.load(path)
  const bound = Object.entries<string>(prototypes).map(([name, prototype]) => [name, library.func(prototype) as Native])
  return Object.fromEntries(bound) as Readonly<Record<Name, Native>>
}

/** Where a buffer lies in memory, to resolve pointers that point into it. */
export const addressOf = (bytes: Buffer): bigint => koffi.address(bytes)
