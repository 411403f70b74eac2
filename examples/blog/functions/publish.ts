import { defineFunction, FunctionError } from "@alyx/functions"

// Answers at /api/functions/publish: shows one's draft to everybody, once. Save this file while `alyx dev` runs, and the
// next call is answered by the new code. Try it: alyx functions invoke publish '{"slug":"on-bugs"}'
export default defineFunction({
  // Checked before the handler runs; a call with something else is answered 400.
  input: {
    slug: { type: "string", minLength: 1 },
  },
  async handler({ slug }, ctx) {
    // Both or nothing: the transaction is undone when this throws.
    return ctx.db.transaction(async (tx) => {
      // As whoever calls: the rules of schema.yaml decide which posts are found, and who may change them.
      const post = await tx.posts.first({ filter: { slug } })
      if (post === null) throw new FunctionError("NO_SUCH_POST", 404, `There is no post ${slug} that you may see.`)
      if (post.published) throw new FunctionError("PUBLISHED_ALREADY", 409, `${post.title} is published already.`)
      const published = await tx.posts.update(post.id, { published: true, published_at: new Date().toISOString() })
      ctx.log.info("Published", { slug })
      return { slug, published_at: published.published_at }
    })
  },
})
