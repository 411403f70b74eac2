import { option, section } from "./option.ts"
import { bool, int } from "./plain-types.ts"

/** Limits of single requests to the records API. */
export const apiOptions = section("Limits of single requests to the records API.", {
  page_size_default: option(int({ min: 1, max: 1_000 }), {
    about: "How many documents a list has when the request does not say.",
    default: 50,
    reload: "live",
  }),
  page_size_max: option(int({ min: 1, max: 1_000 }), {
    about: "How many documents a list has at most.",
    default: 500,
    reload: "live",
  }),
  filter_count_max: option(int({ min: 1, max: 200 }), {
    about: "How many filters a list may combine.",
    default: 20,
    reload: "live",
  }),
  expand_depth_max: option(int({ min: 0, max: 5 }), {
    about: "How many relations deep expand follows; 0 turns it off.",
    default: 3,
    reload: "live",
  }),
  docs: option(bool(), {
    about:
      "Whether /docs and /api/openapi.json show the API to everybody who can reach it, with the names of collections and fields.",
    default: true,
    reload: "live",
  }),
  batch_max: option(int({ min: 1, max: 5_000 }), {
    about: "How many operations a batch may hold.",
    default: 500,
    reload: "live",
  }),
})
