import binaryen from 'assemblyscript/binaryen'

const WASI = `
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`

/**
 * Bytes 0 to 7 are a vector (address, length), 8 a count, 12 a descriptor; the name `result` is at 16, free space begins at 64.
 * `$open` opens `/job/out/result`, `$put` writes `length` bytes at `address` into a descriptor.
 */
const LIBRARY = `
  (data (i32.const 16) "result")
  (func $open (result i32)
    (drop (call $path_open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 6) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
    (i32.load (i32.const 12)))
  (func $put (param $fd i32) (param $address i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))`

/** A module in text format, as bytes. */
export function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text)
  try {
    module.setFeatures(binaryen.Features.All)
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

/** A job whose `_start` is `body`, with one memory of `pages`. */
export const job = (body: string, { pages = '1', extra = '' }: { readonly pages?: string; readonly extra?: string } = {}): Uint8Array =>
  assemble(`(module ${WASI} (memory (export "memory") ${pages}) ${LIBRARY} ${extra} (func (export "_start") ${body}))`)
