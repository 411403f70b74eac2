/** Why a guest's cryptographic wish is refused, under the name that the web gives such errors. */
export class CryptoRefusal extends Error {
  override readonly name: string

  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

type RefusalName = "DataError" | "NotSupportedError" | "OperationError" | "InvalidAccessError"

export function refuse(name: RefusalName, message: string): CryptoRefusal {
  return new CryptoRefusal(name, message)
}
