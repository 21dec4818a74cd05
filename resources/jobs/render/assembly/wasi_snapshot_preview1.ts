// The part of WASI preview 1 that this job needs. The compiler names the imported module after this file.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
export declare function args_sizes_get(count: usize, bytes: usize): i32
export declare function args_get(pointers: usize, buffer: usize): i32
export declare function fd_prestat_get(fd: i32, prestat: usize): i32
export declare function fd_prestat_dir_name(fd: i32, path: usize, length: usize): i32
export declare function path_open(fd: i32, lookup: i32, path: usize, length: usize, open: i32, rights: u64, inherited: u64, flags: i32, opened: usize): i32
export declare function fd_write(fd: i32, vectors: usize, count: usize, written: usize): i32
export declare function fd_close(fd: i32): i32
export declare function proc_exit(code: i32): void
