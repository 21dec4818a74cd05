/** The package ships no types; this is its one function. */
declare module 'node-nvidia-smi' {
  export default function smi(callback: (error: unknown, data: unknown) => void): void
}
