/** 32 well-mixed bits of a stream of numbers (the finaliser of MurmurHash3, Appleby 2011). */
function mixed(state: number, word: number): number {
  let bits = Math.imul(state ^ word, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/** Standard normal and always the same for the same words, whoever asks and how often (Box and Muller 1958). */
export function gaussian(seed: number, first: number, second: number): number {
  const state = mixed(mixed(mixed(0x2545f491, seed), first), second)
  const radius = Math.sqrt(-2 * Math.log(((mixed(state, 1) >>> 0) + 1) / 4_294_967_297))
  return radius * Math.cos((2 * Math.PI * (mixed(state, 2) >>> 0)) / 4_294_967_296)
}
