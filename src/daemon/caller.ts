/** Who asks. Until accounts exist everybody is anonymous, or the owner when they came over the local socket. */
export interface Caller {
  /** True for requests over the daemon's local socket, which only the owner of the project can open. */
  readonly owner: boolean
  /** The address of the client: the socket's, or what trusted proxies say. */
  readonly address: string
  readonly requestId: string
}
