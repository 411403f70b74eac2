import type { AlyxError } from "../../errors.ts"
import { passwordBytesMax, passwordPolicyText } from "../auth/passwords/password-policy.ts"
import type { PasswordPolicy } from "../auth/passwords/password-policy.ts"
import { html } from "./page.ts"
import type { Markup } from "./page.ts"

/** The field for a new password on a page, which says beforehand what the password has to have. */
export function passwordInput(label: string, policy: PasswordPolicy): Markup {
  return html`<label>
    ${label}
    <span class="note">${passwordPolicyText(policy)}</span>
    <input
      type="password"
      name="password"
      autocomplete="new-password"
      required
      minlength="${policy.minLength}"
      maxlength="${passwordBytesMax}"
    />
  </label>`
}

/** What was wrong with the form that was sent, above the form itself. */
export function formProblem(problem: AlyxError | null): Markup | null {
  if (problem === null) return null
  return html`<p class="problem">${problem.message}</p>
    ${problem.next === undefined ? null : html`<p>${problem.next}</p>`}`
}
