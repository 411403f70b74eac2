import { cancel, intro, isCancel, select, text } from "@clack/prompts"

import { isAlyxError } from "../errors.ts"

/** What `alyx init` has to know. */
export interface InitAnswers<Template extends string> {
  readonly name: string
  readonly template: Template
}

/** What is known already is not asked; the rest has a good answer to begin with. */
export interface InitQuestions<Template extends string> {
  readonly name: string | undefined
  readonly template: Template | undefined
  readonly templates: { readonly [name in Template]: string }
  /** Throws what is wrong with a name. */
  readonly checkName: (name: string) => void
}

const nameDefault = "my-app"

/** Asks what is missing; undefined when the person gave up (Ctrl-C or Escape). */
export async function askForProject<Template extends string>(
  questions: InitQuestions<Template>,
): Promise<InitAnswers<Template> | undefined> {
  intro("A new Alyx project")
  const name = questions.name ?? (await askName(questions.checkName))
  if (name === undefined) return undefined
  const template = questions.template ?? (await askTemplate(questions.templates))
  return template === undefined ? undefined : { name, template }
}

async function askName(checkName: (name: string) => void): Promise<string | undefined> {
  const answer = await text({
    message: "What is it called? It becomes a folder here.",
    placeholder: nameDefault,
    defaultValue: nameDefault,
    validate: (value) => problemWith(value || nameDefault, checkName),
  })
  return isCancel(answer) ? giveUp() : answer
}

async function askTemplate<Template extends string>(templates: {
  readonly [name in Template]: string
}): Promise<Template | undefined> {
  const names = Object.keys(templates) as Template[]
  const answer = await select<string>({
    message: "What does it start from?",
    options: names.map((value) => ({ value, label: value, hint: templates[value] })),
  })
  return isCancel(answer) ? giveUp() : (answer as Template)
}

function problemWith(name: string, checkName: (name: string) => void): string | undefined {
  try {
    checkName(name)
    return undefined
  } catch (error) {
    if (isAlyxError(error)) return error.message
    throw error
  }
}

function giveUp(): undefined {
  cancel("Nothing was written.")
  return undefined
}
