/** The package ships no types; this is what tests use of it. */
declare module 'x11' {
  interface Extension {
    readonly KeyPress: number
    readonly KeyRelease: number
    readonly FakeInput: (kind: number, detail: number, time: number, root: number, x: number, y: number) => void
  }
  interface Client {
    readonly AllocID: () => number
    readonly CreateWindow: (id: number, parent: number, x: number, y: number, width: number, height: number) => void
    readonly ChangeProperty: (mode: number, window: number, property: number, type: number, format: number, data: Buffer) => void
    readonly DeleteProperty: (window: number, property: number) => void
    readonly InternAtom: (onlyIfExists: boolean, name: string, done: (error: unknown, atom: number) => void) => void
    readonly MapWindow: (id: number) => void
    readonly DestroyWindow: (id: number) => void
    readonly SetInputFocus: (id: number, revertTo: number) => void
    readonly sync: () => Promise<void>
    readonly require: (name: string, done: (error: unknown, extension: Extension) => void) => void
    readonly terminate: () => void
    readonly on: (event: string, listener: (error: unknown) => void) => void
  }
  interface Display {
    readonly client: Client
    readonly screen: readonly { readonly root: number }[]
  }
  const x11: {
    readonly createClient: (options: { readonly display: string; readonly shm: false }, done: (error: unknown, display: Display) => void) => Client
  }
  export default x11
}
