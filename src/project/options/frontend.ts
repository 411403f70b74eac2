import { path, url } from "./address-types.ts"
import { option, section } from "./option.ts"
import { bool, text } from "./plain-types.ts"

const mountPath = text({
  name: "url path",
  check: (value) => (/^\/[^?#\s]*$/.test(value) ? null : "be a path that begins with /"),
})

/** A web application that is served beside the API. */
export const frontendOptions = section("A web application that is served beside the API.", {
  enabled: option(bool(), {
    about: "Serves the application.",
    default: false,
    reload: "restart",
    built: false,
  }),
  root: option(mountPath, {
    about: "The path it is served under.",
    default: "/",
    reload: "restart",
    built: false,
  }),
  dist: option(path(), {
    about: "The folder of the built application.",
    default: null,
    reload: "restart",
    built: false,
  }),
  source: option(path(), {
    about: "The folder of its source, when Alyx shall build it.",
    default: null,
    reload: "restart",
    built: false,
  }),
  build_command: option(text(), {
    about: "The command that builds it, run in the source folder.",
    default: null,
    reload: "restart",
    built: false,
  }),
  output: option(text(), {
    about: "The folder, inside the source folder, that the build command fills.",
    default: "dist",
    reload: "restart",
    built: false,
  }),
  dev_proxy: option(url(["http", "https"]), {
    about: "The development server that alyx dev passes requests on to.",
    default: null,
    reload: "restart",
    built: false,
  }),
})
