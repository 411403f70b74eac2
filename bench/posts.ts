/** The data that every server of the comparison holds: 10,000 posts by 100 authors, every second one published. */
export interface Post {
  readonly title: string
  readonly slug: string
  readonly author_id: string
  readonly published: boolean
  readonly view_count: number
  readonly content: string
  readonly posted_at: string
}

export const postCount = 10_000

const content = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. "
  .repeat(3)
  .slice(0, 200)

/** The numberth post, the same on every run. */
export function postNumber(number: number): Post {
  return {
    title: `Post number ${number}`,
    slug: `post-${number}`,
    author_id: `author${number % 100}`,
    published: Math.floor(number / 100) % 2 === 0,
    view_count: (number * 7_919) % 1_000,
    content,
    posted_at: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  }
}

/** A create whose `{n}` the load fills in. */
export const createTemplate: Omit<Post, "view_count"> & { view_count: number } = {
  ...postNumber(0),
  title: "New post {n}",
  slug: "new-post-{n}",
}

/** Posts in chunks of 500, as the batch endpoints of both servers take them. */
export function* postChunks(): Generator<Post[]> {
  for (let start = 0; start < postCount; start += 500) {
    yield Array.from({ length: 500 }, (_, index) => postNumber(start + index))
  }
}
