// Files, arguments and messages over the bare calls.
import { args_sizes_get, args_get, fd_prestat_get, fd_prestat_dir_name, path_open, fd_write, fd_close, proc_exit } from './wasi_snapshot_preview1'

const CREATE_AND_TRUNCATE: i32 = 1 | 8
const RIGHT_TO_WRITE: u64 = 1 << 6
const BAD_DESCRIPTOR: i32 = 8
const STDOUT: i32 = 1
const STDERR: i32 = 2

// Two words for whatever a call answers with.
const answer = memory.data(8)

/** Prints a line on stdout. */
export function print(line: string): void {
  writeAll(STDOUT, Uint8Array.wrap(String.UTF8.encode(line + '\n')))
}

/** Ends the job with a message on stderr. */
export function fail(message: string): void {
  writeAll(STDERR, Uint8Array.wrap(String.UTF8.encode(message + '\n')))
  proc_exit(1)
}

/** What AssemblyScript calls on a failed assertion, in place of an import from `env`. */
export function abort(message: string | null, fileName: string | null, line: u32, column: u32): void {
  fail((message ? message : 'aborted') + ' at ' + (fileName ? fileName : '?') + ':' + line.toString() + ':' + column.toString())
}

/** Arguments after the program's name. */
export function programArguments(): string[] {
  if (args_sizes_get(answer, answer + 4) != 0) fail('the arguments cannot be read')
  const count = load<u32>(answer)
  const pointers = new StaticArray<u32>(<i32>count)
  const buffer = new Uint8Array(<i32>load<u32>(answer + 4))
  if (args_get(changetype<usize>(pointers), buffer.dataStart) != 0) fail('the arguments cannot be read')
  const args = new Array<string>()
  for (let i: u32 = 1; i < count; i++) args.push(String.UTF8.decodeUnsafe(pointers[i], buffer.dataStart + buffer.byteLength - pointers[i], true))
  return args
}

/** Writes a whole file into a directory the host has opened for us, such as `/job/out`. */
export function writeFile(directory: string, name: string, bytes: Uint8Array): void {
  const path = String.UTF8.encode(name)
  const error = path_open(descriptorOf(directory), 0, changetype<usize>(path), path.byteLength, CREATE_AND_TRUNCATE, RIGHT_TO_WRITE, 0, 0, answer)
  if (error != 0) fail(directory + '/' + name + ' cannot be written: WASI error ' + error.toString())
  const fd = load<i32>(answer)
  writeAll(fd, bytes)
  fd_close(fd)
}

function descriptorOf(directory: string): i32 {
  for (let fd = 3; fd_prestat_get(fd, answer) != BAD_DESCRIPTOR; fd++) {
    const name = new Uint8Array(load<i32>(answer + 4))
    fd_prestat_dir_name(fd, name.dataStart, name.byteLength)
    if (String.UTF8.decodeUnsafe(name.dataStart, name.byteLength) == directory) return fd
  }
  fail('there is no directory ' + directory)
  return -1
}

function writeAll(fd: i32, bytes: Uint8Array): void {
  const vector = new StaticArray<u32>(2)
  for (let at = 0; at < bytes.length; at += load<i32>(answer)) {
    vector[0] = <u32>bytes.dataStart + at
    vector[1] = bytes.length - at
    if (fd_write(fd, changetype<usize>(vector), 1, answer) != 0) proc_exit(1)
  }
}
