/** The part of the WebAssembly JavaScript interface (W3C) that the sandbox uses; TypeScript keeps it in its browser library only. */
declare namespace WebAssembly {
  interface ModuleImportDescriptor {
    readonly module: string
    readonly name: string
    readonly kind: 'function' | 'global' | 'memory' | 'table' | 'tag'
  }
  class Module {
    constructor(bytes: Uint8Array)
    static imports(module: Module): ModuleImportDescriptor[]
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, CallableFunction>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
  class Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
}
