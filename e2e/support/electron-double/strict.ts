/** Looked up by the language and by promise and inspection machinery on any object. */
const TOLERATED: ReadonlySet<string> = new Set(['then', 'toJSON', 'asymmetricMatch', 'nodeType'])

/** What the double does not model throws when it is touched, so that no test passes on a silent `undefined`. */
export function strict<T extends object>(name: string, target: T): T {
  const known = (object: T, key: string | symbol): boolean => typeof key === 'symbol' || key in object || TOLERATED.has(key)
  return new Proxy(target, {
    get(object, key) {
      if (!known(object, key)) throw new Error(`electron double: ${name}.${String(key)} is not implemented`)
      const value: unknown = Reflect.get(object, key, object)
      return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)) ? (value.bind(object) as unknown) : value
    },
    set(object, key, value) {
      if (!known(object, key)) throw new Error(`electron double: ${name}.${String(key)} is not implemented`)
      return Reflect.set(object, key, value, object)
    },
  })
}
