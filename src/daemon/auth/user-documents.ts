import type { Schema } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import type { Reader, Transaction } from "../storage/database.ts"

/** The fields of the users collection that only the auth service and admins write. */
export const managedFields = ["email", "role", "verified"] as const

export type ManagedField = (typeof managedFields)[number]

/** What an account says about itself in its document. */
export interface ManagedValues {
  readonly email: string
  readonly role: string
  readonly verified: boolean
}

/**
 * The documents of accounts in the users collection (`auth.collection`), as the auth service uses them. Fulfilled by
 * records/account-documents.ts. Where the schema has no such collection every method does nothing.
 */
export interface UserDocuments {
  /** True where the schema has the users collection, with a uuid or string key. */
  isServed(schema: Schema): boolean
  /** Throws VALIDATION_ERROR for values that `insert` would refuse, whoever asks. */
  check(
    account: ManagedValues & {
      readonly schema: Schema
      readonly id: string
      readonly values: Readonly<Record<string, unknown>>
    },
  ): void
  /**
   * Makes the document of a new account. Validates the values and judges the create rule for the caller: throws what a
   * create would, before anything is written. Fields that the collection lacks are VALIDATION_ERROR; without the
   * collection any value is.
   */
  insert(
    transaction: Transaction,
    account: ManagedValues & {
      readonly schema: Schema
      readonly caller: Caller
      readonly id: string
      readonly values: Readonly<Record<string, unknown>>
    },
  ): void
  /** Mirrors what changed of an account. */
  mirror(
    transaction: Transaction,
    account: { readonly schema: Schema; readonly id: string } & Partial<ManagedValues>,
  ): void
  /** Ends the document, with what its references cascade to. Throws CONFLICT when no admin would be left. */
  remove(
    transaction: Transaction,
    account: { readonly schema: Schema; readonly id: string; readonly caller: Caller },
  ): void
  /** The document as the account itself may read it; null where it has none. */
  read(
    reader: Reader,
    account: { readonly schema: Schema; readonly id: string; readonly caller: Caller },
  ): Readonly<Record<string, unknown>> | null
}
